"""How often face-or-not is right: over faces and faceless windows alike, in colour and in grey."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from facewright.core.boxes import Floats

FIGURES = ("accuracy", "colour", "grey")
THRESHOLD = 0.5
"""from this probability on a window is said to show a face"""


def balanced_accuracy(labels: ArrayLike, probabilities: ArrayLike, threshold: float = THRESHOLD) -> float:
    """Mean of the share of faces and of the share of faceless windows told right; (N,), (N,) -> 0 .. 1.

    Both count the same, however many there are of each. Raises ValueError where one kind is missing.
    """
    shares = rates(labels, probabilities, threshold)
    return sum(shares) / 2


def rates(labels: ArrayLike, probabilities: ArrayLike, threshold: float = THRESHOLD) -> tuple[float, float]:
    """(share of the faces called faces, share of the windows without one called that)."""
    face, said = np.asarray(labels, bool), np.asarray(probabilities) >= threshold
    if face.all() or not face.any():
        raise ValueError("accuracy needs both windows with a face and windows without one")
    return float(said[face].mean()), float((~said[~face]).mean())


def figures_of(labels: NDArray[np.bool_], colour: Floats, grey: Floats) -> dict[str, float]:
    """FIGURES of the same windows, seen in colour and seen in grey: probabilities (N,) each."""
    scores = [balanced_accuracy(labels, found) for found in (colour, grey)]
    return dict(zip(FIGURES, [sum(scores) / 2, *scores], strict=True))
