"""Windows without a face, out of any fully annotated set: by geometry, rejected where they touch one."""

import numpy as np

from facewright.core.boxes import Floats, area, intersection
from facewright.core.errors import DataError
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
    refuse_unannotated(sample, width, height)
    short = min(width, height)
    sides = np.exp(rng.uniform(np.log(min(smallest, short)), np.log(short), TRIES))
    places = rng.random((TRIES, 2)) * (np.array([width, height]) - sides[:, None])
    windows = np.concatenate([places, places + sides[:, None]], axis=1).astype(np.float32)
    taken = np.concatenate([sample.boxes, sample.ignore])
    shared = intersection(windows, taken) / np.minimum(area(windows)[:, None], area(taken)[None].clip(1e-6))
    free = np.flatnonzero((shared <= TOUCH).all(axis=1))
    return windows[free[0]] if len(free) else None


def refuse_unannotated(sample: Sample, width: int, height: int) -> None:
    """DataError where it is not known which parts of a picture show no face."""
    whole = width * height
    everywhere = intersection(sample.ignore, [[0, 0, width, height]]) >= 0.99 * whole
    if everywhere.any() or np.isnan(sample.boxes).any():
        raise DataError(
            f"{sample.name}: faces may be in it that nobody annotated; "
            "take windows without faces from fully annotated or faceless sets"
        )
