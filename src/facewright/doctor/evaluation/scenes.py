"""Pictures to ask a finder about, and which of its answers are right."""

from collections.abc import Sequence
from functools import cache

import numpy as np

from facewright.core.boxes import Floats, iou
from facewright.core.pictures import resize_picture
from facewright.datasets.toy import ToySamples
from facewright.doctor.evaluation.kinds import Finder, Found, Picture

SCENES, SIDE = 24, 256
SMALLEST = 24
"""pixels: toy faces below it are missed by finders with nothing wrong"""
ROOM = 0.6
"""of a face's size, kept on each side of a face that is moved: hair and neck"""
PLACES = ((0.5, 0.5), (0.2, 0.2), (0.8, 0.2), (0.2, 0.8), (0.8, 0.8))
"""of the middle of a moved face, shares of the frame: the centre first"""
FRAME = 4.0
"""sides of the frame in sizes of the face"""

Scene = tuple[Picture, Floats]


def scenes_of(finder: Finder) -> Sequence[Scene]:
    """Its own pictures, or toy scenes with faces that are not tiny."""
    return _toy_scenes() if finder.scenes is None else finder.scenes


@cache
def _toy_scenes() -> Sequence[Scene]:
    out = []
    for sample in ToySamples(3 * SCENES, seed=11, size=SIDE):
        if len(sample.boxes) and (sample.boxes[:, 2:] - sample.boxes[:, :2]).min() >= SMALLEST:
            out.append((sample.read(), sample.boxes))
    return out[:SCENES]


def scores_of(found: Found, truth: Floats, overlap: float = 0.5) -> Floats:
    """(N,) the best score of a box on each true one, 0 where there is none."""
    boxes, scores = found
    if len(boxes) == 0:
        return np.zeros(len(truth), np.float32)
    return np.where(iou(truth, boxes) >= overlap, scores[None], 0).max(axis=1).astype(np.float32)


def moved(scene: Scene, face: int, place: tuple[float, float]) -> Scene:
    """One face with some room around it, as a small picture on plain grey, its middle at `place`."""
    picture, box = scene[0], scene[1][face]
    size = float(np.sqrt((box[2] - box[0]) * (box[3] - box[1])))
    low = np.maximum(np.floor(box[:2] - ROOM * size), 0).astype(int)
    high = np.minimum(np.ceil(box[2:] + ROOM * size), picture.shape[1::-1]).astype(int)
    cut = picture[low[1] : high[1], low[0] : high[0]]
    side = max(round(FRAME * size), *cut.shape[:2])
    frame = np.empty((side, side, 3), np.uint8)
    frame[:] = np.round(picture.mean(axis=(0, 1)))
    middle = (box[:2] + box[2:]) / 2 - low
    corner = np.clip(np.round(np.array(place) * side - middle), 0, side - np.array(cut.shape[1::-1])).astype(
        int
    )
    frame[corner[1] : corner[1] + cut.shape[0], corner[0] : corner[0] + cut.shape[1]] = cut
    return frame, (box - np.tile(low - corner, 2))[None].astype(np.float32)


def widened(scene: Scene) -> Scene:
    """The same beside a strip of plain grey, half as wide as the picture."""
    picture, truth = scene
    height, width = picture.shape[:2]
    wide = np.empty((height, width + width // 2, 3), np.uint8)
    wide[:] = np.round(picture.mean(axis=(0, 1)))
    wide[:, :width] = picture
    return wide, truth


def zoomed(picture: Picture, factor: float) -> Picture:
    """The same picture `factor` times as large."""
    return resize_picture(picture, round(factor * max(picture.shape[:2])), enlarge=True)
