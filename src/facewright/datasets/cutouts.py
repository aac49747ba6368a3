"""Faceless windows cut out of photos into a folder of pictures, which `folder:` reads again.

Where faces are is told by labels, or by a detector that looks hard (`detected`). The folder also holds

- `windows.csv`, the table of `negatives.write_list`: line by line, where each picture was cut from;
- `facewright.csv`, so that windows of one photo stay together (`groups`).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from facewright.core.boxes import Floats
from facewright.core.errors import FacewrightError, PictureError
from facewright.core.pictures import Pixels, resize_picture, write_picture
from facewright.datasets.groups import Row, groups_file
from facewright.datasets.negatives import SMALLEST, Named, free_window, write_list
from facewright.datasets.sample import Dataset, Problem, Sample
from facewright.datasets.writers.names import stem_of

LIST = "windows.csv"
JPEG_QUALITY = 95

Look = Callable[[Sample], tuple[Pixels, Sample]]
"""A sample's picture, and the sample with all that no window may touch in its boxes and regions to ignore.

Raises PictureError for a picture that cannot be read."""


@dataclass(frozen=True)
class CutStyle:
    """Which windows, and how they are written."""

    a_picture: int = 1
    """at most so many of a photo"""
    smallest: float = SMALLEST
    """least side of a window, pixels of the photo"""
    size: int | None = None
    """side that larger windows are made smaller to; None: as they are"""
    seed: int = 0
    jpeg: bool = False
    """JPEG of `JPEG_QUALITY` instead of PNG"""

    @property
    def suffix(self) -> str:
        return ".jpg" if self.jpeg else ".png"


@dataclass(frozen=True)
class Cutouts:
    """What was cut."""

    windows: list[Named]
    photos: int
    """that could be read"""
    without: int
    """photos of which no window was cut, as all that were tried touched a face"""
    problems: list[Problem]


def by_labels(sample: Sample) -> tuple[Pixels, Sample]:
    """The `Look` that believes the labels."""
    return sample.read(), sample


def windows_of(sample: Sample, width: int, height: int, style: CutStyle) -> list[Floats]:
    """At most `style.a_picture` windows (4,) in whole pixels, no two the same.

    They depend on the seed and the sample's name alone, whatever else is in its set.
    Raises DataError as `free_window`.
    """
    rng = np.random.default_rng([style.seed, *sample.name.encode(errors="surrogateescape")])
    found: dict[tuple[float, ...], Floats] = {}
    for _ in range(style.a_picture):
        window = free_window(sample, width, height, rng, smallest=style.smallest)
        if window is None:
            continue
        corner = np.floor(window[:2])
        side = min(np.floor(window[2] - window[0]), width - corner[0], height - corner[1])
        whole = np.concatenate([corner, corner + max(side, 1)])
        found.setdefault(tuple(whole.tolist()), whole)
    return list(found.values())


def cut(
    datasets: Iterable[Dataset],
    look: Look,
    style: CutStyle,
    folder: Path,
    watch: Callable[[Iterable[Sample]], Iterable[Sample]] = iter,
) -> Cutouts:
    """Cuts windows out of every picture and writes them into the folder, numbered as the lines of the list.

    watch: wraps the samples of a set, as a progress bar does. Photos that cannot be read become problems.
    Raises DataError where the labels are believed and do not tell all faces.
    """
    windows: list[Named] = []
    problems: list[Problem] = []
    photos = without = 0
    with groups_file(folder) as add_row:
        for dataset in datasets:
            problems += dataset.problems
            for sample in watch(dataset):
                try:
                    pixels, told = look(sample)
                except PictureError as error:
                    problems.append(Problem(sample.name, f"{error}; left out", "unreadable"))
                    continue
                height, width = pixels.shape[:2]
                found = windows_of(told, width, height, style)
                photos += 1
                without += not found
                for window in found:
                    windows.append(Named(dataset.name, sample.name, tuple(window.tolist())))
                    file = folder / f"{len(windows):06d}{style.suffix}"
                    _write(pixels, window, style, file)
                    group = sample.group or stem_of(sample.name)
                    add_row(Row(file.name, group, sample.name))
    write_list(windows, folder / LIST)
    return Cutouts(windows, photos, without, problems)


def _write(pixels: Pixels, window: Floats, style: CutStyle, file: Path) -> None:
    x0, y0, x1, y1 = window.astype(int).tolist()
    part = np.ascontiguousarray(pixels[y0:y1, x0:x1])
    try:
        write_picture(
            part if style.size is None else resize_picture(part, style.size), file, quality=JPEG_QUALITY
        )
    except PictureError as error:  # a full disk: no photo's fault
        raise FacewrightError(str(error)) from error
