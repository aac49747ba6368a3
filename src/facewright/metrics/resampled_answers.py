"""Figures of yes-or-no answers in every resample of the pictures at once, from scores sorted a single time.

Drawing a picture twice is giving it the weight 2.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from facewright.metrics.bootstrap import Counts, Doubles, ratio

AT_ONCE = 2_000_000
"""numbers in an array"""


class Ranked(NamedTuple):
    """Answers, the surest first."""

    right: NDArray[np.bool_]
    """(D,)"""
    picture: NDArray[np.intp]
    """(D,): whose weight counts"""
    ends: NDArray[np.intp]
    """the last of each group of equal scores: no threshold divides them"""

    @classmethod
    def of(cls, scores: Doubles, right: NDArray[np.bool_], picture: NDArray[np.intp]) -> "Ranked":
        order = np.argsort(-scores, kind="stable")
        last = np.append(np.diff(scores[order]) != 0, True)[: len(order)]
        return cls(right[order], picture[order], np.flatnonzero(last))

    def sums(self, counts: Counts) -> Iterator[tuple[slice, Doubles, Doubles]]:
        """Some resamples at a time: which, how many right ones and how many in all there are down to each
        distinct score, (r, E)."""
        step = max(AT_ONCE // max(len(self.right), 1), 1)
        for start in range(0, len(counts), step):
            rows = slice(start, start + step)
            weights = counts[rows][:, self.picture].astype(np.float64)
            right, all_ = np.cumsum(weights * self.right, axis=1), np.cumsum(weights, axis=1)
            yield rows, right[:, self.ends], all_[:, self.ends]


def answer_figures(
    scores: Doubles, yes: NDArray[np.bool_], known: NDArray[np.bool_], counts: Counts
) -> dict[str, Doubles]:
    """Name -> (R,) of `metrics.attributes` for one attribute: its probabilities, truth, and where that is
    known, each (N,)."""
    said = scores >= 0.5
    recall = ratio(said & yes & known, yes & known, counts)
    specificity = ratio(~said & ~yes & known, ~yes & known, counts)
    return {
        "accuracy": ratio((said == yes) & known, known, counts),
        "balanced_accuracy": (recall + specificity) / 2,
        "f1": ratio(2.0 * (said & yes & known), (yes & known) * 1.0 + (said & known), counts),
        "ap": _step_precision(scores, yes, known, counts),
    }


def _step_precision(
    scores: Doubles, yes: NDArray[np.bool_], known: NDArray[np.bool_], counts: Counts
) -> Doubles:
    """As `metrics.attributes.average_precision`, (R,)."""
    out = np.full(len(counts), np.nan)
    ranked = Ranked.of(scores[known], yes[known], np.flatnonzero(known))
    for rows, hits, whole in ranked.sums(counts):
        if not hits.shape[1]:
            continue
        positives = hits[:, -1]
        steps = (np.diff(hits, axis=1, prepend=0.0) * hits / np.maximum(whole, 1)).sum(axis=1)
        out[rows] = np.divide(steps, positives, out=np.full(len(hits), np.nan), where=positives > 0)
    return out


def auc_figures(scores: Doubles, face: NDArray[np.bool_], counts: Counts, rate: float) -> dict[str, Doubles]:
    """Name -> (R,) of `metrics.roc` for windows (N,): auc, and tpr at a false positive rate."""
    auc, tpr = np.full(len(counts), np.nan), np.full(len(counts), np.nan)
    ranked = Ranked.of(scores, face, np.arange(len(face)))
    for rows, right, all_ in ranked.sums(counts):
        found = np.insert(right, 0, 0, axis=1)
        taken = np.insert(all_ - right, 0, 0, axis=1)
        both = (found[:, -1] > 0) & (taken[:, -1] > 0)
        found, taken = found[both] / found[both, -1:], taken[both] / taken[both, -1:]
        where = np.flatnonzero(both) + rows.start
        auc[where] = np.trapezoid(found, taken, axis=1)
        kept = (taken <= rate + 1e-12).sum(axis=1) - 1
        tpr[where] = found[np.arange(len(found)), kept]
    return {"auc": auc, "tpr": tpr}
