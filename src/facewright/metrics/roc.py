"""The ROC curve of a yes-or-no score: the faces found against the others taken for faces."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Doubles = NDArray[np.float64]

RATES = (0.001, 0.01, 0.05)
"""false positive rates at which the true positive rate is told"""


class RocPoint(NamedTuple):
    """What a threshold does: a score of at least `threshold` counts as a face."""

    threshold: float
    """above every score where nothing may count as a face"""
    tpr: float
    """share of the faces that are found"""
    fpr: float
    """share of the others that are taken for faces"""


@dataclass(frozen=True, eq=False, slots=True)
class Roc:
    """A point for each distinct score, highest first, after the one at which nothing counts as a face."""

    thresholds: Doubles
    """the first is infinite"""
    tpr: Doubles
    fpr: Doubles
    faces: int
    others: int

    @property
    def auc(self) -> float:
        """Area under the curve: how often a face scores above another, a tie counting half."""
        return float(np.trapezoid(self.tpr, self.fpr))

    def at_fpr(self, rate: float) -> RocPoint:
        """The most faces that a threshold finds with a false positive rate of at most `rate`."""
        return self._point(int(np.searchsorted(self.fpr, rate, side="right")) - 1)

    def at_threshold(self, threshold: float) -> RocPoint:
        """What this threshold does."""
        point = self._point(int(np.searchsorted(-self.thresholds, -threshold, side="right")) - 1)
        return point._replace(threshold=threshold)

    def best(self) -> RocPoint:
        """The threshold of highest balanced accuracy, (tpr + 1 - fpr) / 2, the highest of equally good ones.

        To be looked for on validation data and used on other data.
        """
        return self._point(int(np.argmax(self.tpr - self.fpr)))

    def to_dict(self) -> dict[str, object]:
        """Figures as plain numbers; a threshold above every score is None."""

        def plain(point: RocPoint) -> dict[str, float | None]:
            threshold = None if np.isinf(point.threshold) else point.threshold
            return {"threshold": threshold, "tpr": point.tpr, "fpr": point.fpr}

        return {
            "faces": self.faces,
            "others": self.others,
            "auc": self.auc,
            "at_fpr": {f"{rate:g}": plain(self.at_fpr(rate)) for rate in RATES},
            "at_half": plain(self.at_threshold(0.5)),
        }

    def _point(self, i: int) -> RocPoint:
        return RocPoint(float(self.thresholds[i]), float(self.tpr[i]), float(self.fpr[i]))


def roc(labels: ArrayLike, scores: ArrayLike) -> Roc:
    """Of labels (N,), 1 a face and 0 none, and scores (N,). Raises ValueError where a kind is missing."""
    face, score = _checked(labels, scores)
    order = np.argsort(-score, kind="stable")
    face, score = face[order], score[order]
    last_of_tie = np.flatnonzero(np.append(np.diff(score) != 0, True))
    found, wrong = np.cumsum(face)[last_of_tie], np.cumsum(~face)[last_of_tie]
    return Roc(
        np.append(np.inf, score[last_of_tie]),
        np.append(0.0, found / found[-1]),
        np.append(0.0, wrong / wrong[-1]),
        int(found[-1]),
        int(wrong[-1]),
    )


def tpr_interval(
    labels: ArrayLike,
    scores: ArrayLike,
    rate: float,
    *,
    repeats: int = 1000,
    confidence: float = 0.95,
    seed: int = 0,
) -> tuple[float, float]:
    """Percentile bootstrap interval of `roc(...).at_fpr(rate).tpr` (Efron, "Bootstrap methods", 1979).

    Faces and others are drawn anew, each on their own. Few others make it wide: at a rate of .001 a thousand
    of them allow one mistake. Raises ValueError where a kind is missing.
    """
    face, score = _checked(labels, scores)
    faces, others = score[face], score[~face]
    rng = np.random.default_rng(seed)
    allowed = int(np.floor(rate * len(others) + 1e-9))
    found = np.empty(repeats)
    for i in range(repeats):
        drawn = rng.choice(others, len(others))
        # above the first score that would be one mistake too many, equal ones included
        limit = -np.inf if allowed >= len(others) else np.partition(drawn, -allowed - 1)[-allowed - 1]
        found[i] = np.mean(rng.choice(faces, len(faces)) > limit)
    tail = (1 - confidence) / 2
    low, high = np.quantile(found, (tail, 1 - tail))
    return float(low), float(high)


def _checked(labels: ArrayLike, scores: ArrayLike) -> tuple[NDArray[np.bool_], Doubles]:
    face, score = np.asarray(labels, bool), np.asarray(scores, np.float64)
    if face.ndim != 1 or face.shape != score.shape:
        raise ValueError(f"labels {face.shape} and scores {score.shape} must be (N,) alike")
    if np.isnan(score).any():
        raise ValueError("a score is not a number")
    if face.all() or not face.any():
        raise ValueError("a ROC curve needs both faces and others")
    return face, score
