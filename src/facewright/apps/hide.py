"""Faces hidden until the detector finds them no more."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from facewright.apps.blur import BLURS, BlurStyle, blur_faces
from facewright.core.boxes import Floats, as_boxes, iou
from facewright.core.faces import Faces
from facewright.core.pictures import Pixels

Find = Callable[[Pixels], Faces]
"""faces of an RGB picture (H, W, 3), in its pixels, such as a Detector"""

STRONGER = 1.6
"""by which the strength of a face that is still found is multiplied"""
ROUNDS = 4
"""looks at the hidden picture, at most"""
SAME = 0.3
"""IoU from which a box found afterwards is the same face; one whose middle lies in it is so in any case"""


@dataclass(frozen=True, eq=False)
class Hidden:
    """A picture whose faces are hidden."""

    picture: Pixels
    """(H, W, 3)"""
    boxes: Floats
    """(N, 4) of all that is hidden: those given, then those that were found only on looking again"""
    strengths: Floats
    """(N,) by which each one's strength was multiplied in the end"""
    found: Floats
    """(M, 4) of what is still found where something is hidden; empty when all is well"""


def hide_faces(
    picture: Pixels,
    boxes: ArrayLike,
    find: Find,
    style: BlurStyle | None = None,
    *,
    keep: ArrayLike = (),
    others: bool = True,
) -> Hidden:
    """The picture with its faces hidden, looked at again, and hidden more strongly until none is found.

    picture: uint8 RGB (H, W, 3). boxes: (N, 4) to hide, keep: (K, 4) to leave as they are, in its pixels.
    others: hide also what is found only once the rest is hidden, such as a face that stood too near another
    one; False leaves it.

    Of `solid` and `silhouette` nothing can be made stronger: they are looked at once more all the same, as a
    face may show beside what covers it. Raises ValueError as `blur_faces`.
    """
    style = style or BlurStyle()
    hiding, kept = as_boxes(boxes), as_boxes(keep)
    strengths = np.ones(len(hiding), np.float32)
    rounds = ROUNDS if style.how in BLURS else 1 + others
    for left in reversed(range(rounds)):
        hidden = blur_faces(picture, hiding, style, strengths)
        found = as_boxes(find(hidden).boxes) if len(hiding) else as_boxes([])
        found = found[~same_face(found, kept).any(axis=1)]
        same = same_face(found, hiding)
        still, new = same.any(axis=0), found[~same.any(axis=1)] if others else as_boxes([])
        if not left or not (still.any() or len(new)):
            break
        strengths = np.where(still, strengths * STRONGER, strengths).astype(np.float32)
        strengths = np.concatenate([strengths, np.ones(len(new), np.float32)])
        hiding = np.concatenate([hiding, new])
    return Hidden(hidden, hiding, strengths, found[same.any(axis=1)])


def same_face(found: ArrayLike, boxes: ArrayLike) -> NDArray[np.bool_]:
    """Whether each box found (M, 4) is on the face of each of `boxes` (N, 4): bool (M, N).

    It is when they overlap by `SAME`, or when its middle lies in the other: what is left of a hidden face is
    often a smaller box, or a larger one.
    """
    seen, known = as_boxes(found), as_boxes(boxes)
    middle = (seen[:, None, :2] + seen[:, None, 2:]) / 2
    inside = (middle >= known[None, :, :2]) & (middle <= known[None, :, 2:])
    return inside.all(axis=2) | (iou(seen, known) >= SAME)
