"""Pixels laid over a canvas with soft edges: what pasted faces and drawn masks have in common."""

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import ArrayLike

from facewright.core.boxes import Floats
from facewright.transforms.place import Pixels


class Window(NamedTuple):
    """Whole pixels of a canvas, from x0, y0 up to x1, y1."""

    x0: int
    y0: int
    x1: int
    y1: int

    @classmethod
    def around(cls, points: ArrayLike, shape: tuple[int, ...], margin: float = 1) -> "Window | None":
        """The least window that holds the points (N, 2), cut to a canvas of `shape` (H, W, ...).

        None where nothing is left of it.
        """
        p = np.asarray(points)
        low, high = np.floor(p.min(axis=0) - margin), np.ceil(p.max(axis=0) + margin)
        (x0, y0), (x1, y1) = np.maximum(low, 0).astype(int), np.minimum(high, shape[1::-1]).astype(int)
        return cls(int(x0), int(y0), int(x1), int(y1)) if x1 > x0 and y1 > y0 else None

    @property
    def box(self) -> Floats:
        return np.array([self], np.float32)

    def of(self, canvas: Pixels) -> Pixels:
        """The view (H, W, 3) into the canvas."""
        return canvas[self.y0 : self.y1, self.x0 : self.x1]

    def centres(self) -> Floats:
        """(H, W, 2) x, y of its pixels' centres."""
        xs = np.arange(self.x0, self.x1, dtype=np.float32) + 0.5
        ys = np.arange(self.y0, self.y1, dtype=np.float32) + 0.5
        return np.stack(np.broadcast_arrays(xs[None, :], ys[:, None]), axis=-1)

    def filled(self, polygon: ArrayLike) -> Floats:
        """(H, W) how much of each pixel lies inside a polygon (N, 2), 0 to 1."""
        mask = np.zeros((self.y1 - self.y0, self.x1 - self.x0), np.uint8)
        # Sixteenths of a pixel; cv2 counts from the middle of a pixel, we from its edge.
        points = (np.asarray(polygon) - (self.x0 + 0.5, self.y0 + 0.5)) * 16
        cv2.fillPoly(mask, [np.round(points).astype(np.int32)], 255, cv2.LINE_AA, 4)
        return (mask / np.float32(255)).astype(np.float32)


def blend(view: Pixels, over: ArrayLike, alpha: Floats) -> None:
    """Lay colours `over` (3,) or (H, W, 3) onto a view (H, W, 3), in place, `alpha` (H, W) of 1 hides it."""
    below = view.astype(np.float32)
    below += (np.asarray(over, np.float32) - below) * alpha[..., None]
    view[:] = np.clip(below + 0.5, 0, 255).astype(np.uint8)


def is_grey(view: Pixels) -> bool:
    """Whether a picture (H, W, 3) has no colour to speak of; some thousand pixels, evenly spread, tell."""
    some = view[:: 1 + len(view) // 32, :: 1 + view.shape[1] // 32].astype(np.int16)
    return bool((some.max(axis=2) - some.min(axis=2)).mean() < 4)


def without_colour(colours: ArrayLike) -> Floats:
    """Colours (..., 3) as greys of the same brightness."""
    grey = np.asarray(colours, np.float32) @ np.array([0.299, 0.587, 0.114], np.float32)
    return np.repeat(grey[..., None], 3, axis=-1)
