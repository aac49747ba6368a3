"""Faces hidden until the detector finds them no more."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from facewright.apps.blur import BlurStyle, blur_faces
from facewright.core.boxes import Floats, as_boxes, cxcywh_to_xyxy, iou, nms, xyxy_to_cxcywh
from facewright.core.faces import Faces
from facewright.core.pictures import Pixels
from facewright.inference.detector import Detector

Find = Callable[[Pixels], Faces]
"""faces of an RGB picture (H, W, 3), in its pixels, such as a Detector or what `surely` makes of one"""

STRONGER, LARGER = 1.6, 1.2
"""by which the strength and the size of what hides a face are multiplied while it is still found"""
ROUNDS = 5
"""looks at the hidden picture, at most"""
REACH = 3
"""frames of an animation before and after one in which it misses a face that is there"""
NEARLY = 0.7
"""IoU from which two boxes hide the same"""
SAME = 0.3
"""IoU from which a box found afterwards is the same face; one whose middle lies in it is so in any case"""


@dataclass(frozen=True, eq=False)
class Hidden:
    """A picture whose faces are hidden."""

    picture: Pixels
    """(H, W, 3)"""
    boxes: Floats
    """(N, 4) of all that is hidden: those given, then those that were found only on looking again"""
    rounds: NDArray[np.intp]
    """(N,): how many times each was hidden more strongly"""
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
    """The picture with its faces hidden, looked at again, and hidden more until none is found.

    Shoulders and hair around a spot of skin are a face to a detector: more blur helps, and so does a larger
    spot.

    picture: uint8 RGB (H, W, 3). boxes: (N, 4) to hide, keep: (K, 4) to leave as they are, in its pixels.
    others: hide also what is found only once the rest is hidden, such as a face that stood too near another
    one; False leaves it. Raises as `blur_faces`.
    """
    hiding, kept = as_boxes(boxes), as_boxes(keep)
    rounds = np.zeros(len(hiding), np.intp)
    for left in reversed(range(ROUNDS)):
        hidden = hidden_by(picture, hiding, rounds, style)
        found = as_boxes(find(hidden).boxes) if len(hiding) else as_boxes([])
        found = found[~_of_kept(found, kept, hiding)]
        same = same_face(found, hiding)
        still, new = same.any(axis=0), found[~same.any(axis=1)] if others else as_boxes([])
        if not left or not (still.any() or len(new)):
            break
        rounds = np.concatenate([rounds + still, np.zeros(len(new), np.intp)])
        hiding = np.concatenate([hiding, new])
    return Hidden(hidden, hiding, rounds, found[same.any(axis=1)])


def _of_kept(found: Floats, kept: Floats, hiding: Floats) -> NDArray[np.bool_]:
    """(M,): whether each box found is on a kept face, and no nearer to one that is hidden before or in it."""
    nearer = iou(found, kept).max(axis=1, initial=0) > iou(found, hiding).max(axis=1, initial=0)
    return same_face(found, kept).any(axis=1) & nearer


def missed(frames: Sequence[Floats], reach: int = REACH) -> list[Floats]:
    """For each frame of an animation the boxes (N, 4) of faces that are found before and after it, at most
    `reach` frames away and in about the same place, and not in it."""
    gaps = []
    for i, own in enumerate(frames):
        before = as_boxes([box for boxes in frames[max(i - reach, 0) : i] for box in boxes])
        after = as_boxes([box for boxes in frames[i + 1 : i + 1 + reach] for box in boxes])
        same = same_face(before, after)
        around = np.concatenate([before[same.any(axis=1)], after[same.any(axis=0)]])
        lost = around[~same_face(around, own).any(axis=1)]
        gaps.append(lost[nms(lost, np.ones(len(lost), np.float32), NEARLY)])
    return gaps


def surely(detector: Detector) -> Find:
    """The detector as a finder of what scores as a face usually must, whatever is enough for it here.

    Hiding whatever might be a face wants a low score. Looking again with that score, a detector finds a face
    wherever hair and shoulders surround anything at all. But where the model's threshold is above one half,
    one half is enough: what is as likely a face as none is hidden more, or told.
    """
    score = max(detector.min_score, min(0.5, detector.card.score_threshold))

    def find(picture: Pixels) -> Faces:
        faces = detector(picture)
        kept: Faces = faces[faces.scores >= score]
        return kept

    return find


def hidden_by(picture: Pixels, boxes: Floats, rounds: NDArray[np.intp], style: BlurStyle | None) -> Pixels:
    """A copy with each face hidden as strongly as after so many rounds."""
    larger = xyxy_to_cxcywh(boxes)
    larger[:, 2:] *= (LARGER**rounds)[:, None]
    return blur_faces(picture, cxcywh_to_xyxy(larger), style, STRONGER**rounds)


def same_face(found: ArrayLike, boxes: ArrayLike) -> NDArray[np.bool_]:
    """Whether each box found (M, 4) is on the face of each of `boxes` (N, 4): bool (M, N).

    It is when they overlap by `SAME`, or when its middle lies in the other: what is left of a hidden face is
    often a smaller box, or a larger one.
    """
    seen, known = as_boxes(found), as_boxes(boxes)
    middle = (seen[:, None, :2] + seen[:, None, 2:]) / 2
    inside = (middle >= known[None, :, :2]) & (middle <= known[None, :, 2:])
    return inside.all(axis=2) | (iou(seen, known) >= SAME)
