"""Figures of detectors in every resample of the pictures at once, from detections matched a single time.

Drawing a picture twice is giving it the weight 2, so nothing is matched or sorted again. Between two right
detections lie many wrong ones, of which only the number matters: counted once for each picture and each such
gap, a product of matrices gives it for all resamples. A thousand values of an AP take about as long as
matching once.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from facewright.metrics.bootstrap import Counts, Doubles, ratio
from facewright.metrics.matching import PictureMatch

RECALLS = np.linspace(0, 1, 101)
"""COCO's"""
AT_ONCE = 8_000_000
"""numbers in an array"""


def average_precisions(matches: Sequence[PictureMatch], counts: Counts) -> Doubles:
    """AP by COCO's rules in each resample, (R,); NaN in one without a face."""
    faces = _faces(matches, counts)
    out = np.full(len(counts), np.nan)
    for rows, right, wrong in _cumulated(matches, counts):
        precision = right / np.maximum(right + wrong, 1)
        # the best at this recall or a higher one
        precision = np.maximum.accumulate(precision[:, ::-1], axis=1)[:, ::-1]
        for i, whole in enumerate(faces[rows]):
            if whole:
                at = np.searchsorted(right[i] / whole, RECALLS)
                out[rows.start + i] = precision[i, at[at < precision.shape[1]]].sum() / len(RECALLS)
    return out


def recalls_at(matches: Sequence[PictureMatch], counts: Counts, rate: float) -> Doubles:
    """Recall at the lowest threshold with at most `rate` false alarms a picture, in each resample, (R,)."""
    faces, allowed = _faces(matches, counts), rate * counts.sum(axis=1, dtype=np.float64)
    out = np.where(faces > 0, 0.0, np.nan)
    for rows, right, wrong in _cumulated(matches, counts, wrong_first=True):
        kept = (wrong <= allowed[rows, None]).sum(axis=1)
        some = np.flatnonzero((kept > 0) & (faces[rows] > 0))
        out[rows.start + some] = right[some, kept[some] - 1] / faces[rows][some]
    return out


def figures_in_use(matches: Sequence[PictureMatch], counts: Counts, threshold: float) -> dict[str, Doubles]:
    """recall, precision and false_alarms (a picture) at a threshold, in each resample, each (R,)."""
    faces = np.array([len(m.finder) for m in matches], np.float64)
    found = np.array([np.sum(m.right & (m.scores >= threshold)) for m in matches], np.float64)
    wrong = np.array([np.sum(m.wrong & (m.scores >= threshold)) for m in matches], np.float64)
    return {
        "recall": ratio(found, faces, counts),
        "precision": ratio(found, found + wrong, counts),
        "false_alarms": ratio(wrong, np.ones(len(matches)), counts),
    }


def _faces(matches: Sequence[PictureMatch], counts: Counts) -> Doubles:
    return np.asarray(counts @ np.array([len(m.finder) for m in matches], np.float64))


def _cumulated(
    matches: Sequence[PictureMatch], counts: Counts, *, wrong_first: bool = False
) -> Iterator[tuple[slice, Doubles, Doubles]]:
    """Some resamples at a time: which, and how many right and wrong detections there are up to each of the K
    right ones, best first, (r, K).

    Of equal scores COCO takes the earlier picture's first; with `wrong_first` no threshold divides them.
    """
    kept = [~m.ignored for m in matches]
    scores = np.concatenate([np.zeros(0), *(m.scores[k] for m, k in zip(matches, kept, strict=True))])
    right = np.concatenate([np.zeros(0, bool), *(m.right[k] for m, k in zip(matches, kept, strict=True))])
    picture = np.repeat(np.arange(len(matches)), [int(k.sum()) for k in kept])
    order = np.lexsort((right, -scores)) if wrong_first else np.argsort(-scores, kind="stable")
    right, picture = right[order], picture[order]
    gap = np.cumsum(right)[~right]  # how many right ones are before each wrong one
    owner = picture[~right]
    mine = picture[right]
    step = max(AT_ONCE // max(len(mine), 1), 1)
    for start in range(0, len(counts), step):
        rows = slice(start, start + step)
        drawn = counts[rows].astype(np.float32)
        wrong = np.zeros((len(drawn), len(mine)), np.float32)
        width = max(AT_ONCE // max(len(matches), 1), 1)
        for first in range(0, len(mine), width):
            last = min(first + width, len(mine))
            here = (gap >= first) & (gap < last)
            wrongs = np.zeros((len(matches), last - first), np.float32)
            np.add.at(wrongs, (owner[here], gap[here] - first), 1)
            wrong[:, first:last] = drawn @ wrongs
        yield (
            rows,
            np.cumsum(drawn[:, mine], axis=1, dtype=np.float64),
            np.cumsum(wrong, axis=1, dtype=np.float64),
        )
