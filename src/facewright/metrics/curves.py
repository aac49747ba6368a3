"""Precision, recall and false alarms at every threshold."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from facewright.core.faces import Faces
from facewright.metrics.matching import PictureMatch

Doubles = NDArray[np.float64]


class Operating(NamedTuple):
    """What a detector does at one threshold."""

    threshold: float
    recall: float
    precision: float
    false_alarms: float
    """a picture"""


@dataclass(frozen=True, eq=False, slots=True)
class Curve:
    """One point for each distinct score, highest first: no threshold divides equal scores."""

    thresholds: Doubles
    recall: Doubles
    """NaN throughout when there is no true face"""
    precision: Doubles
    false_alarms: Doubles
    """a picture"""
    faces: int
    """true ones; without any there is no recall"""

    def at_threshold(self, threshold: float) -> Operating:
        """When the detections that score at least `threshold` are kept; precision NaN if none."""
        kept = int(np.searchsorted(-self.thresholds, -threshold, side="right"))
        return self._point(kept - 1, threshold)

    def at_false_alarms(self, rate: float) -> Operating:
        """The most faces that can be found with at most `rate` false alarms a picture.

        Its threshold is the lowest score kept, above 1 when every threshold gives more false alarms.
        """
        kept = int(np.searchsorted(self.false_alarms, rate, side="right"))
        return self._point(kept - 1, float(self.thresholds[kept - 1]) if kept else float(np.nextafter(1, 2)))

    def _point(self, i: int, threshold: float) -> Operating:
        if i >= 0:
            return Operating(
                threshold, float(self.recall[i]), float(self.precision[i]), float(self.false_alarms[i])
            )
        return Operating(threshold, 0.0 if self.faces else float("nan"), float("nan"), 0.0)


def curve(matches: Sequence[PictureMatch]) -> Curve:
    """The curve of a whole set of pictures; ignored detections are left out."""
    faces = sum(len(m.finder) for m in matches)
    scores, right = judged(matches)
    order = np.argsort(-scores, kind="stable")
    scores, right = scores[order], right[order]
    last_of_tie = (
        np.flatnonzero(np.append(np.diff(scores) != 0, True)) if len(scores) else np.zeros(0, np.intp)
    )
    found = np.cumsum(right)[last_of_tie].astype(np.float64)
    wrong = np.cumsum(~right)[last_of_tie].astype(np.float64)
    return Curve(
        scores[last_of_tie],
        found / faces if faces else np.full(len(found), np.nan),
        found / np.maximum(found + wrong, 1),
        wrong / max(len(matches), 1),
        faces,
    )


def first_too_many(faceless: Sequence[Faces], allowed: int) -> float | None:
    """The highest score that a threshold must exceed for at most `allowed` false alarms on all the pictures.

    faceless: what is found in each of some pictures without faces. None where every threshold will do.
    """
    alarms = np.sort(np.concatenate([f.scores for f in faceless] or [np.zeros(0, np.float32)]))[::-1]
    return float(alarms[allowed]) if len(alarms) > allowed else None


def judged(matches: Sequence[PictureMatch]) -> tuple[Doubles, NDArray[np.bool_]]:
    """Scores (N,) of all detections that are right or wrong, and which are right (N,)."""
    return _of_all(matches, [~m.ignored for m in matches])


def believable(matches: Sequence[PictureMatch]) -> tuple[Doubles, NDArray[np.bool_]]:
    """The same of the detections by which scores can be judged, those that lie in no ignore region.

    Inside one a detection may be found right, but never wrong: all scores there would seem too low.
    """
    return _of_all(matches, [~m.inside for m in matches])


def _of_all(
    matches: Sequence[PictureMatch], kept: Sequence[NDArray[np.bool_]]
) -> tuple[Doubles, NDArray[np.bool_]]:
    if not matches:
        return np.zeros(0), np.zeros(0, bool)
    scores = np.concatenate([m.scores[k] for m, k in zip(matches, kept, strict=True)])
    return scores.astype(np.float64), np.concatenate([m.right[k] for m, k in zip(matches, kept, strict=True)])
