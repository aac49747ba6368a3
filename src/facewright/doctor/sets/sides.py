"""Landmarks whose left and right were not swapped when their picture was mirrored."""

from collections.abc import Iterator

import numpy as np

from facewright.core.draw import contact_sheet, draw_boxes
from facewright.core.faces import LANDMARKS
from facewright.doctor.checking import check
from facewright.doctor.finding import Evidence
from facewright.doctor.sets.parts import percent
from facewright.doctor.sets.subject import Items

MANY, FEWEST = 0.05, 3
"""Share and number of faces with their sides swapped. None of the sets in ../shared/data has one."""

LEFT_EYE, RIGHT_EYE, _, LEFT_MOUTH, RIGHT_MOUTH = range(len(LANDMARKS))


@check(
    "items-sides-swapped",
    "error",
    Items,
    about="Pictures were mirrored and their landmarks with them, but the left eye kept its name: it now lies "
    "on the right. Half of the truths say one thing, half the other, and the model learns the middle.",
    cure="Swap left and right (eyes, corners of the mouth) whenever a picture is mirrored.",
)
def sides_swapped(items: Items) -> Iterator[Evidence]:
    faces, swapped, shown = 0, 0, []
    for look in items.looks:
        if look.first.landmarks is None:
            continue
        points = look.first.landmarks[np.isfinite(look.first.landmarks).all(axis=(1, 2))]
        x, y = points[..., 0], points[..., 1]
        # Both pairs, so that no profile counts; upright, as a face turned over has its sides the other way.
        wrong = (x[:, LEFT_EYE] > x[:, RIGHT_EYE]) & (x[:, LEFT_MOUTH] > x[:, RIGHT_MOUTH])
        wrong &= y[:, : RIGHT_EYE + 1].mean(axis=1) < y[:, LEFT_MOUTH:].mean(axis=1)
        faces, swapped = faces + len(points), swapped + int(wrong.sum())
        if wrong.any():
            corners = np.concatenate([points[wrong].min(axis=1), points[wrong].max(axis=1)], axis=1)
            shown.append(draw_boxes(look.first.picture, corners, landmarks=points[wrong]))
    if swapped >= max(FEWEST, MANY * faces):
        yield Evidence(
            f"{swapped} of {faces} upright faces ({percent(swapped / faces)}) have their left eye and left "
            "corner of the mouth on the right.",
            {"swapped": swapped, "faces": faces},
            contact_sheet(shown[:8]),
        )
