"""How well boxes fit faces, picture by picture, and whether other boxes explain the faces better.

Of each picture some boxes (N, 4) and some faces (M, 4), in its pixels, neither in any order.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from facewright.core.boxes import Floats, iou
from facewright.doctor.labels.hypotheses import Hypothesis

FEWEST = 8
"""pictures that must tell"""
GAIN = 0.03
"""mean gain of IoU that makes another hypothesis better than the stated boxes. On the healthy sets of
recipes/sets.toml, and with their boxes as the files give them, the best hypothesis gains -.05 or less"""
DIFFERENT = 0.05
"""IoUs closer than this say nothing"""
WINS = 0.6
"""share of the pictures that say something which must speak for the other hypothesis; on healthy sets at most
.35 do. Where all faces are central (80-pixel crops), the neighbour's boxes fit nearly as well as one's own"""
DEVIATIONS = 3.0
"""so many standard deviations more must speak for it than a coin would give: some forty are tried"""
FITS = 0.4
"""mean IoU that boxes must reach to be the ones that were meant: less bad is not right. True hypotheses reach
.6 and more, .44 where a reader cut off what it had misread; false ones .4 and less, seldom .43"""
Moved = tuple[Hypothesis, Sequence[Floats]]
"""and for each picture, the boxes under it"""


class Fits(NamedTuple):
    """How well boxes fit the faces, picture by picture."""

    stated: Floats
    """(N,) mean IoU of the boxes as stated"""
    other: Floats
    """(N,) of the boxes under the hypothesis"""


def fit(boxes: Floats, faces: Floats) -> float:
    """Mean IoU of the faces that boxes fit best, as many of them as there may be: 0 to 1.

    Faces that have no box, and boxes of faces not given, do not count.
    """
    if not len(boxes) or not len(faces):
        return 0.0
    best = np.sort(iou(faces, boxes).max(axis=1))
    return float(best[-min(len(boxes), len(faces)) :].mean())


def fits(stated: Sequence[Floats], other: Sequence[Floats], faces: Sequence[Floats]) -> Fits:
    """Of N pictures the boxes as stated, the boxes under a hypothesis, and the faces."""
    first, second = (
        np.array([fit(b, f) for b, f in zip(boxes, faces, strict=True)], np.float32)
        for boxes in (stated, other)
    )
    return Fits(first, second)


def explains(fits: Fits) -> bool:
    """The hypothesis fits well, and so much better than what is stated that it is no luck."""
    change = fits.other - fits.stated
    count, wins = int((np.abs(change) > DIFFERENT).sum()), int((change > DIFFERENT).sum())
    enough = max(WINS * count, count / 2 + DEVIATIONS * np.sqrt(count) / 2)
    better = count >= FEWEST and wins >= enough and float(change.mean()) >= GAIN
    return better and float(fits.other.mean()) >= FITS
