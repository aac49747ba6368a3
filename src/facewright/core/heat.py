"""A heat map drawn over a picture: a number at each pixel, in colours that everyone can tell apart."""

import numpy as np
from numpy.typing import NDArray

from facewright.core.boxes import Floats

STOPS = np.array(
    [(0, 0, 4), (66, 10, 104), (147, 38, 103), (221, 81, 58), (252, 165, 10), (252, 255, 164)], np.float32
)
"""RGB from 0 to 1 in equal steps; ever lighter, so that it reads in grey and to the colour-blind too"""


def colours(values: Floats) -> NDArray[np.uint8]:
    """RGB (..., 3) of numbers (...) from 0 to 1; those outside have the colour of the nearer end."""
    place = np.clip(values, 0, 1) * (len(STOPS) - 1)
    low = np.minimum(place.astype(int), len(STOPS) - 2)
    part = (place - low)[..., None]
    return np.round(STOPS[low] * (1 - part) + STOPS[low + 1] * part).astype(np.uint8)


def draw_heat(picture: NDArray[np.uint8], heat: Floats, *, strength: float = 0.75) -> NDArray[np.uint8]:
    """A copy of the RGB picture (H, W, 3), greyed, with `heat` (H, W), 0 to 1, over it.

    strength: how much of the colour covers the picture where the heat is 1; where it is 0 nothing does.
    Raises ValueError when heat and picture differ in size.
    """
    if heat.shape != picture.shape[:2]:
        raise ValueError(f"heat {heat.shape} does not fit a picture of {picture.shape[:2]}")
    grey = (picture @ np.array([0.299, 0.587, 0.114], np.float32))[..., None]
    cover = (np.clip(heat, 0, 1) * strength)[..., None]
    return np.round(grey * (1 - cover) + colours(heat) * cover).astype(np.uint8)
