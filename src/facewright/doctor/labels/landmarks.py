"""Landmarks that cannot be right whatever the pictures show: left for right, or beside their faces."""

from collections.abc import Callable, Iterator

import numpy as np

from facewright.core.boxes import Floats
from facewright.doctor.checking import Check, check
from facewright.doctor.data import Data
from facewright.doctor.finding import Evidence
from facewright.doctor.labels.points import axes, reordered

FEWEST = 3
"""faces that must be wrong"""
SHARE = 0.02
"""of the faces, from which it is no slip. Of 4,858 of helen, mtfl and toy not one is wrong in either way"""
CLEAR = 0.1
"""of the way from eyes to mouth, squared: in profile left and right lie upon one another, and chance says
which is which. Faces of helen and mtfl have .29 and more"""
NAMES = 5


@check(
    "landmarks-swapped",
    "error",
    Data,
    about="Left and right are exchanged: the person's left eye, which the viewer sees on the right, is "
    "called the left one. A model learns it so, and crops aligned by its eyes stand on their heads.",
    cure="Exchange the eyes, and the corners of the mouth: left is left as the viewer sees it.",
)
def swapped(data: Data) -> Iterator[Evidence]:
    if reordered(data):  # in which all of them stand, and says more
        return
    yield from _told(data, _is_swapped, "have left and right exchanged")


@check(
    "landmarks-outside",
    "error",
    Data,
    about="Landmarks lie beside their boxes: they are of other faces, in other units, or in another order of "
    "x and y. A model learns to point at nothing.",
    cure="Look at some (facewright data show), and mend how the landmarks are written.",
)
def outside(data: Data) -> Iterator[Evidence]:
    yield from _told(data, _is_outside, "lie outside their boxes, taken together")


def _told(data: Data, wrong: Callable[[Floats, Floats], bool], words: str) -> Iterator[Evidence]:
    """What speaks for a fault that `SHARE` of the faces or more have."""
    faces = [
        (glimpse.sample.name, wrong(box, five))
        for glimpse in data.readable
        for box, five in zip(glimpse.sample.boxes, glimpse.sample.landmarks, strict=False)
        if np.isfinite(five).all()
    ]
    names = [name for name, is_wrong in faces if is_wrong]
    if len(names) >= max(FEWEST, SHARE * len(faces)):
        yield Evidence(
            f"The landmarks of {len(names):,} of {len(faces):,} faces {words}, the first in {names[0]}.",
            {"faces": len(faces), "found": len(names), "names": list(dict.fromkeys(names))[:NAMES]},
        )


def _is_swapped(box: Floats, five: Floats) -> bool:
    """Whether, going from the eyes down to the mouth, left is right: of a face turned by any angle."""
    across, down = axes(five)
    return bool(across[0] * down[1] - across[1] * down[0] < -CLEAR * (down @ down))


def _is_outside(box: Floats, five: Floats) -> bool:
    """Whether their middle is not in the box; of a face without a place nobody can say."""
    middle = five.mean(axis=0)
    return bool((middle < box[:2]).any() or (middle > box[2:]).any())


LANDMARKS: tuple[Check[Data], ...] = (swapped, outside)
