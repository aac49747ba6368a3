"""What a network found in one picture, and the call that asks a model file for it."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from facewright.core import boxes
from facewright.core.boxes import Floats
from facewright.core.faces import Faces
from facewright.core.pictures import Picture
from facewright.core.pixels import check_pixels
from facewright.inference.card import Task
from facewright.inference.session import PICTURE, Session

FINDING: tuple[Task, ...] = ("detection", "localisation")
"""tasks whose model files find faces in a picture"""


class Detections(NamedTuple):
    """What the network found in one picture, best first, in pixels of the picture it was given."""

    boxes: Floats
    """(N, 4): x0, y0, x1, y1"""
    scores: Floats
    """(N,)"""
    landmarks: Floats | None = None
    """(N, 5, 2), or None from a model without landmarks"""


def run_detection(
    session: Session,
    picture: NDArray[np.uint8],
    score_threshold: float | None = None,
    iou_threshold: float | None = None,
    max_faces: int | None = None,
) -> Detections:
    """Faces in `picture`, uint8 RGB (H, W, 3) of any size; None means the value in the model file.

    session: of a model for one of `FINDING`. Raises PictureError when `picture` is no such array, ModelError
    when the runtime fails, for instance for want of memory.
    """
    check_pixels(picture)
    found = session.run(
        {PICTURE: picture}, score_threshold=score_threshold, iou_threshold=iou_threshold, max_faces=max_faces
    )
    return Detections(**found)


def to_faces(found: Detections, picture: Picture) -> Faces:
    """Detections in pixels of `picture.array` as Faces in pixels of the full picture.

    Boxes are cut to the picture, and what then has no area is dropped; landmarks may lie outside.
    """
    height, width = picture.array.shape[:2]
    scale = np.array([picture.width / width, picture.height / height], np.float32)
    corners = boxes.clip(found.boxes * np.tile(scale, 2), picture.width, picture.height)
    inside = boxes.area(corners) > 0
    return Faces(
        corners[inside],
        found.scores[inside],
        None if found.landmarks is None else (found.landmarks * scale)[inside],
        width=picture.width,
        height=picture.height,
    )
