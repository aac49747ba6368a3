"""Landmarks against those that the shipped detector finds: in another order, or beside the faces' own."""

from collections.abc import Iterator, Sequence
from itertools import permutations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from facewright.core.boxes import Floats, iou
from facewright.core.draw import contact_sheet, draw_boxes
from facewright.core.faces import LANDMARKS as NAMED
from facewright.doctor.checking import Check, check
from facewright.doctor.data import Data, once
from facewright.doctor.finding import Evidence
from facewright.doctor.labels.fitting import FEWEST
from facewright.doctor.labels.show import NAMES, SHOWN
from facewright.doctor.labels.verdict import verdict
from facewright.doctor.labels.witness import SIDE, View, small_picture, views

FAR = 0.15
"""of a face's width: median distance from which landmarks are not those found; .03 on helen and mtfl, .08 on
these made so small that faces are NARROW"""
NARROW = 24.0
"""pixels that the detector sees: width of a find whose landmarks can be trusted"""
BETTER = 0.5
"""of the distance as stated: an order that brings it below is the one that was meant"""
SAME_FACE = 0.4
"""IoU of a box and a find"""


@check(
    "landmarks-order",
    "error",
    Data,
    about="The landmarks stand in another order than left eye, right eye, nose, left and right corner of the "
    "mouth. A model learns noses as eyes, and crops aligned by them are turned.",
    cure="Write left eye, right eye, nose, left and right corner of the mouth, in this order, left as the "
    "viewer sees it.",
)
def order(data: Data) -> Iterator[Evidence]:
    faces, best = faces_with(data), reordered(data)
    if best is None:
        return
    stated, found = _stacked(faces)
    names = [NAMED[best.index(i)] for i in range(len(NAMED))]
    as_meant, as_stated = _distance(stated[:, best], found), _distance(stated, found)
    yield _evidence(
        f"What stands for {_listed(NAMED)} lies at {_listed(names)}: taken so, it is {as_meant:.2f} of a "
        f"face's width from what is found in {len(faces)} faces, as stated {as_stated:.2f}.",
        as_stated,
        faces,
    )


@check(
    "landmarks-off-faces",
    "error",
    Data,
    about="The landmarks lie beside eyes, nose and mouth: they were made for another cut or size of the "
    "pictures, or belong to other faces. A model learns to point beside them.",
    cure="Look at some (facewright data show); move and scale landmarks as boxes are.",
)
def off(data: Data) -> Iterator[Evidence]:
    faces = faces_with(data)
    if len(faces) >= FEWEST and meant(data) is None:
        distance = _distance(*_stacked(faces))
        yield _evidence(
            f"The landmarks of {len(faces)} faces lie {distance:.2f} of a face's width from those found (the "
            "median).",
            distance,
            faces,
        )


@once
def meant(data: Data) -> list[int] | None:
    """The order in which landmarks lie where those found are: of each of these, its place among the stated.
    As stated for good ones, and where too few tell; None where no order brings them there."""
    faces = faces_with(data)
    if len(faces) < FEWEST:
        return _AS_STATED
    stated, found = _stacked(faces)
    as_stated = _distance(stated, found)
    if as_stated < FAR:
        return _AS_STATED
    of = {order: _distance(stated[:, order], found) for order in permutations(_AS_STATED)}
    best = min(of, key=of.__getitem__)
    return list(best) if of[best] <= BETTER * as_stated else None


def reordered(data: Data) -> list[int] | None:
    """`meant`, where that is neither as stated nor left for right."""
    best = meant(data)
    return None if best in (_AS_STATED, _SIDES) else best


_AS_STATED, _SIDES = [0, 1, 2, 3, 4], [1, 0, 2, 4, 3]
"""left for right, which another check names, of single faces too"""


class _Face(NamedTuple):
    view: View
    box: Floats
    """(4,) as stated"""
    stated: Floats
    """(5, 2) landmarks, as those found"""
    found: Floats
    width: float


@once
def faces_with(data: Data) -> list[_Face]:
    """Upright faces that are large enough, whose box is right and whose five landmarks are stated; none of a
    set of other faults, which explain these."""
    if verdict(data) is not None:
        return []
    told = []
    for view in views(data):
        sample = view.glimpse.sample
        count = min(len(sample.boxes), len(sample.landmarks))
        boxes, fives = sample.boxes[:count], sample.landmarks[:count]
        known = np.isfinite(boxes).all(axis=1) & np.isfinite(fives).all(axis=(1, 2))
        boxes, fives = boxes[known], fives[known]
        widths = view.found[:, 2] - view.found[:, 0]
        large = widths * min(1, SIDE / max(view.size)) >= NARROW
        alike = (iou(view.found, boxes) >= SAME_FACE) & large[:, None]
        for i, j in zip(*np.nonzero(alike[: len(view.landmarks)]), strict=True):
            if not _is_turned(fives[j], view.landmarks[i]):
                told.append(_Face(view, boxes[j], fives[j], view.landmarks[i], float(widths[i])))
    return told


def _is_turned(stated: Floats, found: Floats) -> bool:
    """Whether the face as stated, with left and right in order, is turned by more than an eighth from the one
    found: the detector finds faces upside down, too, and calls their mouths eyes."""
    (across, down), (_, upright) = axes(stated), axes(found)
    in_order = across[0] * down[1] > across[1] * down[0]
    turned = down @ upright < np.sqrt(0.5) * np.linalg.norm(down) * np.linalg.norm(upright)
    return bool(in_order and turned)


def axes(five: Floats) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Of (5, 2) landmarks the way from left to right, and that from the eyes down to the mouth."""
    left_eye, right_eye, _, left_mouth, right_mouth = five.astype(np.float64)
    return (
        right_eye - left_eye + right_mouth - left_mouth,
        left_mouth + right_mouth - left_eye - right_eye,
    )


def _stacked(faces: list[_Face]) -> tuple[Floats, Floats]:
    """(N, 5, 2) stated and found, in widths of their faces."""
    stated = np.stack([face.stated / np.float32(face.width) for face in faces])
    found = np.stack([face.found / np.float32(face.width) for face in faces])
    return stated, found


def _distance(one: Floats, other: Floats) -> float:
    return float(np.median(np.linalg.norm(one - other, axis=2).mean(axis=1)))


def _listed(names: Sequence[str]) -> str:
    return ", ".join(name.replace("_", " ") for name in names)


def _evidence(message: str, distance: float, faces: list[_Face]) -> Evidence:
    drawn = []
    for view, box, stated, _, _ in faces[:SHOWN]:
        picture = small_picture(view.glimpse)
        scale = picture.array.shape[1] / picture.width
        drawn.append(draw_boxes(picture.array, box[None] * scale, landmarks=stated[None] * scale))
    names = list(dict.fromkeys(face.view.glimpse.sample.name for face in faces))
    numbers = {"faces": len(faces), "distance": round(distance, 3), "names": names[:NAMES]}
    return Evidence(message, numbers, contact_sheet(drawn))


POINTS: tuple[Check[Data], ...] = (order, off)
