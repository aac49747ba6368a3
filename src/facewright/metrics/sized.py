"""Which detections are right when only faces of one size count, by COCO's rules for its ranges of area."""

from collections.abc import Sequence

import numpy as np

from facewright.core.boxes import as_boxes, coverage, match
from facewright.core.faces import Faces
from facewright.datasets.sample import Sample
from facewright.metrics.matching import IOU, PictureMatch
from facewright.metrics.scale import face_sizes


def match_sized(
    samples: Sequence[Sample], faces: Sequence[Faces], scales: Sequence[float], low: float, high: float
) -> list[PictureMatch]:
    """As `match_all`, for faces of `low` to `high` pixels on their pictures' scales; `finder` is of those.

    A detection that finds a face of another size is ignored, as is one of another size that finds none.
    """
    return [_match(*one, low, high) for one in zip(samples, faces, scales, strict=True)]


def _match(sample: Sample, found: Faces, scale: float, low: float, high: float) -> PictureMatch:
    order = np.argsort(-found.scores, kind="stable")
    boxes, truth = found.boxes[order], as_boxes(sample.boxes)
    inside = _between(face_sizes(truth, scale), low, high)
    mine = match(boxes, truth[inside], IOU)
    free = np.flatnonzero(mine < 0)
    other = np.zeros(len(boxes), bool)
    other[free[match(boxes[free], truth[~inside], IOU) >= 0]] = True
    other |= (coverage(boxes, sample.ignore) >= IOU).any(axis=1)
    other |= ~_between(face_sizes(boxes, scale), low, high)
    finder = np.full(int(inside.sum()), -1, np.intp)
    right = np.flatnonzero(mine >= 0)
    finder[mine[right]] = right
    return PictureMatch(found.scores[order], mine, other, finder)


def _between(sizes: np.ndarray, low: float, high: float) -> np.ndarray:
    return (sizes >= low) & (sizes < high)
