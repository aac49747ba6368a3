"""The pictures that show a finding."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from facewright.core.boxes import Floats
from facewright.core.draw import FACE, IGNORED, contact_sheet, draw_boxes
from facewright.doctor.labels.witness import View, small_picture

NAMES = 5
"""pictures named in a finding"""
SHOWN = 6
"""pictures on a sheet"""


def sheet(some: Sequence[View], green: Sequence[Floats], title: str) -> NDArray[np.uint8]:
    """RGB of the first SHOWN views: stated boxes in orange, of `green` (one (N, 4) a view) in green."""
    tiles = []
    for view, boxes in list(zip(some, green, strict=True))[:SHOWN]:
        picture = small_picture(view.glimpse)
        scale = picture.array.shape[1] / picture.width
        tile = draw_boxes(picture.array, upright(boxes) * scale, FACE)
        tiles.append(draw_boxes(tile, upright(view.stated) * scale, IGNORED))
    return contact_sheet(tiles, title=title)


def upright(boxes: Floats) -> Floats:
    """Boxes with their corners in order: those of a faulty set may be inside out."""
    return np.concatenate(
        [np.minimum(boxes[:, :2], boxes[:, 2:]), np.maximum(boxes[:, :2], boxes[:, 2:])], axis=1
    )
