"""The hypothesis that explains boxes best, of those that are known beforehand and of the offset."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from facewright.core.boxes import Floats
from facewright.doctor.labels.fitting import GAIN, Fits, Moved, explains, fits
from facewright.doctor.labels.hypotheses import Hypothesis
from facewright.doctor.labels.offset import offset
from facewright.doctor.labels.size import as_large

OF_SIZE = 0.1
"""mean IoU by which boxes that keep their middles may fit worse than if they were as large as the faces:
those that were meant may be tight or loose"""


class Explanation(NamedTuple):
    """A fault that explains the faces better than the boxes as stated do."""

    hypothesis: Hypothesis
    moved: Sequence[Floats]
    """of each picture, the boxes under the hypothesis"""
    fits: Fits

    @property
    def reached(self) -> float:
        """Mean IoU"""
        return float(self.fits.other.mean())


def explanation(
    stated: Sequence[Floats], faces: Sequence[Floats], tried: Iterable[Moved]
) -> Explanation | None:
    """The best of `tried`, or the offset where it is better still; None where nothing explains the boxes.

    stated, faces: (N, 4) of each picture, N >= 1
    """

    def of(moved: Moved) -> Explanation:
        return Explanation(*moved, fits(stated, moved[1], faces))

    # Tight or loose boxes are a habit of drawing. What stretches them about the picture's middle, near which
    # most faces are, brings them nearer to the faces' size and is no explanation.
    habit = float(fits(stated, as_large(stated, faces), faces).other.mean())
    found = [
        one
        for one in map(of, tried)
        if explains(one.fits) and one.reached > habit - (OF_SIZE if _in_place(stated, one.moved) else 0)
    ]
    best = max(found, key=lambda one: one.reached, default=None)
    moved = offset(stated, faces)
    fitted = of(moved) if moved is not None else None
    # Its numbers are fitted, so that being as good as the others is no merit.
    if fitted and explains(fitted.fits) and (best is None or fitted.reached > best.reached + GAIN):
        return fitted
    return best


def _in_place(stated: Sequence[Floats], moved: Sequence[Floats]) -> bool:
    """Whether the boxes keep their middles, so that their size alone is in question."""
    return all(
        before.shape == after.shape
        and np.allclose(before[:, :2] + before[:, 2:], after[:, :2] + after[:, 2:], atol=1)
        for before, after in zip(stated, moved, strict=True)
    )
