"""One list of faces from what several views of a picture showed."""

from collections.abc import Sequence

import numpy as np

from facewright.core.boxes import coverage, iou
from facewright.inference.detections import Detections

INSIDE = 0.7
"""share of a box that lies in another one from which the two are about the same face"""
LOOSE = 0.2
"""share of a loose box that a tight one of the same face may be; what is smaller is a face in front of it"""


def merge(views: Sequence[Detections], iou_threshold: float = 0.45) -> Detections:
    """Greedily, best first; of one face seen in several views the best is kept. All in the same pixels.

    A box goes when a better one of another view overlaps it by more than `iou_threshold` or holds it (it is
    a part of that face, an eye say), or when it holds a better one not much smaller (the same face, framed
    loosely). What one view shows apart stays apart: of a single view all is kept.
    Raises ValueError when some views have landmarks and others have none.
    """
    if len(views) == 1:
        return views[0]
    with_landmarks = [view.landmarks for view in views if view.landmarks is not None]
    if len(with_landmarks) not in (0, len(views)):
        raise ValueError("some views have landmarks and others have none")
    showing = [view for view in views if len(view.scores)]
    if len(showing) <= 1:  # as of most pictures
        boxes, scores, landmarks = showing[0] if showing else views[0]
        order = np.argsort(-scores, kind="stable")
        return Detections(boxes[order], scores[order], None if landmarks is None else landmarks[order])
    boxes, scores = (np.concatenate([view[i] for view in views]) for i in (0, 1))
    view_of = np.repeat(np.arange(len(views)), [len(view.scores) for view in views])
    free = np.ones(len(boxes), bool)
    kept: list[int] = []
    for i in np.argsort(-scores, kind="stable").tolist():
        if not free[i]:
            continue
        kept.append(i)
        mine = boxes[i : i + 1]
        in_mine, of_mine = coverage(boxes, mine)[:, 0], coverage(mine, boxes)[0]
        same = iou(mine, boxes)[0] > iou_threshold
        part = in_mine > INSIDE
        loose = (of_mine > INSIDE) & (in_mine > LOOSE)
        free &= ~((same | part | loose) & (view_of != view_of[i]))
    landmarks = np.concatenate(with_landmarks)[kept] if with_landmarks else None
    return Detections(boxes[kept], scores[kept], landmarks)
