"""A part of a picture, enlarged for a page, and where boxes and points of the picture lie in it."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from facewright.core.boxes import Floats, clip
from facewright.core.pictures import resize_picture


class Cut(NamedTuple):
    """`pixels` (h, w, 3) show the picture from `corner` on, `scale` times as large."""

    pixels: NDArray[np.uint8]
    corner: Floats
    """(2,): x, y"""
    scale: float
    window: Floats
    """(4,): in pixels of the picture"""

    def points(self, points: Any) -> Floats:
        """Points (..., 2) of the picture as they lie in the cut."""
        return (np.asarray(points, np.float32) - self.corner) * np.float32(self.scale)

    def boxes(self, boxes: Any) -> Floats:
        """Boxes (N, 4) of the picture as they lie in the cut."""
        return self.points(np.asarray(boxes, np.float32).reshape(-1, 2, 2)).reshape(-1, 4)


def cut_out(picture: NDArray[np.uint8], box: Floats, side: int) -> Cut:
    """The part of a picture (H, W, 3) that `box` (4,) covers, with a long side of `side` pixels."""
    height, width = picture.shape[:2]
    window = clip([box], width, height)[0]
    x0, y0 = np.floor(window[:2]).astype(int)
    x1, y1 = np.ceil(window[2:]).astype(int)
    pixels = resize_picture(np.ascontiguousarray(picture[y0:y1, x0:x1]), side, enlarge=True)
    return Cut(
        pixels,
        np.array([x0, y0], np.float32),
        pixels.shape[1] / (x1 - x0),
        np.array([x0, y0, x1, y1], np.float32),
    )
