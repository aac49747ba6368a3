"""Looking as benchmarks do: at several sizes and in the mirror, with every box an average of what was seen.

It costs many times as much as one look and is a protocol for figures, not a way to use a detector: there,
tiles and close-ups find what one look misses.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from facewright.core.boxes import iou, nms
from facewright.inference.detections import Detections
from facewright.inference.tiles import Views
from facewright.inference.views import View

SCALES = (0.5, 1.0, 2.0)


@dataclass(frozen=True)
class MultiScale(Views):
    """Each view of `Views` also at other sizes, and everything once more mirrored."""

    scales: tuple[float, ...] = SCALES
    """of the size at which one look would be; the picture is enlarged for those that need it"""

    def needs(self, size: int | None) -> int | None:
        most = super().needs(size)
        return None if most is None else math.ceil(most * max(1, *self.scales))

    def of(self, width: int, height: int, size: int | None, enlarge: bool = False) -> list[View]:
        views = [
            replace(view, size=(max(1, round(view.size[0] * scale)), max(1, round(view.size[1] * scale))))
            for view in super().of(width, height, size, enlarge)
            for scale in self.scales
        ]
        return [replace(view, mirrored=mirrored) for view in views for mirrored in (False, True)]


def vote(views: Sequence[Detections], iou_threshold: float = 0.45) -> Detections:
    """One list of what several views of a picture showed, all in the same pixels, best first.

    Non-maximum suppression over all; then each box that stays becomes the mean, weighted by score, of all
    that overlap it by more than `iou_threshold`, itself among them (Gidaris and Komodakis, "Object detection
    via a multi-region and semantic segmentation-aware CNN model", 2015). Scores and landmarks stay those of
    the best. So the boxes, and with them AP, change where scores are calibrated, though no order does.
    """
    boxes, scores = (np.concatenate([view[i] for view in views]) for i in (0, 1))
    kept = nms(boxes, scores, iou_threshold)
    weights = np.where(iou(boxes[kept], boxes) > iou_threshold, scores, 0)
    weights[np.arange(len(kept)), kept] = np.maximum(scores[kept], np.finfo(np.float32).tiny)
    voted = (weights / weights.sum(axis=1, keepdims=True)) @ boxes
    points = [view.landmarks for view in views if view.landmarks is not None]
    return Detections(voted, scores[kept], np.concatenate(points)[kept] if points else None)
