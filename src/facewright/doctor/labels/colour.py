"""Is blue where red should be? Skin of every tone reflects more red than blue."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from facewright.core.draw import contact_sheet
from facewright.doctor.checking import Check, check
from facewright.doctor.data import Data, Glimpse
from facewright.doctor.finding import Evidence

FEWEST = 10
"""coloured faces that must tell"""
REDDER = 0.25
"""share of faces that are redder than blue; below it the channels are swapped. Of the coloured sets of
recipes/sets.toml it is .89 to 1; in crowds of people with masks (street-masks) .64, too few to judge by"""
COLOURED = 3.0
"""mean difference of red and blue, of 255, from which a picture has colour"""
SMALLEST = 4.0
"""pixels of a glimpse: side of a face that shows some skin"""
NAMES = 5
SHOWN = 12


@check(
    "pictures-bgr",
    "error",
    Data,
    about="Red and blue are swapped: OpenCV reads pictures as BGR, and everything else takes them for RGB. A "
    "model trained so sees blue faces, and fails on any other reader's pictures.",
    cure="Reverse the last axis of the arrays, picture[:, :, ::-1], where they are read.",
)
def bgr(data: Data) -> Iterator[Evidence]:
    faces = [(g, tone) for g in data.readable for tone in _tones(g)]
    if len(faces) < FEWEST:
        return
    redder = float(np.mean([tone > 0 for _, tone in faces]))
    if redder <= REDDER:
        blue = list(dict.fromkeys(g for g, tone in faces if tone <= 0))
        yield Evidence(
            f"{len(faces) - round(redder * len(faces))} of {len(faces)} faces are bluer than red, as skin is "
            "when red and blue are swapped.",
            {"faces": len(faces), "redder": round(redder, 3), "names": [g.sample.name for g in blue[:NAMES]]},
            contact_sheet([g.picture for g in blue[:SHOWN]], tile=128, title="as read"),
        )


def _tones(glimpse: Glimpse) -> list[float]:
    """Median red minus blue of the upper face of each face that is large enough, in a coloured picture."""
    picture = glimpse.picture.astype(np.int16)
    redness = picture[..., 0] - picture[..., 2]
    if np.abs(redness).mean() < COLOURED:
        return []
    scale = picture.shape[1] / glimpse.width
    boxes = np.asarray(glimpse.sample.boxes, np.float64).reshape(-1, 4)
    boxes = boxes[~np.isinf(boxes).any(axis=1)]
    return [float(np.median(skin)) for box in boxes if (skin := _skin(redness, box * scale)).size]


def _skin(redness: NDArray[np.int16], box: NDArray[np.float64]) -> NDArray[np.int16]:
    """Between brow and mouth, above what masks cover; empty for a small face."""
    height, width = redness.shape
    x0, y0, x1, y1 = (0, 0, width, height) if np.isnan(box).any() else box
    if not min(x1 - x0, y1 - y0) >= SMALLEST:
        return redness[:0, :0]
    rows = slice(max(round(y0 + 0.2 * (y1 - y0)), 0), max(round(y0 + 0.5 * (y1 - y0)), 0) + 1)
    columns = slice(max(round(x0 + 0.3 * (x1 - x0)), 0), max(round(x1 - 0.3 * (x1 - x0)), 0) + 1)
    return redness[rows, columns]


COLOUR: tuple[Check[Data], ...] = (bgr,)
