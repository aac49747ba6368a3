"""Whether a detection is right by the landmarks that its box holds: a rule that knows no convention of boxes.

Sets draw their boxes from brow to chin, from hair to chin or round the whole head, and a detector gives what
it was taught. An IoU judges that as well as the finding. Here a detection is right when

- its box holds at least `HELD` of the face's five true landmarks (edges included), and
- its longer side is at most `LARGEST` times the landmarks' extent, the greatest distance between two of the
  five: twice the head is not the face, and the whole picture is none;
- best score first, one detection a face and one face a detection: of the faces that it holds and that are
  still free it takes the one whose landmarks' mean is nearest to its centre.

What holds no face is wrong, unless one region to ignore covers half of it, as everywhere. A face without
landmarks is such a region: nothing is asked about it.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from facewright.core.boxes import as_boxes, coverage
from facewright.core.faces import Faces
from facewright.datasets.sample import Sample
from facewright.metrics.matching import IOU, PictureMatch
from facewright.metrics.resampled_detection import average_precisions

HELD = 4
"""of the five: with all of them, a corner of the mouth on the edge of a tight box would decide"""
LARGEST = 3.0
"""Boxes from brow to chin on helen and mtfl are 1.4 to 2.0 extents, those of five detectors 1.1 to 2.6."""


def extent(landmarks: ArrayLike) -> NDArray[np.float64]:
    """The greatest distance between two of the five landmarks (T, 5, 2) of each face, (T,)."""
    points = np.asarray(landmarks, np.float64).reshape(-1, 5, 2)
    apart = np.linalg.norm(points[:, :, None] - points[:, None], axis=-1)
    return np.asarray(apart.max(axis=(1, 2), initial=0.0))


def holds(boxes: ArrayLike, landmarks: ArrayLike) -> NDArray[np.bool_]:
    """Which boxes (N, 4) hold which faces, by their landmarks (T, 5, 2): (N, T)."""
    b = as_boxes(boxes)
    points = np.asarray(landmarks, np.float32).reshape(-1, 5, 2)
    inside = (points[None] >= b[:, None, None, :2]) & (points[None] <= b[:, None, None, 2:])
    enough = inside.all(axis=-1).sum(axis=-1) >= HELD
    longer = (b[:, 2:] - b[:, :2]).max(axis=1, initial=0)
    return np.asarray(enough & (longer[:, None] <= LARGEST * extent(points)[None]))


def match_holding(
    boxes: ArrayLike, scores: ArrayLike, landmarks: ArrayLike, ignore: ArrayLike = ()
) -> PictureMatch:
    """Match one picture's detections, boxes (N, 4) and scores (N,), with the faces of landmarks (T, 5, 2)."""
    b, scores = as_boxes(boxes), np.asarray(scores, np.float32).reshape(-1)
    points = np.asarray(landmarks, np.float32).reshape(-1, 5, 2)
    away = np.linalg.norm(((b[:, :2] + b[:, 2:]) / 2)[:, None] - points.mean(axis=1)[None], axis=-1)
    away[~holds(b, points)] = np.inf
    found, finder = np.full(len(b), -1, np.intp), np.full(len(points), -1, np.intp)
    for i in np.argsort(-scores, kind="stable") if len(points) else ():
        nearest = int(np.argmin(away[i]))
        if np.isfinite(away[i, nearest]):
            found[i], finder[nearest] = nearest, i
            away[:, nearest] = np.inf
    inside = np.asarray((coverage(b, ignore) >= IOU).any(axis=1))
    return PictureMatch(scores, found, inside, finder)


def match_all_holding(samples: Sequence[Sample], faces: Sequence[Faces]) -> list[PictureMatch]:
    """`match_holding` for every picture; a face without landmarks becomes a region to ignore."""
    out = []
    for sample, found in zip(samples, faces, strict=True):
        known = np.isfinite(sample.landmarks).all(axis=(1, 2))
        ignore = np.concatenate([sample.ignore, sample.boxes[~known]])
        out.append(match_holding(found.boxes, found.scores, sample.landmarks[known], ignore))
    return out


def ap_holding(matches: Sequence[PictureMatch]) -> float:
    """AP of what `match_all_holding` gave, with COCO's 101 recall points; NaN without a face."""
    return float(average_precisions(matches, np.ones((1, len(matches)), np.uint16))[0])
