"""`SlidingWindow`: a face-or-not classifier as a detector. Windows of every size, and which of them agree.

picture -> pyramid -> windows of `side` pixels -> probabilities -+-> groups -> suppression -> Faces
                                                                 +-> heat map
Slow beside a detector, which looks once: for seeing what a classifier has learnt and what misleads it.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from PIL import Image

from facewright.core.boxes import Floats, clip, coverage, cxcywh_to_xyxy, iou, nms, xyxy_to_cxcywh
from facewright.core.errors import UsageError
from facewright.core.faces import Faces
from facewright.core.pixels import check_pixels

Classify = Callable[[NDArray[np.uint8]], Floats]
"""uint8 RGB crops (N, side, side, 3) -> probability of a face (N,), as `inference.FaceClassifier`"""

BATCH = 256
"""windows given to the classifier at once, to bound the memory"""
TALL = 1.25
"""height of a tight face, forehead to chin, as a multiple of its width"""
SAME = 0.4
"""IoU from which two windows are taken for the same face"""
INSIDE = 0.6
"""share of a face that, when it lies in a better one, makes it a part of that face"""


class Windows(NamedTuple):
    """Every window that was looked at in one picture."""

    boxes: Floats
    """(N, 4): x0, y0, x1, y1 in pixels of the picture"""
    scores: Floats
    """(N,): probability of a face"""
    width: int
    """of the picture"""
    height: int


class SlidingWindow:
    """Finds faces by classifying windows.

    classify: tells crops with a face, see `Classify`. side: of the crops it is given, pixels.
    smallest: window in pixels of the picture; below `side` the picture is enlarged. scale: each window's size
    as a multiple of the one before, up to the picture's shorter side. stride: between windows, as a share of
    their size. margin: around a face in the crops that the classifier learnt from, as a share of its height.
    threshold: probability from which a window counts; votes: windows that must agree on a face.

    Raises UsageError for arguments that make no windows.
    """

    def __init__(
        self,
        classify: Classify,
        side: int = 64,
        *,
        smallest: int = 48,
        scale: float = 1.25,
        stride: float = 0.2,
        margin: float = 0.15,
        threshold: float = 0.9,
        votes: int = 3,
    ) -> None:
        for name, value, low, high in (
            ("side", side, 8, 1024),
            ("smallest", smallest, 8, np.inf),
            ("scale", scale, 1.01, 10),
            ("stride", stride, 1 / side, 1),
            ("margin", margin, 0, 2),
            ("threshold", threshold, 0, 1),
            ("votes", votes, 1, np.inf),
        ):
            if not low <= value <= high:  # refuses NaN too
                raise UsageError(f"{name} must lie between {low:g} and {high:g}, not {value!r}")
        self.classify, self.side, self.smallest, self.scale = classify, side, smallest, scale
        self.stride, self.margin, self.threshold, self.votes = stride, margin, threshold, votes

    def __call__(self, picture: NDArray[np.uint8]) -> Faces:
        """Faces of an upright RGB picture (H, W, 3), best first, without landmarks."""
        return self.faces(self.look(picture))

    def look(self, picture: NDArray[np.uint8]) -> Windows:
        """Every window of an upright RGB picture (H, W, 3); none when it is smaller than the smallest one.

        Raises PictureError for what is no such picture.
        """
        check_pixels(picture)
        height, width = picture.shape[:2]
        boxes, scores = [np.zeros((0, 4), np.float32)], [np.zeros(0, np.float32)]
        for size in self.sizes(width, height):
            level, corners = self._level(picture, size)
            views = sliding_window_view(level, (self.side, self.side), axis=(0, 1))  # (y, x, 3, side, side)
            for start in range(0, len(corners), BATCH):
                x, y = corners[start : start + BATCH].T
                crops = np.ascontiguousarray(views[y, x].transpose(0, 2, 3, 1))
                scores.append(np.asarray(self.classify(crops), np.float32))
            factor = np.array([width / level.shape[1], height / level.shape[0]], np.float32)
            boxes.append(np.concatenate([corners * factor, (corners + self.side) * factor], axis=1))
        return Windows(np.concatenate(boxes).astype(np.float32), np.concatenate(scores), width, height)

    def sizes(self, width: int, height: int) -> Iterator[float]:
        """Of the windows in a picture, in its pixels, smallest first."""
        size = float(self.smallest)
        while size <= min(width, height):
            yield size
            size *= self.scale

    def faces(self, windows: Windows) -> Faces:
        """What the windows agree on: each group's mean face, weighted by probability, and its best score.

        Greedily, the window in which others agree most with its group first. A group of fewer than `votes` is
        dropped, and of groups that overlap, or lie in one another, the one with more agreement stays.
        """
        likely = (windows.scores >= self.threshold) & (windows.scores > 0)  # which no mean could weigh
        boxes, scores = self.tight(windows.boxes[likely]), windows.scores[likely]
        found, best, agreement = [], [], []
        free = np.ones(len(boxes), bool)
        for i in np.argsort(-_support(boxes, scores), kind="stable"):
            if not free[i]:
                continue
            near = iou(boxes[i : i + 1], boxes)[0] >= SAME
            group, free = free & near, free & ~near
            if group.sum() >= self.votes:
                found.append(np.average(boxes[group], axis=0, weights=scores[group]))
                best.append(float(scores[group].max()))
                agreement.append(float(scores[group].sum()))
        if not found:
            return Faces.empty(windows.width, windows.height, landmarks=False)
        corners = clip(np.stack(found), windows.width, windows.height)
        kept = _outermost(corners, nms(corners, agreement, SAME))
        return Faces(
            corners[kept], np.array(best, np.float32)[kept], None, {}, windows.width, windows.height
        ).sorted()

    def tight(self, boxes: Floats) -> Floats:
        """The face that windows (N, 4) show when they are cut as the classifier learnt: forehead to chin."""
        shape = xyxy_to_cxcywh(boxes)
        shape[:, 2:] /= 1 + 2 * self.margin
        shape[:, 2] /= TALL
        return cxcywh_to_xyxy(shape)

    def heat(self, windows: Windows, *, mean: bool = False) -> Floats:
        """(H, W) how likely each pixel is a face's: the highest probability of the faces that would cover it.

        mean: their mean instead of the highest, which shows where windows disagree. 0 where none reaches.
        """
        heat = np.zeros((windows.height, windows.width), np.float32)
        count = np.zeros_like(heat)
        corners = np.round(clip(self.tight(windows.boxes), windows.width, windows.height)).astype(int)
        for (x0, y0, x1, y1), score in zip(corners.tolist(), windows.scores, strict=True):
            area = heat[y0:y1, x0:x1]
            if mean:
                area += score
                count[y0:y1, x0:x1] += 1
            else:
                np.maximum(area, score, out=area)
        if mean:
            heat /= np.maximum(count, 1)
        return heat

    def _level(self, picture: NDArray[np.uint8], size: float) -> tuple[NDArray[np.uint8], NDArray[np.intp]]:
        """The picture scaled so that windows of `size` have `side` pixels, and their upper corners (N, 2)."""
        height, width = (max(round(n * self.side / size), self.side) for n in picture.shape[:2])
        image = Image.fromarray(picture).resize((width, height), Image.Resampling.BILINEAR, reducing_gap=2.0)
        step = max(round(self.stride * self.side), 1)
        # the last window of a row or column ends with the picture
        xs, ys = (
            np.unique(np.append(np.arange(0, n, step), n)) for n in (width - self.side, height - self.side)
        )
        corners = np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2)
        return np.asarray(image), corners


def _support(boxes: Floats, scores: Floats) -> Floats:
    """(N,) how much the windows around each one say; in parts, as a bad classifier likes thousands."""
    parts = [boxes[start : start + BATCH] for start in range(0, len(boxes), BATCH)]
    return np.concatenate([np.zeros(0, np.float32), *((iou(part, boxes) >= SAME) @ scores for part in parts)])


def _outermost(boxes: Floats, order: NDArray[np.intp]) -> NDArray[np.intp]:
    """Those of `order`, best first, that do not lie in a better one and hold no better one."""
    kept: list[int] = []
    for i in order.tolist():
        others = boxes[kept]
        inside = np.maximum(coverage(boxes[i : i + 1], others)[0], coverage(others, boxes[i : i + 1])[:, 0])
        if not (inside > INSIDE).any():
            kept.append(i)
    return np.array(kept, np.intp)
