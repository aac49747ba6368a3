"""Boxes: pure functions on arrays of shape (N, 4), `x0, y0, x1, y1` in pixels, edges not pixel indices.

       x0       x1
    y0 +--------+      A box that covers the whole of a W x H picture is (0, 0, W, H);
       |        |      its width is x1 - x0, without a "+ 1".
    y1 +--------+

Every function takes any array-like of N >= 0 boxes, returns new float32 arrays and never changes its input.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float32]


def as_boxes(boxes: ArrayLike) -> Floats:
    """Any array-like of boxes (an empty list too) as float32 of shape (N, 4)."""
    array = np.asarray(boxes, dtype=np.float32)
    if array.size == 0:
        return np.zeros((0, 4), np.float32)
    if array.ndim != 2 or array.shape[1] != 4:
        raise ValueError(f"boxes must have shape (N, 4), not {array.shape}")
    return array


def xywh_to_xyxy(boxes: ArrayLike) -> Floats:
    """Top left corner and size -> corners."""
    b = as_boxes(boxes)
    return np.concatenate([b[:, :2], b[:, :2] + b[:, 2:]], axis=1)


def cxcywh_to_xyxy(boxes: ArrayLike) -> Floats:
    """Centre and size -> corners."""
    b = as_boxes(boxes)
    half = b[:, 2:] / 2
    return np.concatenate([b[:, :2] - half, b[:, :2] + half], axis=1)


def xyxy_to_cxcywh(boxes: ArrayLike) -> Floats:
    """Corners -> centre and size."""
    b = as_boxes(boxes)
    return np.concatenate([(b[:, :2] + b[:, 2:]) / 2, b[:, 2:] - b[:, :2]], axis=1)


def area(boxes: ArrayLike) -> Floats:
    """Area of each box, shape (N,); 0 where a box is inside out."""
    b = as_boxes(boxes)
    return np.clip(b[:, 2] - b[:, 0], 0, None) * np.clip(b[:, 3] - b[:, 1], 0, None)


def clip(boxes: ArrayLike, width: float, height: float) -> Floats:
    """Boxes cut to a picture of `width` x `height`; one that lies outside becomes empty, on the border."""
    b = as_boxes(boxes)
    return np.clip(b, 0, np.array([width, height, width, height], np.float32))


def resize(boxes: ArrayLike, factor: float) -> Floats:
    """Boxes grown or shrunk by `factor` about their own centres."""
    b = xyxy_to_cxcywh(boxes)
    b[:, 2:] *= factor
    return cxcywh_to_xyxy(b)


def intersection(a: ArrayLike, b: ArrayLike) -> Floats:
    """Shared area of every pair, shape (N, M)."""
    a, b = as_boxes(a), as_boxes(b)
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    size = np.clip(high - low, 0, None)
    return size[..., 0] * size[..., 1]


def iou(a: ArrayLike, b: ArrayLike) -> Floats:
    """Intersection over union of every pair, shape (N, M); 0 for two empty boxes."""
    shared = intersection(a, b)
    union = area(a)[:, None] + area(b)[None, :] - shared
    return np.divide(shared, union, out=np.zeros_like(shared), where=union > 0)


def coverage(a: ArrayLike, b: ArrayLike) -> Floats:
    """Share of each box of `a` that each box of `b` covers, shape (N, M)."""
    shared = intersection(a, b)
    own = np.broadcast_to(area(a)[:, None], shared.shape)
    return np.divide(shared, own, out=np.zeros_like(shared), where=own > 0)


def nms(boxes: ArrayLike, scores: ArrayLike, iou_threshold: float = 0.5) -> NDArray[np.intp]:
    """Greedy non-maximum suppression: indices of the boxes to keep, best score first (ties: in order).

    Raises ValueError when there is not one score a box.
    """
    b, s = as_boxes(boxes), np.asarray(scores, np.float32)
    if s.shape != (len(b),):
        raise ValueError(f"scores must have shape ({len(b)},), not {s.shape}")
    order = np.argsort(-s, kind="stable")
    keep = []
    while order.size:
        best, order = order[0], order[1:]
        keep.append(best)
        order = order[iou(b[best : best + 1], b[order])[0] <= iou_threshold]
    return np.array(keep, np.intp)


def match(boxes: ArrayLike, truth: ArrayLike, iou_threshold: float = 0.5) -> NDArray[np.intp]:
    """For each box, in the order given (best score first), the index of the true box it finds, or -1.

    A box takes the free true box that it overlaps most, if by at least `iou_threshold`; each true box is
    found at most once, so that a second box on the same face counts as a false alarm.
    """
    overlap = iou(boxes, truth)
    found = np.full(len(overlap), -1, np.intp)
    if overlap.shape[1] == 0:
        return found
    for i, row in enumerate(overlap):
        best = int(np.argmax(row))
        if row[best] >= iou_threshold:
            found[i] = best
            overlap[:, best] = -1
    return found
