"""Faces made unrecognisable: blurred, pixelated, covered, or replaced by a figure. Arrays in, new arrays out.

        ellipse or box, `grow` larger than the face's box: nothing of what was there shines through
        |           `feather`, outside of it: fades into the picture
    ....:::#######:::....

A blur's strength grows with the face, so that a large face is hidden as well as a small one. Gaussian blur
and pixels are what people expect to see, and what a detector no longer finds; they still hold the face's
colours, and somebody with the means may guess at more. `solid` and `silhouette` leave nothing of it.
"""

import math
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike
from PIL import Image, ImageDraw, ImageFilter

from facewright.apps.colour import check_colour
from facewright.core.boxes import Floats, area, as_boxes
from facewright.core.errors import UsageError
from facewright.core.pictures import Colour, Pixels
from facewright.core.pixels import check_pixels

How = Literal["gaussian", "pixelate", "solid", "silhouette"]
Shape = Literal["ellipse", "box"]

SIGMA = 0.36
"""of a blur of strength 1, in longer sides of the face's box"""
CELLS = 2.5
"""Pixels of a pixelated face of strength 1 along the longer side of its box. Few, as this is how many another
detector hardly finds a face in any more; see benchmarks/blurred.py."""
_FINE = 3.0  # sigma, in pixels of the shrunk face, at which blurring it shows no steps when enlarged again


@dataclass(frozen=True)
class BlurStyle:
    """How a face is hidden. Raises UsageError for values that make no sense."""

    how: How = "gaussian"
    shape: Shape = "ellipse"
    grow: float = 0.5
    """What is hidden is this much wider and higher than the face's box; 0.5 takes in ears and hairline."""
    feather: float = 0.1
    """Width of the soft edge outside of that, in shorter sides of the face's box; 0 for a hard edge."""
    strength: float = 1.0
    """2 blurs twice as much, or with half as many pixels; solid and silhouette know no strength."""
    colour: Colour = (52, 56, 64)
    """RGB of `solid`, and of the ground behind the `silhouette`."""

    def __post_init__(self) -> None:
        for name, value, choices in (("how", self.how, How), ("shape", self.shape, Shape)):
            if value not in get_args(choices):
                raise UsageError(f"{name} is one of {', '.join(get_args(choices))}, not {value!r}")
        for name, number, low, high in (
            ("grow", self.grow, 0, 4),
            ("feather", self.feather, 0, 2),
            ("strength", self.strength, 0.05, 20),
        ):
            if not low <= number <= high:  # refuses NaN too
                raise UsageError(f"{name} must lie between {low} and {high}, not {number!r}")
        check_colour(self.colour)


def blur_faces(
    picture: Pixels, boxes: ArrayLike, style: BlurStyle | None = None, strengths: ArrayLike | None = None
) -> Pixels:
    """A copy of the picture with each face hidden.

    picture: uint8 RGB (H, W, 3). boxes: (N, 4) in its pixels; parts and whole boxes outside are passed over.
    strengths: (N,), by which each face's strength is multiplied; 1 when None.

    The same input gives the same bytes. Only the neighbourhood of each face is worked on. Raises PictureError
    for what is no such picture, ValueError for boxes that are not finite or inside out and for strengths that
    would hide nothing.
    """
    check_pixels(picture)
    faces = as_boxes(boxes)
    if not np.isfinite(faces).all() or np.any(faces[:, 2:] < faces[:, :2]):
        raise ValueError("boxes must be finite, with x1 >= x0 and y1 >= y0")
    factors = np.ones(len(faces)) if strengths is None else np.asarray(strengths, np.float64)
    if factors.shape != (len(faces),):
        raise ValueError(f"strengths must have shape ({len(faces)},), one a box, not {factors.shape}")
    if not np.all((factors > 0) & np.isfinite(factors)):
        raise ValueError("strengths must be finite and larger than 0")
    hidden = picture.copy()
    for i in np.argsort(area(faces), kind="stable"):  # large ones last: they cover what lies within them
        _hide(hidden, faces[i], style or BlurStyle(), float(factors[i]))
    return hidden


def _hide(picture: Pixels, box: Floats, style: BlurStyle, factor: float) -> None:
    height, width = picture.shape[:2]
    x0, y0, x1, y1 = region = hidden_region(box, style, width, height)
    soft = max(1.0, style.feather * min(box[2] - box[0], box[3] - box[1]))  # one pixel: smooth, not jagged
    left, top = max(0, math.floor(x0 - soft)), max(0, math.floor(y0 - soft))
    right, bottom = min(width, math.ceil(x1 + soft)), min(height, math.ceil(y1 + soft))
    if right <= left or bottom <= top or x1 <= x0 or y1 <= y0:
        return
    patch = picture[top:bottom, left:right]
    shift = np.array([left, top, left, top], np.float32)
    mask = _mask(region - shift, style.shape, soft, patch.shape[1], patch.shape[0])
    below = Image.fromarray(patch)
    above = _hidden(below, box - shift, style, factor)
    patch[:] = np.asarray(Image.composite(above, below, mask))


