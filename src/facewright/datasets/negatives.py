"""Windows without a face, out of any fully annotated set: by geometry, rejected where they touch one.

`write_list` keeps windows as a table, by which others can cut the same ones.
"""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from facewright.core.boxes import Floats, area, intersection
from facewright.core.errors import DataError, UsageError
from facewright.core.whole import whole_file
from facewright.datasets.sample import Sample

TOUCH = 0.02
"""a window touches a face when they share more than this of the smaller of the two"""
SMALLEST = 32.0
"""least side of a window, pixels of the picture; all of a picture that is smaller"""
TRIES = 32


def free_window(
    sample: Sample, width: int, height: int, rng: np.random.Generator, *, smallest: float = SMALLEST
) -> Floats | None:
    """A random square window (4,) x0, y0, x1, y1 that touches no face and no region to ignore.

    Any scale from `smallest` to the short side of the picture of `width` x `height` is as likely as another
    (uniform in its logarithm). None where `TRIES` windows all touched something.
    Raises DataError for a picture in which faces may be that nobody annotated.
    """
    if not annotated(sample, width, height):
        raise DataError(
            f"{sample.name}: faces may be in it that nobody annotated; "
            "take windows without faces from fully annotated or faceless sets"
        )
    short = min(width, height)
    sides = np.exp(rng.uniform(np.log(min(smallest, short)), np.log(short), TRIES))
    places = rng.random((TRIES, 2)) * (np.array([width, height]) - sides[:, None])
    windows = np.concatenate([places, places + sides[:, None]], axis=1).astype(np.float32)
    taken = np.concatenate([sample.boxes, sample.ignore])
    shared = intersection(windows, taken) / np.minimum(area(windows)[:, None], area(taken)[None].clip(1e-6))
    free = np.flatnonzero((shared <= TOUCH).all(axis=1))
    return windows[free[0]] if len(free) else None


def annotated(sample: Sample, width: int, height: int) -> bool:
    """Whether it is known which parts of a picture of `width` x `height` show no face."""
    everywhere = intersection(sample.ignore, [[0, 0, width, height]]) >= 0.99 * width * height
    return not (everywhere.any() or np.isnan(sample.boxes).any())


class Named(NamedTuple):
    """A window by name."""

    data: str
    """DATA string of its set"""
    picture: str
    """name of the sample"""
    box: tuple[float, float, float, float]
    """x0, y0, x1, y1 in pixels of the upright picture"""


def write_list(windows: Sequence[Named], path: Path) -> Path:
    """A CSV table: data, picture, x0, y0, x1, y1, complete or not at all. Raises UsageError when it cannot be
    written."""
    try:
        with (
            whole_file(path) as partial,
            partial.open("w", newline="", encoding="utf-8", errors="surrogateescape") as file,
        ):
            table = csv.writer(file)  # whose CRLF puts a name that holds either of them into quotes
            table.writerow(("data", "picture", "x0", "y0", "x1", "y1"))
            table.writerows((window.data, window.picture, *window.box) for window in windows)
    except OSError as error:
        raise UsageError(f"{path}: cannot be written ({error.strerror}); choose another place") from error
    return path


def read_list(path: Path) -> list[Named]:
    """What `write_list` wrote. Raises DataError for a file that is missing or no such table."""
    try:
        with path.open(newline="", encoding="utf-8", errors="surrogateescape") as file:
            rows = list(csv.reader(file))
        return [
            Named(data, name, (float(x0), float(y0), float(x1), float(y1)))
            for data, name, x0, y0, x1, y1 in rows[1:]
        ]
    except OSError as error:
        raise DataError(f"{path}: no list of windows here ({error.strerror}); check the path") from error
    except (ValueError, csv.Error) as error:
        raise DataError(f"{path}: not a list of windows ({error}); write it again") from error
