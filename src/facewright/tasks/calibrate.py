"""Logits to probabilities that can be believed, and that decide at one half: fitted on validation pictures.

Two things are wanted of a probability: that of faces with a "Goatee" of .7 seven in ten have one, and that
one half is where yes begins. For a rare attribute they are at odds: the best F1 asks for a yes below one
half. Here the slope is that of the calibrated probability, and the offset moves its decision to one half.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from facewright.core.logits import Doubles, logit, sigmoid

SURE = 1e-7
"""as near to 0 or 1 as single precision can say: a score that is nearer tells no more"""
STEPS = 60
"""of Newton's method at most; it needs about ten"""


class Calibration(NamedTuple):
    """probability = sigmoid(slope * logit + offset), each (A,); one half decides."""

    slope: Doubles
    offset: Doubles
    threshold: Doubles
    """what the merely calibrated probability was where now one half is: 0.5 where nothing was moved"""


def calibrate(logits: Doubles, labels: NDArray[np.int8], *, lean: float = 1.0) -> Calibration:
    """Platt scaling for each attribute, then its decision moved to one half.

    logits: (N, A). labels: (N, A): 1 yes, 0 no, -1 unknown, which counts nothing. lean: 0 decides where a
    calibrated probability is one half (the best accuracy), 1 where the F1 that the probabilities let expect
    is highest, between them part of the way (in log odds). An attribute without a yes, or without a no, keeps
    slope 1 and offset 0.
    """
    count = logits.shape[1]
    slope, offset, threshold = np.ones(count), np.zeros(count), np.full(count, 0.5)
    for i in range(count):
        known = labels[:, i] >= 0
        z, y = logits[known, i], labels[known, i] == 1
        if not y.any() or y.all():
            continue
        slope[i], offset[i] = platt(z, y)
        best = best_threshold(sigmoid(slope[i] * z + offset[i]))
        shift = lean * logit(best)
        offset[i] -= shift
        threshold[i] = sigmoid(shift)
    return Calibration(slope, offset, threshold)


def calibrated_by_halves(logits: Doubles, labels: NDArray[np.int8], *, lean: float) -> Doubles:
    """(N, A) logits, those of even places calibrated on the odd ones and the other way round (`calibrate`).

    All can be judged, as no calibration has seen what it changed.
    """
    after, even = logits.copy(), np.arange(len(logits)) % 2 == 0
    for fitted, judged in ((even, ~even), (~even, even)):
        found = calibrate(logits[fitted], labels[fitted], lean=lean)
        after[judged] = logits[judged] * found.slope + found.offset
    return after


def platt(logits: Doubles, yes: NDArray[np.bool_], weights: Doubles | None = None) -> tuple[float, float]:
    """Slope and offset that make `yes` (N,) likeliest, some of both among them (Platt, "Probabilistic Outputs
    for Support Vector Machines", 1999: targets a little inside 0 and 1; Newton's method of Lin et al., 2007).

    weights (N,): how much each counts, as shares of what one counts on average; by default all the same.
    """
    counts = np.ones(len(yes)) if weights is None else weights / weights.mean()
    positive, negative = float(counts[yes].sum()), float(counts[~yes].sum())
    target = np.where(yes, (positive + 1) / (positive + 2), 1 / (negative + 2))
    inputs = np.stack([logits, np.ones_like(logits)], axis=1)
    line = np.array([0.0, np.log((positive + 1) / (negative + 1))])
    value = _cross_entropy(inputs @ line, target, counts)
    for _ in range(STEPS):
        p = sigmoid(inputs @ line)
        gradient = inputs.T @ (counts * (p - target))
        curvature = (inputs * (counts * p * (1 - p))[:, None]).T @ inputs + 1e-9 * np.eye(2)
        step, size = np.linalg.solve(curvature, gradient), 1.0
        while (lower := _cross_entropy(inputs @ (line - size * step), target, counts)) > value:
            size /= 2
            if size < 1e-10:
                break
        line = line - size * step
        if value - lower < 1e-10 * max(value, 1.0):
            break
        value = lower
    return float(line[0]), float(line[1])


def best_threshold(probabilities: Doubles) -> float:
    """Where calibrated probabilities (N,) let expect the highest F1 = 2 TP / (yes said + yes true).

    Expected, not counted: of a rare attribute a few faces would decide it otherwise. Never above one half:
    the highest F1 of calibrated probabilities is reached at half its own value (Lipton et al., "Optimal
    Thresholding of Classifiers to Maximize F1 Measure", 2014).
    """
    p = np.sort(probabilities)[::-1]
    expected = 2 * np.cumsum(p) / (np.arange(1, len(p) + 1) + p.sum())
    return float(np.clip(expected.max() / 2, 1e-6, 0.5))


def _cross_entropy(logits: Doubles, target: Doubles, counts: Doubles) -> float:
    return float((counts * (np.logaddexp(0, logits) - target * logits)).sum())
