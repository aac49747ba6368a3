"""Faces with two boxes."""

from collections.abc import Iterator

import numpy as np

from facewright.core.boxes import iou
from facewright.core.draw import contact_sheet, draw_boxes
from facewright.doctor.checking import Check, check
from facewright.doctor.data import Data
from facewright.doctor.finding import Evidence
from facewright.doctor.labels.show import NAMES
from facewright.doctor.labels.witness import stated_boxes

SAME = 0.75
"""IoU of two boxes that are one face's. In 3,000 pictures of the sets of recipes/sets.toml no two are so
alike"""
SHARE, FEWEST = 0.02, 3
"""of the pictures with boxes, and number of them, from which it is no slip"""
SHOWN = 12


@check(
    "labels-doubled",
    "error",
    Data,
    about="Faces have two boxes: a label file was written to twice, or two people's annotations were put "
    "together. A model is marked down for finding such a face once, and learns to find it twice.",
    cure="Keep one box of each face: take away the lines that repeat another one.",
)
def doubled(data: Data) -> Iterator[Evidence]:
    told = [(glimpse, boxes) for glimpse in data.readable if len(boxes := stated_boxes(glimpse))]
    faulty = [(g, b[again]) for g, b in told if (again := np.triu(iou(b, b) > SAME, 1).any(axis=0)).any()]
    if len(faulty) >= max(FEWEST, SHARE * len(told)):
        number = sum(len(boxes) for _, boxes in faulty)
        drawn = [draw_boxes(g.picture, b * (g.picture.shape[1] / g.width)) for g, b in faulty[:SHOWN]]
        yield Evidence(
            f"In {len(faulty):,} of {len(told):,} pictures with boxes, {number:,} boxes lie on another one.",
            {
                "pictures": len(told),
                "pictures_concerned": len(faulty),
                "boxes": number,
                "names": [glimpse.sample.name for glimpse, _ in faulty[:NAMES]],
            },
            contact_sheet(drawn),
        )


DOUBLED: tuple[Check[Data], ...] = (doubled,)
