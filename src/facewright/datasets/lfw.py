"""LFW: a folder a person, named after them, with pictures of one face somewhere about the middle."""

from pathlib import Path

import numpy as np

from facewright.core.pictures import find_pictures
from facewright.datasets.labels import Problems, folder, nothing_found, sample
from facewright.datasets.sample import Dataset

UNKNOWN = np.full(4, np.nan, np.float32)


def read(path: Path) -> Dataset:
    """The pictures of every person; the group is the person, the box NaN, as LFW says of no face where it is.

    `path` is the folder that holds the people's folders, or the one with that in it, `lfw/`, as unpacked.
    The same people are in one group in every set that knows them by these names (mtfl's LFW part does).
    Raises DataError when the folder is missing or holds no such pictures.
    """
    problems = Problems()
    root = folder(path, "lfw")
    root = root / "lfw" if (root / "lfw").is_dir() else root
    pictures = find_pictures(root, recursive=True, on_error=problems.note)
    samples = [
        sample(p.relative_to(root).as_posix(), p, [UNKNOWN], group=p.parent.name)
        for p in pictures
        if p.parent.parent == root
    ]
    if not samples:
        raise nothing_found(path, "folders of people", problems)
    return Dataset(path.name, samples, tuple(problems))
