"""The hypothesis that explains boxes best, of those that are known beforehand and of the offset."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from facewright.core.boxes import Floats
from facewright.doctor.labels.fitting import GAIN, Fits, Moved, explains, fits
from facewright.doctor.labels.hypotheses import Hypothesis
from facewright.doctor.labels.offset import offset


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

    found = [one for one in map(of, tried) if explains(one.fits)]
    best = max(found, key=lambda one: one.reached, default=None)
    moved = offset(stated, faces)
    fitted = of(moved) if moved is not None else None
    # Its numbers are fitted, so that being as good as the others is no merit.
    if fitted and explains(fitted.fits) and (best is None or fitted.reached > best.reached + GAIN):
        return fitted
    return best
