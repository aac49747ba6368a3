"""A folder of pictures without faces: the negatives."""

from pathlib import Path

from facewright.core.pictures import find_pictures
from facewright.datasets.labels import folder, nothing_found, sample
from facewright.datasets.sample import Dataset


def read(path: Path, *, recursive: bool = False) -> Dataset:
    """Every picture below `path`, each said to show no face: one there would be learnt as background.

    The pictures are not opened here: a damaged one is met when it is read.
    Raises DataError when the folder is missing or holds no picture.
    """
    pictures = find_pictures(folder(path, "folder"), recursive=recursive)
    if not pictures:
        raise nothing_found(path, "pictures", ())
    return Dataset(path.name, [sample(p.relative_to(path).as_posix(), p) for p in pictures])
