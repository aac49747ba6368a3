"""A view, one of several ways to look at a picture: a part of it, resized, turned; and the way back.

 picture                       what the network sees
+-----------------+
|     region      |   scale    +-------+   turn   +----+
|    +-------+    | ---------> |  o o  | -------> | o  |
|    |  o o  |    |            |   v   |          |  > |
|    |   v   |    |            +-------+          | o  |
|    +-------+    |                               +----+
+-----------------+
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from facewright.core.boxes import Floats, cxcywh_to_xyxy, xyxy_to_cxcywh
from facewright.core.pictures import Pixels
from facewright.inference.detections import Detections

CUT = 0.1
"""share of a face's longer side: one that comes nearer to where its view was cut may go on beyond"""
MOST_TIMES = 16
"""smaller, by blocks: the sum of so many by so many bytes still fits 16 bits"""


@dataclass(frozen=True)
class View:
    """One way to look at a picture of `of` = (width, height) pixels."""

    of: tuple[int, int]
    region: tuple[int, int, int, int]
    """x0, y0, x1, y1 in the picture's pixels"""
    size: tuple[int, int]
    """width and height of the region as it is seen, before it is turned"""
    turn: int = 0
    """degrees clockwise by which what is seen is turned"""
    smallest: float = 0.0
    """faces below this, in pixels as seen, are left to other views"""
    mirrored: bool = False
    """whether left and right are exchanged in what is seen"""
    blocks: bool = False
    """whether what is a whole number of times smaller is made of means of blocks, in half the time"""

    def pixels(self, picture: Pixels) -> Pixels:
        """What the network is to see, uint8 RGB (H, W, 3); the picture itself where that is all of it."""
        if self.mirrored:
            return np.ascontiguousarray(replace(self, mirrored=False).pixels(picture)[:, ::-1])
        x0, y0, x1, y1 = self.region
        part = picture[y0:y1, x0:x1]
        times = (x1 - x0) // self.size[0]
        whole = (x1 - x0, y1 - y0) == (self.size[0] * times, self.size[1] * times)
        if self.blocks and whole and times <= MOST_TIMES:
            part = _means(part, times)
        elif (x1 - x0, y1 - y0) != self.size:
            image = Image.fromarray(np.ascontiguousarray(part))
            part = np.asarray(image.resize(self.size, Image.Resampling.BILINEAR, reducing_gap=2.0))
        if self.turn % 90 == 0:
            return np.ascontiguousarray(np.rot90(part, -self.turn // 90))
        turned = Image.fromarray(np.ascontiguousarray(part)).rotate(
            -self.turn, Image.Resampling.BILINEAR, expand=True
        )
        return np.asarray(turned)

    def back(self, found: Detections, seen: tuple[int, int]) -> Detections:
        """What was found in `pixels(...)`, of `seen` = (width, height), in the picture's pixels.

        A box of a turned view becomes that of the ellipse that fills it: an upright box around a face that is
        not upright, no larger than the face. Quarter turns are exact.
        """
        if self == View(self.of, (0, 0, *self.of), self.of):  # the picture as it is
            return found
        found = _only(
            found, (found.boxes[:, 2:] - found.boxes[:, :2]).max(axis=1, initial=0) >= self.smallest
        )
        if not len(found.scores):  # as of most close-ups
            return found
        if self.mirrored:
            found = mirrored(found, seen[0])
        x0, y0, x1, y1 = self.region
        corner = np.array([x0, y0], np.float32)
        scale = np.array([(x1 - x0) / self.size[0], (y1 - y0) / self.size[1]], np.float32)
        turn = np.deg2rad(self.turn)
        # exactly 0 and 1 for quarter turns
        cos, sin = np.float32(round(np.cos(turn), 12)), np.float32(round(np.sin(turn), 12))
        unturn = np.array([[cos, sin], [-sin, cos]])  # of points about the middle

        def points(values: Floats) -> Floats:
            if self.turn == 0:
                return values * scale + corner
            about = (values - np.array(seen, np.float32) / 2) @ unturn.T
            return (about + np.array(self.size, np.float32) / 2) * scale + corner

        if self.turn == 0:
            boxes = points(found.boxes.reshape(-1, 2, 2)).reshape(-1, 4)
        else:
            middle = xyxy_to_cxcywh(found.boxes)
            half = middle[:, 2:] / 2
            reach = np.hypot(half * abs(cos), half[:, ::-1] * abs(sin)) * scale
            boxes = cxcywh_to_xyxy(np.concatenate([points(middle[:, :2]), 2 * reach], axis=1))
        landmarks = None if found.landmarks is None else points(found.landmarks)
        return _only(Detections(boxes, found.scores, landmarks), ~self.cuts(boxes))

    def cuts(self, boxes: Floats) -> NDArray[np.bool_]:
        """Which boxes (N, 4), in the picture's pixels, the region's edge may have cut: (N,) bool.

        An edge that is the picture's own cuts nothing that another view could show.
        """
        margin = CUT * (boxes[:, 2:] - boxes[:, :2]).max(axis=1, initial=0)
        x0, y0, x1, y1 = self.region
        near = (
            (x0 > 0) & (boxes[:, 0] < x0 + margin),
            (y0 > 0) & (boxes[:, 1] < y0 + margin),
            (x1 < self.of[0]) & (boxes[:, 2] > x1 - margin),
            (y1 < self.of[1]) & (boxes[:, 3] > y1 - margin),
        )
        return np.any(near, axis=0)


def _means(pixels: Pixels, times: int) -> Pixels:
    """The mean of each block of `times` x `times` pixels; rows first, as they lie in one piece."""
    height, width = pixels.shape[0] // times, pixels.shape[1] // times
    rows = np.add.reduce(pixels.reshape(height, times, width * times * 3), axis=1, dtype=np.uint16)
    sums = np.einsum("hwtc->hwc", rows.reshape(height, width, times, 3))
    return ((sums + times**2 // 2) // times**2).astype(np.uint8)


def _only(found: Detections, told: NDArray[np.bool_]) -> Detections:
    boxes, scores, landmarks = found
    return Detections(boxes[told], scores[told], None if landmarks is None else landmarks[told])


def mirrored(found: Detections, width: float) -> Detections:
    """What is found in a picture of this width, left and right exchanged; landmarks keep their sides."""
    boxes = found.boxes[:, [2, 1, 0, 3]] * np.array([-1, 1, -1, 1], np.float32)
    boxes[:, [0, 2]] += np.float32(width)
    landmarks = found.landmarks
    if landmarks is not None:
        landmarks = landmarks[:, [1, 0, 2, 4, 3]] * np.array([-1, 1], np.float32)
        landmarks[..., 0] += np.float32(width)
    return Detections(boxes, found.scores, landmarks)
