"""How far a probability can be believed: what is said against what is true, in bins of equal width."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]


class Bin(NamedTuple):
    """Answers whose probability is in [low, high): how sure they were, and how often they were right."""

    low: float
    high: float
    answers: int
    mean_score: float
    share_right: float


def reliability(scores: Doubles, right: NDArray[np.bool_], bins: int) -> list[Bin]:
    """Scores (N,) and which are right (N,) in equal bins from 0 to 1 (the last holds 1 too); empty bins are
    left out."""
    which = _bin_of(scores, bins)
    count = np.bincount(which, minlength=bins)
    said, true = (np.bincount(which, values, minlength=bins) for values in (scores, right))
    return [
        Bin(i / bins, (i + 1) / bins, int(n), float(said[i] / n), float(true[i] / n))
        for i, n in enumerate(count)
        if n
    ]


def calibration_error(
    scores: Doubles, right: NDArray[np.bool_], bins: int, weights: Doubles | None = None
) -> float:
    """Expected calibration error: the mean over answers of |mean score - share right| in their bin.

    scores and right (N,); weights (N,): how much each answer counts, by default all the same. NaN without
    answers.
    """
    weights = np.ones(len(scores)) if weights is None else weights
    if not len(scores):
        return math.nan
    gaps = np.bincount(_bin_of(scores, bins), weights * (scores - right), minlength=bins)
    return float(np.abs(gaps).sum() / weights.sum())


def _bin_of(scores: Doubles, bins: int) -> NDArray[np.intp]:
    return np.minimum((scores * bins).astype(np.intp), bins - 1)
