"""Placing a picture and its faces on a canvas: one affine map for pixels, boxes and landmarks alike."""

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from facewright.core.boxes import Floats, area, clip

Pixels = NDArray[np.uint8]
MIRROR = [1, 0, 2, 4, 3]
"""landmarks after a flip: the left eye is now the right one"""

cv2.setNumThreads(1)  # the data workers are processes already; threads in each would fight for the cores


class Labels(NamedTuple):
    """What is known of a canvas, in its pixels: boxes (N, 4), landmarks (N, 5, 2) or NaN, ignore (M, 4)."""

    boxes: Floats
    landmarks: Floats
    ignore: Floats

    @classmethod
    def join(cls, parts: "list[Labels]") -> "Labels":
        return cls(*(np.concatenate(arrays) for arrays in zip(*parts, strict=True)))

    @classmethod
    def none(cls) -> "Labels":
        return cls(
            np.zeros((0, 4), np.float32), np.zeros((0, 5, 2), np.float32), np.zeros((0, 4), np.float32)
        )


class Placement(NamedTuple):
    """Scale, mirror and turn about (x, y) of the picture, which lands on (to_x, to_y) of the canvas."""

    scale: float
    x: float
    y: float
    to_x: float
    to_y: float
    degrees: float = 0.0
    mirror: bool = False

    def matrix(self) -> NDArray[np.float64]:
        """(2, 3): picture -> canvas; positive degrees turn clockwise on the screen."""
        turn = np.radians(self.degrees)
        cos, sin = np.cos(turn) * self.scale, np.sin(turn) * self.scale
        sign = -1.0 if self.mirror else 1.0
        linear = np.array([[cos * sign, -sin], [sin * sign, cos]])
        shift = np.array([self.to_x, self.to_y]) - linear @ np.array([self.x, self.y])
        return np.concatenate([linear, shift[:, None]], axis=1)


def covers(shape: tuple[int, ...], placement: Placement, target: tuple[int, ...]) -> bool:
    """Whether a picture of `shape` (H, W, ...) leaves no pixel of a `target` (H, W, ...) bare."""
    return _within(shape, *_reach(placement.matrix(), target))


def place_pixels(picture: Pixels, placement: Placement, canvas: Pixels) -> None:
    """Draw `picture` onto `canvas` (in place); what the picture does not reach keeps the canvas's pixels."""
    warp_pixels(picture, placement.matrix(), canvas)


def warp_pixels(
    picture: Pixels, matrix: NDArray[np.float64], canvas: Pixels, *, replicate: bool = False
) -> None:
    """Draw `picture` onto `canvas` (in place) by the affine map `matrix` (2, 3), antialiased.

    What the picture does not reach keeps the canvas's pixels, or with `replicate` takes the nearest one of
    the picture's border.
    """
    matrix = matrix.copy()
    low, high = _reach(matrix, canvas.shape)
    # Transparent leaves the half pixel at the picture's border bare too: memory, where nothing lies below.
    covered = replicate or _within(picture.shape, low, high)
    border = cv2.BORDER_REPLICATE if covered else cv2.BORDER_TRANSPARENT
    # Only the part that is seen is worth resizing; a margin keeps its borders out of the interpolation.
    whole = np.array(picture.shape[1::-1])
    low, high = np.maximum(np.floor(low - 4), 0), np.minimum(np.ceil(high + 4), whole)
    if replicate:  # a window beside the picture shows its border
        low, high = np.minimum(low, whole - 1), np.maximum(high, 1)
    (x0, y0), (x1, y1) = low.astype(int), high.astype(int)
    if x1 <= x0 or y1 <= y0:
        return
    picture = picture[y0:y1, x0:x1]
    matrix[:, 2] += matrix[:, :2] @ np.array([x0, y0])
    # The last digit of a norm must not decide: a scale of one half shrinks by two.
    shrink_x, shrink_y = np.maximum(1 / np.linalg.norm(matrix[:, :2], axis=0) + 1e-9, 1).astype(int)
    if max(shrink_x, shrink_y) >= 2:  # bilinear warping alone would skip pixels: average whole blocks first
        size = max((x1 - x0) // shrink_x, 1), max((y1 - y0) // shrink_y, 1)
        picture = picture[: size[1] * shrink_y, : size[0] * shrink_x]
        matrix[:, :2] *= np.array(picture.shape[1::-1]) / np.array(size)
        picture = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
    # Our coordinates are of edges; cv2 counts pixel centres, half a pixel further in.
    matrix[:, 2] += matrix[:, :2] @ np.array([0.5, 0.5]) - 0.5
    size = (canvas.shape[1], canvas.shape[0])
    cv2.warpAffine(picture, matrix, size, dst=canvas, flags=cv2.INTER_LINEAR, borderMode=border)


def _reach(
    matrix: NDArray[np.float64], target: tuple[int, ...]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Least and greatest (x, y) of the picture that a target of shape (H, W, ...) shows."""
    height, width = target[:2]
    corners = np.array([[0, 0], [width, 0], [0, height], [width, height]]) - matrix[:, 2]
    seen = corners @ np.linalg.inv(matrix[:, :2]).T
    return seen.min(axis=0), seen.max(axis=0)


def _within(shape: tuple[int, ...], low: NDArray[np.float64], high: NDArray[np.float64]) -> bool:
    """Whether the stretch from `low` to `high` (x, y) lies inside a picture of `shape` (H, W, ...)."""
    return bool((low >= 0).all() and high[0] <= shape[1] and high[1] <= shape[0])


def place_labels(labels: Labels, placement: Placement) -> Labels:
    """The same map for labels. A turned box stays tight: a face is taken as the ellipse in its box."""
    matrix = placement.matrix()
    landmarks = labels.landmarks @ matrix[:, :2].T + matrix[:, 2]
    if placement.mirror:
        landmarks = landmarks[:, MIRROR]
    return Labels(
        _place_boxes(labels.boxes, matrix, ellipse=True),
        landmarks.astype(np.float32),
        _place_boxes(labels.ignore, matrix, ellipse=False),
    )


def cut_labels(labels: Labels, width: int, height: int, least: float, visible: float = 0.5) -> Labels:
    """Labels of a canvas of `width` x `height`: what sticks out is clipped.

    A face of which less than `visible` is left, or that is smaller than `least` pixels (square root of its
    area), becomes a region to ignore: it is there, but nobody could be asked to find it.
    """
    boxes = clip(labels.boxes, width, height)
    full, left = area(labels.boxes), area(boxes)
    keep = (left >= visible * full) & (left >= least * least) & (full > 0)
    gone = boxes[~keep & (left > 0)]
    ignore = np.concatenate([clip(labels.ignore, width, height), gone])
    return Labels(boxes[keep], labels.landmarks[keep], ignore[area(ignore) > 0])


def _place_boxes(boxes: Floats, matrix: NDArray[np.float64], ellipse: bool) -> Floats:
    centre = (boxes[:, :2] + boxes[:, 2:]) / 2 @ matrix[:, :2].T + matrix[:, 2]
    half = (boxes[:, 2:] - boxes[:, :2]) / 2
    if ellipse:
        reach = np.sqrt(np.square(half) @ np.square(matrix[:, :2]).T)
    else:
        reach = half @ np.abs(matrix[:, :2]).T
    return np.concatenate([centre - reach, centre + reach], axis=1).astype(np.float32)
