"""A rough skin tone of a face in a photo, to see whether a model errs more often for some than for others.

It is a measure of the picture, not of a person: the individual typology angle (Chardon, Cretois and Hourseau,
"Skin colour typology and suntanning pathways", 1991) of the cheeks, which was made for a spectrometer on the
skin. In a photo light, exposure, white balance, make-up, a tan and a blush are in it, and a beard may be: one
person is told very different angles. So it can show that errors go with it in thousands of pictures, and says
nothing of who somebody is. Use it for nothing else.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from facewright.core.pictures import Pixels

CHEEKS = np.array([[0.25, 0.53, 0.37, 0.65], [0.63, 0.53, 0.75, 0.65]])
"""x0, y0, x1, y1 in an aligned crop (`inference.align`), as shares of its side: below the eyes"""
LIMITS = (10.0, 28.0, 41.0)
"""degrees between dark, tan, intermediate and light skin (Del Bino et al., 2006, whose two darkest and two
lightest classes are one each here)"""
COLOURLESS = 4.0
"""chroma (a*, b*) below which there is no colour to tell a tone by, as in a grey photo"""

_TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
_WHITE = _TO_XYZ.sum(1)
"""of D65, which is white in sRGB"""


def lab(rgb: ArrayLike) -> NDArray[np.float64]:
    """CIELAB (..., 3) under D65 of sRGB colours (..., 3), 0 to 255."""
    shares = np.asarray(rgb, np.float64) / 255
    linear = np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4)
    xyz = linear @ _TO_XYZ.T / _WHITE
    f = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    x, y, z = np.moveaxis(f, -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def typology_angle(crop: Pixels) -> float:
    """Degrees, 90 the lightest, of the median colour of both cheeks; NaN where it is none of skin.

    crop: uint8 RGB (H, W, 3), one face framed as `inference.align` frames it. None of skin: without colour,
    or blue rather than yellow.
    """
    height, width = crop.shape[:2]
    boxes = np.round(CHEEKS * [width, height, width, height]).astype(int)
    cheeks = np.concatenate([crop[y0:y1, x0:x1].reshape(-1, 3) for x0, y0, x1, y1 in boxes])
    lightness, red, yellow = np.median(lab(cheeks), axis=0)
    if yellow <= 0 or np.hypot(red, yellow) < COLOURLESS:
        return float("nan")
    return float(np.degrees(np.arctan2(lightness - 50, yellow)))
