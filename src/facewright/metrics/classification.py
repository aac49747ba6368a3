"""How often face-or-not is right: over faces and faceless windows alike, in colour and in grey."""

import numpy as np
from numpy.typing import ArrayLike

from facewright.metrics.roc import Roc, roc

FIGURES = ("accuracy", "colour", "grey", "auc")
THRESHOLD = 0.5
"""from this probability on a window is said to show a face"""


def figures_of(labels: ArrayLike, colour: ArrayLike, grey: ArrayLike) -> dict[str, float]:
    """FIGURES of the same windows, seen in colour and seen in grey: labels and probabilities (N,).

    accuracy is the mean of `colour` and `grey`, auc that of all 2 N. Raises ValueError where there are faces
    alone, or none.
    """
    curves = [roc(labels, found) for found in (colour, grey)]
    everything = roc(np.tile(labels, 2), np.concatenate([colour, grey]))
    shares = [balanced_accuracy(curve) for curve in curves]
    return dict(zip(FIGURES, [sum(shares) / 2, *shares, everything.auc], strict=True))


def balanced_accuracy(curve: Roc) -> float:
    """Mean of the share of faces and of the share of faceless windows told right, at `THRESHOLD`.

    Both count the same, however many there are of each.
    """
    _, tpr, fpr = curve.at_threshold(THRESHOLD)
    return (tpr + 1 - fpr) / 2
