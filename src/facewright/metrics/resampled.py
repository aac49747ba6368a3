"""Figures in every resample of the pictures at once, from scores that are sorted a single time.

Drawing a picture twice is giving it the weight 2: nothing is matched or sorted again, and a thousand values
of an AP take about as long as evaluating once.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from facewright.metrics.bootstrap import Counts, Doubles, ratio
from facewright.metrics.matching import PictureMatch

RECALLS = np.linspace(0, 1, 101)
"""COCO's"""
AT_ONCE = 2_000_000
"""numbers in an array"""


class Ranked(NamedTuple):
    """Yes-or-no answers, the surest first."""

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
        """Some resamples at a time: which they are, right ones and all ones up to each answer, (r, D)."""
        step = max(AT_ONCE // max(len(self.right), 1), 1)
        for start in range(0, len(counts), step):
            rows = slice(start, start + step)
            weights = counts[rows][:, self.picture].astype(np.float64)
            yield rows, np.cumsum(weights * self.right, axis=1), np.cumsum(weights, axis=1)


def ranked_detections(matches: Sequence[PictureMatch]) -> Ranked:
    """All detections that are right or wrong."""
    kept = [~m.ignored for m in matches]
    nothing = np.zeros(0)
    return Ranked.of(
        np.concatenate([nothing, *(m.scores[k] for m, k in zip(matches, kept, strict=True))]),
        np.concatenate([nothing, *(m.right[k] for m, k in zip(matches, kept, strict=True))]).astype(bool),
        np.repeat(np.arange(len(matches)), [int(k.sum()) for k in kept]),
    )


def detection_figures(
    matches: Sequence[PictureMatch], counts: Counts, *, threshold: float, rate: float
) -> dict[str, Doubles]:
    """Name -> (R,) of what `metrics.evaluation` tells of the pictures, in each resample.

    ap50: COCO's. recall_at: at most `rate` false alarms a picture. recall, precision, false_alarms: in use,
    at the `threshold`.
    """
    faces = np.array([len(m.finder) for m in matches], np.float64)
    found = np.array([np.sum(m.right & (m.scores >= threshold)) for m in matches], np.float64)
    wrong = np.array([np.sum(m.wrong & (m.scores >= threshold)) for m in matches], np.float64)
    ap50, recall_at = _ranked_figures(ranked_detections(matches), counts @ faces, counts, rate)
    return {
        "ap50": ap50,
        "recall_at": recall_at,
        "recall": ratio(found, faces, counts),
        "precision": ratio(found, found + wrong, counts),
        "false_alarms": ratio(wrong, np.ones(len(matches)), counts),
    }


def _ranked_figures(ranked: Ranked, faces: Doubles, counts: Counts, rate: float) -> tuple[Doubles, Doubles]:
    """AP and recall at a rate of false alarms a picture, (R,); NaN in a resample without a face."""
    ap, recall_at = np.full(len(counts), np.nan), np.full(len(counts), np.nan)
    pictures = counts.sum(axis=1, dtype=np.float64)
    for rows, right, all_ in ranked.sums(counts):
        # the best precision at this recall or a higher one
        precision = np.maximum.accumulate((right / np.maximum(all_, 1))[:, ::-1], axis=1)[:, ::-1]
        wrong = (all_ - right)[:, ranked.ends]
        for i, whole in enumerate(faces[rows]):
            if whole:
                at = np.searchsorted(right[i] / whole, RECALLS)
                ap[rows.start + i] = precision[i, at[at < len(right[i])]].sum() / len(RECALLS)
                kept = int(np.searchsorted(wrong[i] / pictures[rows.start + i], rate, side="right"))
                recall_at[rows.start + i] = right[i, ranked.ends[kept - 1]] / whole if kept else 0.0
    return ap, recall_at


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
    for rows, right, all_ in ranked.sums(counts):
        hits, whole = right[:, ranked.ends], all_[:, ranked.ends]
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
        found = np.insert(right[:, ranked.ends], 0, 0, axis=1)
        taken = np.insert((all_ - right)[:, ranked.ends], 0, 0, axis=1)
        both = (found[:, -1] > 0) & (taken[:, -1] > 0)
        found, taken = found[both] / found[both, -1:], taken[both] / taken[both, -1:]
        where = np.flatnonzero(both) + rows.start
        auc[where] = np.trapezoid(found, taken, axis=1)
        kept = (taken <= rate + 1e-12).sum(axis=1) - 1
        tpr[where] = found[np.arange(len(found)), kept]
    return {"auc": auc, "tpr": tpr}
