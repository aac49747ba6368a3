"""FDDB's protocol (Jain and Learned-Miller, "FDDB: A Benchmark for Face Detection in Unconstrained Settings",
2010), as its evaluation program does it.

At each score threshold the detections of a picture are matched one to one with its ellipses so that the sum
of their overlaps (IoU) is greatest. Discrete score: a match of more than .5 counts 1, any other detection is
a false positive. Continuous score: every match counts its overlap.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from facewright.core.regions import iou
from facewright.datasets.fddb_predictions import Scored
from facewright.datasets.fddb_truth import FddbTruth

Doubles = NDArray[np.float64]

IOU = 0.5
"""a match of more finds the face"""
FALSE_POSITIVES = (100, 500, 1000, 2000)
"""over all ten folds, at which the true positive rates are told; a fold is told at a tenth of them"""
FOLDS = 10


class Rates(NamedTuple):
    """The true positive rates at a number of false positives."""

    discrete: float
    continuous: float


@dataclass(frozen=True, eq=False, slots=True)
class FddbCurve:
    """A point for each distinct score, highest first."""

    faces: int
    pictures: int
    thresholds: Doubles
    false_positives: Doubles
    discrete: Doubles
    """true positive rate; NaN without faces, as `continuous`"""
    continuous: Doubles

    def at(self, false_positives: float) -> Rates:
        """The highest rates with at most so many false positives; 0 where every threshold gives more."""
        if not self.faces:
            return Rates(float("nan"), float("nan"))
        within = self.false_positives <= false_positives
        return Rates(
            float(self.discrete[within].max(initial=0)), float(self.continuous[within].max(initial=0))
        )

    def points(self) -> dict[str, list[float]]:
        """The curve for JSON: for each number of false positives, up to the last told, the highest rates."""
        order = np.argsort(self.false_positives, kind="stable")
        wrong = self.false_positives[order]
        numbers = np.unique(wrong[wrong <= FALSE_POSITIVES[-1]]) if self.faces else wrong[:0]
        last = np.searchsorted(wrong, numbers, side="right") - 1
        rates = {kind: np.maximum.accumulate(getattr(self, kind)[order])[last] for kind in Rates._fields}
        return {name: values.tolist() for name, values in ({"false_positives": numbers} | rates).items()}


@dataclass(frozen=True, eq=False, slots=True)
class FddbResult:
    """The curve of all pictures, and of each fold that has any."""

    overall: FddbCurve
    folds: dict[int, FddbCurve]

    def to_dict(self) -> dict[str, Any]:
        """Plain numbers for JSON, unrounded: kind -> false positives -> rate, and in `fddb` the rest; None
        where there is no face."""
        folds = {
            str(fold): {"pictures": curve.pictures, "faces": curve.faces}
            | _rates(curve, [n / FOLDS for n in FALSE_POSITIVES])
            for fold, curve in self.folds.items()
        }
        return _rates(self.overall, FALSE_POSITIVES) | {
            "fddb": {
                "pictures": self.overall.pictures,
                "faces": self.overall.faces,
                "folds": folds,
                "curve": self.overall.points(),
            }
        }


def evaluate(
    truth: FddbTruth, found: Sequence[Scored], sizes: Mapping[str, tuple[int, int]] | None = None
) -> FddbResult:
    """Judge what was `found` in each picture of the truth, in its order.

    sizes: picture -> width and height; what lies outside a picture does not count where its size is known,
    by default from the truth. Raises ValueError when truth and finds differ in length.
    """
    sizes = truth.sizes if sizes is None else sizes
    steps = [
        _steps(iou(faces, one.regions, sizes.get(name)), one.scores)
        for name, faces, one in zip(truth.names, truth.faces, found, strict=True)
    ]

    def curve_of(chosen: Sequence[int]) -> FddbCurve:
        return _curve([steps[i] for i in chosen], sum(len(truth.faces[i]) for i in chosen))

    folds: dict[int, list[int]] = {}
    for i, fold in enumerate(truth.folds):
        folds.setdefault(fold, []).append(i)
    return FddbResult(curve_of(range(len(steps))), {fold: curve_of(folds[fold]) for fold in sorted(folds)})


def matched(overlap: Doubles) -> Doubles:
    """The overlaps (K,) of the pairs of a one-to-one matching whose sum is greatest; overlap is (T, N).

    Of matchings with equal sums, one in which most pairs overlap by more than .5. Pairs that share nothing
    are left out.
    """
    from scipy.optimize import linear_sum_assignment

    rows, columns = linear_sum_assignment(overlap + 1e-9 * (overlap > IOU), maximize=True)
    pairs = overlap[rows, columns]
    return pairs[pairs > 0]


def _steps(overlap: Doubles, scores: Doubles) -> Doubles:
    """(K, 4): for each distinct score of a picture, how much its detections add: score, discrete, continuous,
    false positives."""
    order = np.argsort(-scores, kind="stable")
    scores, overlap = scores[order], overlap[:, order]
    ends = np.flatnonzero(np.append(np.diff(scores) != 0, True)) if len(scores) else np.zeros(0, np.intp)
    near = overlap.any(axis=0)
    overlap = overlap[:, near]
    counts = np.cumsum(near)[ends]  # how many detections with any overlap there are down to each score
    totals = np.zeros((len(ends) + 1, 2))
    for i, count in enumerate(counts, start=1):
        if i > 1 and count == counts[i - 2]:
            totals[i] = totals[i - 1]
        elif count:
            pairs = matched(overlap[:, :count])
            totals[i] = (pairs > IOU).sum(), pairs.sum()
    added = np.diff(totals, axis=0)
    wrong = np.diff(ends + 1 - totals[1:, 0], prepend=0)
    return np.column_stack([scores[ends], added, wrong])


def _curve(steps: Sequence[Doubles], faces: int) -> FddbCurve:
    every = np.concatenate([np.zeros((0, 4)), *steps])
    every = every[np.argsort(-every[:, 0], kind="stable")]
    ends = np.flatnonzero(np.append(np.diff(every[:, 0]) != 0, True)) if len(every) else np.zeros(0, np.intp)
    discrete, continuous, wrong = np.cumsum(every[:, 1:], axis=0)[ends].T
    share = 1 / faces if faces else float("nan")
    return FddbCurve(faces, len(steps), every[ends, 0], wrong, discrete * share, continuous * share)


def _rates(curve: FddbCurve, numbers: Sequence[float]) -> dict[str, Any]:
    rates = {f"{number:g}": curve.at(number) for number in numbers}
    return {
        kind: {number: getattr(rate, kind) if curve.faces else None for number, rate in rates.items()}
        for kind in Rates._fields
    }


def protocol(sizes: bool) -> list[str]:
    """The rules behind the figures, one sentence a line; `sizes`: whether the pictures' are known."""
    cut = "cut to their pictures" if sizes else "not cut to their pictures, whose sizes are not known"
    return [
        "FDDB: at every threshold, detections and ellipses of a picture are matched one to one for the "
        f"greatest sum of IoU; discrete: a match counts 1 above {IOU}; continuous: it counts its IoU.",
        f"FDDB: regions are {cut}; areas are measured, not counted in pixels.",
        "FDDB: false positives are the discrete score's, over all pictures; of a fold, a tenth as many.",
    ]
