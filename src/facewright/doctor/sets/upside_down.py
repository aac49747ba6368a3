"""Training pictures that stand on their heads, as nobody takes them."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from facewright.core.draw import contact_sheet
from facewright.doctor.checking import check
from facewright.doctor.finding import Evidence
from facewright.doctor.sets.parts import percent
from facewright.doctor.sets.subject import Item, Items
from facewright.inference.classifier import FaceClassifier

SURER = 0.5
"""An upside-down face is one that face-or-not believes in so much more when it is turned over. Of upright
faces of ../shared/data 0 to 2 % seem so, of the same faces turned over 20 to 70 %."""
MANY, FEWEST = 0.05, 3
SMALLEST = 16
"""pixels"""


@check(
    "items-upside-down",
    "warning",
    Items,
    about="Training faces were flipped upside down. Nobody takes pictures like that: the model spends "
    "itself on them, and learns that eyes may be below the mouth.",
    cure="Mirror from left to right only, and turn by small angles.",
)
def upside_down(items: Items) -> Iterator[Evidence]:
    crops = [crop for look in items.looks for crop in _faces(look.first)]
    if not crops:
        return
    classifier = FaceClassifier()
    surer = classifier([crop[::-1].copy() for crop in crops]) - classifier(crops)
    over = np.flatnonzero(surer > SURER)
    if len(over) >= max(FEWEST, MANY * len(crops)):
        yield Evidence(
            f"At least {len(over)} of {len(crops)} faces ({percent(len(over) / len(crops))}) "
            "stand on their heads.",
            {"upside_down": len(over), "faces": len(crops)},
            contact_sheet([crops[i] for i in over[:8]], tile=96),
        )


def _faces(item: Item) -> list[NDArray[np.uint8]]:
    """Its faces; the whole of an example whose boxes are not told, which may be a crop of one."""
    if item.boxes is None:
        return [item.picture] if min(item.picture.shape[:2]) >= SMALLEST else []
    height, width = item.picture.shape[:2]
    found = []
    for box in item.boxes[np.isfinite(item.boxes).all(axis=1)]:
        x0, y0, x1, y1 = np.clip(box, 0, (width, height, width, height)).round().astype(int)
        if min(x1 - x0, y1 - y0) >= SMALLEST:
            found.append(item.picture[y0:y1, x0:x1])
    return found
