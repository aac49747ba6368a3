"""Where several models say different things of the same pictures: which to look at first."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from facewright.core.boxes import Floats, as_boxes, iou
from facewright.core.counted import counted
from facewright.core.faces import Faces
from facewright.datasets.sample import Sample
from facewright.metrics.matching import IOU, PictureMatch

Doubles = NDArray[np.float64]


class Verdict(NamedTuple):
    """What one detector did in one picture, at its threshold in use."""

    found: int
    faces: int
    alarms: int

    @property
    def f1(self) -> float:
        """1 for a faceless picture without a false alarm."""
        everything = self.faces + self.found + self.alarms
        return 2 * self.found / everything if everything else 1.0

    def __str__(self) -> str:
        alarms = f", {counted(self.alarms, 'false alarm')}" if self.alarms else ""
        return f"{self.found} of {self.faces} found{alarms}" if self.faces else f"faceless{alarms}"


class Differing(NamedTuple):
    """A picture in which detectors differ."""

    picture: int
    places: Floats
    """(K, 4): faces that some find and others miss, false alarms that some other does not give"""
    verdicts: tuple[Verdict, ...]
    """one a detector"""

    @property
    def gap(self) -> float:
        """Between the best and the worst F1."""
        return max(v.f1 for v in self.verdicts) - min(v.f1 for v in self.verdicts)


def differing_pictures(
    samples: Sequence[Sample],
    faces: Sequence[Sequence[Faces]],
    matches: Sequence[Sequence[PictureMatch]],
    thresholds: Sequence[float],
) -> list[Differing]:
    """The pictures in which detectors differ, those with most such places first, then by F1 gap.

    faces, matches and thresholds: one a detector, of all samples in their order.
    """
    out = []
    for i, sample in enumerate(samples):
        found, alarms, verdicts = [], [], []
        for own, match, threshold in zip(faces, matches, thresholds, strict=True):
            used = match[i].scores >= threshold
            found.append((match[i].finder >= 0) & np.append(used, False)[match[i].finder])
            alarms.append(own[i].boxes[match[i].wrong & used])
            verdicts.append(Verdict(int(found[-1].sum()), len(found[-1]), len(alarms[-1])))
        split = np.any(found, axis=0) & ~np.all(found, axis=0)
        places = np.concatenate([as_boxes(sample.boxes)[split], *_unshared(alarms)])
        if len(places):
            out.append(Differing(i, places, tuple(verdicts)))
    return sorted(out, key=lambda one: (-len(one.places), -one.gap))


def _unshared(alarms: Sequence[Floats]) -> list[Floats]:
    """Of each detector's false alarms those that some other one does not give; of alike ones the first."""
    kept: list[Floats] = []
    for boxes in alarms:
        lonely = np.zeros(len(boxes), bool)
        for other in alarms:
            if other is not boxes:
                lonely |= ~(iou(boxes, other) >= IOU).any(axis=1)
        for earlier in kept:
            lonely &= ~(iou(boxes, earlier) >= IOU).any(axis=1)
        kept.append(boxes[lonely])
    return kept


def largest_ranges(values: Doubles, most: int) -> list[tuple[int, float]]:
    """Of values (S, N) of S models the places with the largest range, and it; without those that agree."""
    ranges = np.ptp(values, axis=0)
    order = np.argsort(-ranges, kind="stable")[:most]
    return [(int(i), float(ranges[i])) for i in order if ranges[i] > 0]
