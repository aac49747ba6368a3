"""From a picture as Pillow decodes it, of any mode, to upright RGB of 8 bits."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image

from facewright.core.opening import DAMAGED
from facewright.core.pixels import Pixels

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def upright(image: Image.Image, orientation: int) -> Image.Image:
    """The image as its EXIF orientation, 1 to 8, wants it shown."""
    turn = _TURNS.get(orientation)
    return image if turn is None else image.transpose(turn)


def orientation(image: Image.Image) -> int:
    """EXIF orientation, 1 to 8; 1 where there is none or EXIF is damaged, as viewers show such a file."""
    try:
        value = image.getexif().get(ExifTags.Base.Orientation, 1)
    except DAMAGED:
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def to_rgb(image: Image.Image) -> Image.Image:
    """Any mode of Pillow's as RGB; transparency is laid on white."""
    if image.mode == "F" or image.mode.startswith("I"):
        image = Image.fromarray(_to_bytes(np.asarray(image), image.mode))
    if image.has_transparency_data:
        image = image.convert("RGBA")
        alpha = image.getchannel("A")
        if np.asarray(alpha).min() < 255:
            white = Image.new("RGB", image.size, "white")
            white.paste(image, mask=alpha)
            return white
    return image if image.mode == "RGB" else image.convert("RGB")


def _to_bytes(values: NDArray[Any], mode: str) -> Pixels:
    """16-bit, 32-bit and float grey as 8 bits.

    16 bits keep their high byte. The wider kinds do not say what white is: 0 to 1 (float), 0 to 255 and 0 to
    65535 are told by the largest value, and anything else is stretched from its least to its largest value.
    """
    if mode.startswith("I;16"):
        return (values >> 8).astype(np.uint8)
    low, high = float(values.min()), float(values.max())
    if not math.isfinite(low + high):
        raise ValueError("it holds values that are not numbers")
    known = [white for white in (1.0, 255.0, 65535.0) if high <= white and (white > 1 or mode == "F")]
    black, white = (0.0, known[0]) if known and low >= 0 else (low, max(high, low + 1))
    scaled = (values.astype(np.float64) - black) * (255 / (white - black))
    return np.asarray(np.round(scaled), np.uint8)
