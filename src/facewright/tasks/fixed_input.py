"""A picture of any size as the square that a network of fixed input wants: letterboxed, or squashed.

The exported file does the same inside its graph: what is done here is kept to what both can do exactly,
antialiased bilinear resizing to whole pixels, and zeros.
"""

from typing import Literal, NamedTuple

from torch import Tensor
from torch.nn import functional


class Fitted(NamedTuple):
    """A picture as a network takes it, and the way back: pixels of the picture are `x / scale`."""

    pixels: Tensor
    """float32 (1, 3, side, side), RGB 0 .. 255"""
    scale: tuple[float, float]
    """of x and of y: pixels of the square a pixel of the picture; each side is rounded on its own"""


def letterbox(pixels: Tensor, side: int) -> Fitted:
    """The whole picture, uint8 (H, W, 3), its shape kept, in the top left corner; 0 to the right and below.

    The long side becomes `side` pixels, the other one round(side * short / long), halves to even, at least 1.
    """
    height, width = pixels.shape[:2]
    longest = max(height, width)
    new = [max(round(side * length / longest), 1) for length in (height, width)]
    fitted = _resize(pixels, new[0], new[1])
    padded = functional.pad(fitted.pixels, (0, side - new[1], 0, side - new[0]))
    return Fitted(padded, fitted.scale)


def squash(pixels: Tensor, side: int) -> Fitted:
    """The whole picture, uint8 (H, W, 3), made square whatever its shape."""
    return _resize(pixels, side, side)


def _resize(pixels: Tensor, new_height: int, new_width: int) -> Fitted:
    height, width = pixels.shape[:2]
    planes = pixels.permute(2, 0, 1)[None].float()
    resized = functional.interpolate(
        planes, size=(new_height, new_width), mode="bilinear", antialias=True, align_corners=False
    )
    return Fitted(resized, (new_width / width, new_height / height))


Framing = Literal["letterbox", "squash"]
FRAMINGS = {"letterbox": letterbox, "squash": squash}
