"""300-W: a folder of pictures, each with a .pts file of 68 points (or of the five landmarks)."""

import re
from pathlib import Path

import numpy as np

from facewright.core.boxes import Floats
from facewright.core.pictures import find_pictures
from facewright.datasets.labels import (
    BadLabel,
    Problems,
    by_place,
    folder,
    label_files,
    nothing_found,
    numbers,
    sample,
    size_of,
    text_of,
    usable_box,
    usable_landmarks,
)
from facewright.datasets.landmarks import five_of_68, tight_box
from facewright.datasets.sample import Dataset, Sample


def read(
    path: Path, *, recursive: bool = False, box_scale: float = 1.0, unannotated: bool = False
) -> Dataset:
    """One face a picture: five landmarks from the 68 points, and the tight box that follows from them.

    300-W counts pixels from 1 at the first one's centre; the half pixel to our edges is left as it is.
    Raises DataError when the folder is missing or holds nothing of the kind.
    """
    folder(path, "pts")
    problems, samples = Problems(), []
    pictures = by_place(find_pictures(path, recursive, on_error=problems.note), problems)
    files = label_files(path, "**/*.pts" if recursive else "*.pts")
    for file in files:
        try:
            picture = pictures.get(file.with_suffix(""))
            if picture is None:
                raise BadLabel("no picture of this name beside it", "orphan")
            name = picture.relative_to(path).as_posix()
            samples.append(_sample(name, picture, text_of(file), box_scale, unannotated))
        except BadLabel as error:
            problems.note(file, f"{error}; the picture is left out", error.kind)
    for place in sorted(pictures.keys() - {file.with_suffix("") for file in files}):
        problems.note(pictures[place], "has no .pts file; left out", "unlabelled")
    if not samples:
        raise nothing_found(path, "pictures with .pts files", problems)
    return Dataset(path.name, samples, tuple(problems))


def read_points(text: str) -> Floats:
    """The points of a .pts file, shape (count, 2). Raises BadLabel when they are not what `n_points` says."""
    match = re.search(r"n_points:\s*(\d+)\s*\{([^}]*)\}", text)
    if match is None:
        raise BadLabel("not a .pts file (no `n_points: N { ... }`)")
    count, words = int(match.group(1)), match.group(2).split()
    if len(words) != 2 * count:
        raise BadLabel(f"{len(words)} numbers where {count} points need {2 * count}")
    return np.asarray(numbers(words, 2 * count), np.float32).reshape(-1, 2)


def _sample(name: str, picture: Path, text: str, scale: float, unannotated: bool) -> Sample:
    points = read_points(text)
    if len(points) not in (5, 68):
        raise BadLabel(f"{len(points)} points where 68 (or the five landmarks) are needed")
    landmarks = usable_landmarks(points if len(points) == 5 else five_of_68(points))
    size = size_of(picture)
    box, _ = usable_box(tight_box(landmarks), size, scale, derived=True)
    return sample(name, picture, [box], landmarks=[landmarks], size=size, unannotated=unannotated)
