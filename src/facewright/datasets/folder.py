"""A folder of pictures without faces: the negatives."""

from pathlib import Path

from facewright.core.pictures import find_pictures
from facewright.datasets.labels import Problems, folder, nothing_found, sample
from facewright.datasets.sample import Dataset


def read(path: Path, *, recursive: bool = False) -> Dataset:
    """Every picture below `path`, each said to show no face: one there would be learnt as background.

    The pictures are not opened here: a damaged one is met when it is read.
    Raises DataError when the folder is missing or holds no picture.
    """
    problems = Problems()
    pictures = find_pictures(folder(path, "folder"), recursive=recursive, on_error=problems.note)
    if not pictures:
        raise nothing_found(path, "pictures", problems)
    samples = [sample(p.relative_to(path).as_posix(), p) for p in pictures]
    return Dataset(path.name, samples, tuple(problems))
