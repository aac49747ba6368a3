"""What the shipped detector finds in pictures whose boxes are to be judged: a witness that knows no label."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache

import numpy as np

from facewright.core.boxes import Floats, iou
from facewright.core.pictures import Picture, load_picture, resize_picture
from facewright.doctor.data import Data, Glimpse, once, spread_indices
from facewright.inference.detector import Detector

PICTURES = 400
"""looked at, evenly spread over those of the glimpses that could be read: 8 ms each"""
SIDE = 320
"""long side that the detector sees, pixels: what it finds then is large enough to be sure of"""
SMALLEST = 12.0
"""height of a face that counts, in those pixels"""
LIKELY = 0.1
"""score from which a find may be a face"""
SURE = 0.5
"""score from which it is one"""


@dataclass(frozen=True, eq=False)
class View:
    """One picture: what its labels say, and what the witness saw. Boxes in pixels of the full picture."""

    glimpse: Glimpse
    stated: Floats
    """(N, 4) as the set gives them, those with NaN left out"""
    found: Floats
    """(M, 4) sure finds that are large enough"""
    scores: Floats
    """(M,)"""
    landmarks: Floats
    """(M, 5, 2) of the finds; (0, 5, 2) of a picture that had to be turned"""
    quarter_turns: int
    """clockwise ones, 0 to 3, after which the faces were found: 0 in an upright picture"""

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the full picture."""
        return self.glimpse.width, self.glimpse.height


@once
def views(data: Data) -> Sequence[View]:
    """Up to PICTURES of the set, in its order; those with a face whose box is not known are left out."""
    # NaN: a face is somewhere, so that no find can be right or wrong.
    readable = [g for g in data.readable if not np.isnan(g.sample.boxes).any()]
    chosen = [readable[i] for i in spread_indices(len(readable), PICTURES)]
    with ThreadPoolExecutor(2) as pool:  # one reads while the other looks
        return list(pool.map(_view, chosen))


def stated_boxes(glimpse: Glimpse) -> Floats:
    """(N, 4) the boxes of a picture that are known."""
    boxes = np.asarray(glimpse.sample.boxes, np.float32).reshape(-1, 4)
    return boxes[np.isfinite(boxes).all(axis=1)]


def small_picture(glimpse: Glimpse) -> Picture:
    """The picture as the witness sees it. Raises PictureError."""
    full = load_picture(glimpse.sample.picture, size=SIDE)
    return Picture(resize_picture(full.array, SIDE), full.width, full.height)


def _view(glimpse: Glimpse) -> View:
    picture, stated = small_picture(glimpse), stated_boxes(glimpse)
    found, scores, landmarks = _look(picture)
    turns = 0
    if len(stated) and iou(found, stated).max(initial=0) < _TOUCHED:
        # A picture on its side shows it nothing, or what is no face. Three more looks are three more chances
        # for a mistake.
        looks = [(_look(_turned(picture, k)), k) for k in (1, 2, 3)]
        (boxes, likely, _), k = max(looks, key=lambda look: float(look[0][1].sum()))
        if likely.sum() - scores.sum() >= _SURE_TURNED:
            found, scores, turns = _turned_back(boxes, k, glimpse.width, glimpse.height), likely, k
            landmarks = landmarks[:0]
    return View(glimpse, stated, found, scores, landmarks, turns)


_TOUCHED = 0.1
"""IoU with a stated box from which a find may be of its face"""
_SURE_TURNED = 0.8
"""how much higher the sum of the scores must be than upright"""


def _look(picture: Picture) -> tuple[Floats, Floats, Floats]:
    faces = _detector().find(_detector().read(picture.array))
    scale = picture.width / picture.array.shape[1]
    sure = (faces.scores >= SURE) & (faces.boxes[:, 3] - faces.boxes[:, 1] >= SMALLEST * _grown(picture))
    assert faces.landmarks is not None  # the shipped detector tells them
    return (
        faces.boxes[sure] * np.float32(scale),
        faces.scores[sure],
        faces.landmarks[sure] * np.float32(scale),
    )


def _grown(picture: Picture) -> float:
    """Pixels of the picture given to a pixel of SIDE: small pictures are enlarged before they are seen."""
    return max(picture.array.shape[:2]) / SIDE


def _turned(picture: Picture, k: int) -> Picture:
    array = np.ascontiguousarray(np.rot90(picture.array, -k))
    sides = (picture.height, picture.width) if k % 2 else (picture.width, picture.height)
    return Picture(array, *sides)


def _turned_back(boxes: Floats, k: int, width: int, height: int) -> Floats:
    """Boxes of a picture turned clockwise k times, in the picture of width x height before."""
    for turn in range(k):
        # A clockwise turn sends (x, y) to (h - y, x); undone, (x, y) comes from (y, h - x), where h is the
        # height before that turn.
        side = height if (k - turn) % 2 else width
        boxes = np.stack([boxes[:, 1], side - boxes[:, 2], boxes[:, 3], side - boxes[:, 0]], axis=1)
    return boxes


@cache
def _detector() -> Detector:
    return Detector(threads=1, min_score=LIKELY, size=SIDE, enlarge=True)
