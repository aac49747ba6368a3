"""Which detections are right: greedy matching, picture by picture, with regions that count for nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from facewright.core.boxes import coverage, match
from facewright.core.errors import DataError
from facewright.core.faces import Faces
from facewright.datasets.sample import Sample

IOU = 0.5
"""a detection finds a face when their boxes overlap by at least this"""


@dataclass(frozen=True, eq=False, slots=True)
class PictureMatch:
    """The verdict on each of a picture's N detections, in the order in which they were given."""

    scores: NDArray[np.float32]
    """(N,)"""
    found: NDArray[np.intp]
    """(N,): index of the true face found, or -1"""
    inside: NDArray[np.bool_]
    """(N,): lies in a region where nothing is known; it can be right there, but not wrong"""
    finder: NDArray[np.intp]
    """(T,): for each true face the index of the detection that found it, or -1"""

    @property
    def right(self) -> NDArray[np.bool_]:
        return self.found >= 0

    @property
    def ignored(self) -> NDArray[np.bool_]:
        """(N,): neither right nor wrong."""
        return (self.found < 0) & self.inside

    @property
    def wrong(self) -> NDArray[np.bool_]:
        return (self.found < 0) & ~self.inside


def match_picture(
    boxes: ArrayLike, scores: ArrayLike, truth: ArrayLike, ignore: ArrayLike = (), iou_threshold: float = IOU
) -> PictureMatch:
    """Match the detections of one picture, best score first; each true face is found at most once.

    boxes (N, 4) and scores (N,) in any order, truth (T, 4), ignore (M, 4), all in the same pixels. As in
    COCO, a detection that finds no face is ignored where one region covers at least `iou_threshold` of its
    area.
    """
    scores = np.asarray(scores, np.float32).reshape(-1)
    order = np.argsort(-scores, kind="stable")
    boxes = np.asarray(boxes, np.float32).reshape(-1, 4)
    found = np.full(len(boxes), -1, np.intp)
    found[order] = match(boxes[order], truth, iou_threshold)
    inside = np.asarray((coverage(boxes, ignore) >= iou_threshold).any(axis=1))
    finder = np.full(len(np.asarray(truth)), -1, np.intp)
    right = np.flatnonzero(found >= 0)
    finder[found[right]] = right
    return PictureMatch(scores, found, inside, finder)


def match_all(
    samples: Sequence[Sample], faces: Sequence[Faces], iou_threshold: float = IOU
) -> list[PictureMatch]:
    """`match_picture` for every picture. Raises ValueError when the two sequences differ in length.

    Raises DataError when a face's box is not known (NaN): nothing could find it, or be a false alarm there.
    """
    check_boxes(samples)
    return [
        match_picture(found.boxes, found.scores, sample.boxes, sample.ignore, iou_threshold)
        for sample, found in zip(samples, faces, strict=True)
    ]


def check_boxes(samples: Sequence[Sample]) -> None:
    """Raise DataError for the first sample that has a face without a box."""
    for sample in samples:
        if not np.isfinite(sample.boxes).all():
            raise DataError(
                f"{sample.name}: has a face without a box; a detector can only be judged by boxes"
            )
