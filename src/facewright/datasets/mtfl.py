"""MTFL's five landmarks: `landmarks.txt`, one picture with one face a line.

`path x x x x x y y y y y`: left eye, right eye, nose, left and right mouth corner as the viewer sees them.
MTFL's own lists (`training.txt`, `testing.txt`) have these eleven columns first and four of attributes after.
"""

from pathlib import Path

import numpy as np

from facewright.core.errors import DataError
from facewright.datasets.labels import (
    BadLabel,
    Problems,
    nothing_found,
    numbers,
    sample,
    size_of,
    text_of,
    usable_box,
    usable_landmarks,
)
from facewright.datasets.landmarks import tight_box
from facewright.datasets.sample import Dataset, Sample, source_root


def read(path: Path, *, box_scale: float = 1.0, unannotated: bool = False) -> Dataset:
    """One face a picture with five landmarks and the tight box that follows from them.

    `path` is the folder with landmarks.txt or a list of that kind itself; pictures lie relative to it.
    Columns after the eleventh are passed over. Raises DataError when the list is missing or nothing in it can
    be used.
    """
    source_root(path, "mtfl")
    file = path / "landmarks.txt" if path.is_dir() else path
    if not file.is_file():
        raise DataError(f"{path}: holds no landmarks.txt; give the folder that holds it, or the list itself")
    try:
        lines = text_of(file).splitlines()
    except BadLabel as error:
        raise DataError(f"{file}: {error}; an mtfl list is text") from error
    problems, samples = Problems(), []
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                samples.append(_sample(file.parent, line.split(), box_scale, unannotated))
            except BadLabel as error:
                problems.note(file, f"line {number}: {error}; the picture is left out", error.kind)
    if not samples:
        raise nothing_found(path, "pictures with five landmarks", problems)
    return Dataset(path.name, samples, tuple(problems))


def _sample(root: Path, words: list[str], scale: float, unannotated: bool) -> Sample:
    name = words[0].replace("\\", "/")
    landmarks = usable_landmarks(np.reshape(numbers(words[1:], 10), (2, 5)).T)
    size = size_of(root / name)
    box, _ = usable_box(tight_box(landmarks), size, scale, derived=True)
    return sample(name, root / name, [box], landmarks=[landmarks], size=size, unannotated=unannotated)