def hidden_region(box: Floats, style: BlurStyle, width: int, height: int) -> Floats:
    """The rectangle, or the one around the ellipse, that hides a face of this box (4,) wholly; (4,).

    A box that the picture's border cuts belongs to a face that goes on outside. Its ellipse does too: about
    the box alone it would taper off where the face is cut.
    """
    x0, y0, x1, y1 = box.astype(np.float64)
    more_x, more_y = (x1 - x0) * style.grow / 2, (y1 - y0) * style.grow / 2
    grown = np.array([x0 - more_x, y0 - more_y, x1 + more_x, y1 + more_y])
    if style.shape == "ellipse":
        sides = (x1 - x0) * (x1 > x0), (y1 - y0) * (y1 > y0)
        grown -= [sides[0] * (x0 <= 0), sides[1] * (y0 <= 0), 0, 0]
        grown += [0, 0, sides[0] * (x1 >= width), sides[1] * (y1 >= height)]
    return grown.astype(np.float32)


def _mask(region: Floats, shape: Shape, soft: float, width: int, height: int) -> Image.Image:
    """How much of each pixel is replaced, 0 to 255: all inside the region, ever less over `soft` outside."""
    x0, y0, x1, y1 = region.astype(np.float64)
    half_x, half_y = (x1 - x0) / 2, (y1 - y0) / 2
    across = np.abs(np.arange(width) + 0.5 - (x0 + x1) / 2).astype(np.float32)
    down = np.abs(np.arange(height) + 0.5 - (y0 + y1) / 2).astype(np.float32)[:, None]
    if shape == "box":
        outside = np.maximum(across - half_x, down - half_y)
    else:  # along the line to the middle, in shares of the half axes; then in pixels of the shorter one
        outside = (np.sqrt((across / half_x) ** 2 + (down / half_y) ** 2) - 1) * min(half_x, half_y)
    return Image.fromarray((255 * np.clip(1 - outside / soft, 0, 1)).astype(np.uint8))


def _hidden(patch: Image.Image, box: Floats, style: BlurStyle, factor: float) -> Image.Image:
    """What takes the place of the patch around a face."""
    side = float(max(box[2] - box[0], box[3] - box[1]))
    strength = style.strength * factor
    if style.how == "gaussian":
        return _gaussian(patch, max(1.5, SIGMA * side * strength))
    if style.how == "pixelate":
        return _pixelated(patch, max(2.0, side * strength / CELLS))
    covered = Image.new("RGB", patch.size, style.colour)
    if style.how == "silhouette":
        _figure(covered, box, style.colour)
    return covered


def _gaussian(patch: Image.Image, sigma: float) -> Image.Image:
    """Blurred as a small copy and enlarged: as fast for a large face as for a small one."""
    factor = max(1, int(sigma / _FINE))
    small = patch.reduce(factor).filter(ImageFilter.GaussianBlur(sigma / factor))
    return small if factor == 1 else small.resize(patch.size, Image.Resampling.BICUBIC)


def _pixelated(patch: Image.Image, cell: float) -> Image.Image:
    cells = [max(1, round(side / cell)) for side in patch.size]
    mean = patch.resize((cells[0], cells[1]), Image.Resampling.BOX)
    return mean.resize(patch.size, Image.Resampling.NEAREST)


def _figure(ground: Image.Image, box: Floats, colour: Colour) -> None:
    """Head and shoulders without a face, in a lighter or, on a light ground, a darker tone."""
    towards = 255 if sum(colour) < 400 else 0
    tone = tuple((2 * c + 3 * towards) // 5 for c in colour)
    x0, y0, x1, y1 = (float(v) for v in box)
    middle, wide, high = (x0 + x1) / 2, x1 - x0, y1 - y0
    pen = ImageDraw.Draw(ground)
    head = (middle - 0.28 * wide, y0 + 0.05 * high, middle + 0.28 * wide, y0 + 0.62 * high)
    shoulders = (middle - 0.52 * wide, y0 + 0.7 * high, middle + 0.52 * wide, y1 + 0.6 * high)
    pen.ellipse(head, fill=tone)
    pen.ellipse(shoulders, fill=tone)
