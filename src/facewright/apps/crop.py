"""Crops of faces: square, head and shoulders, passport photo, aligned. Arrays in, new arrays out.

square           head-and-shoulders  passport         aligned
+---------+      +-----------+       +--------+       +---------+
|  .---.  |      |   .---.   |       | .----. |       | .-----. |  the landmarks where CelebA's lie:
|  | o |  |      |   | o |   |       | | o  | |       | | o o | |  turned, scaled and shifted
|  '---'  |      |   '---'   |       | '----' |       | '-----' |  (`describe` shows a model more)
+---------+      |  /     \\  |       +--------+       +---------+
                 +-----------+
"""

from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from facewright.apps.colour import check_colour
from facewright.core.arguments import whole_number
from facewright.core.errors import UsageError
from facewright.core.faces import Face, Faces
from facewright.core.pictures import Colour, Pixels
from facewright.core.pixels import check_pixels
from facewright.inference.align import BOX_HEIGHT, BOX_MIDDLE, Matrix, cut, frame, frame_side, window

Framing = Literal["square", "head-and-shoulders", "passport", "aligned"]
Outside = Literal["move", "edge", "fill"]


class _Frame(NamedTuple):
    """A crop about a face, in heights of the face's box (forehead to chin)."""

    ratio: float
    """width / height"""
    height: float
    middle: float
    """how far down the middle of the face lies, as a share of the crop"""


CROWN = 1.23
"""from chin to crown, in heights of the box"""
# Passport: 35 x 45 mm; from chin to crown 34 mm, the chin 7 mm above the lower edge: in the middle of what
# ICAO's guidelines let pass.
FRAMES = {
    "square": _Frame(1.0, 1.5, 0.5),
    "head-and-shoulders": _Frame(4 / 5, 2.65, 0.42),
    "passport": _Frame(35 / 45, 45 / (34 / CROWN), 1 - (7 + 34 / CROWN / 2) / 45),
}
"""all but `aligned`; the page has them too (serve/page/crop.js)"""


@dataclass(frozen=True)
class CropStyle:
    """How faces are cropped. Raises UsageError for values that make no sense."""

    framing: Framing = "square"
    size: int | None = None
    """Height of every crop in pixels, be its face made smaller or larger; None leaves the scale."""
    margin: float = 0.0
    """0.2 takes in a fifth more, to all sides; -0.2 a fifth less."""
    roll: bool = False
    """Turn a tilted head upright, by its landmarks; `aligned` always does."""
    outside: Outside | None = None
    """What to do where a crop goes beyond the picture: `move` it inside, and make it smaller if it is larger
    than the picture; repeat the picture's `edge`; or `fill` with the colour. None: moved, or where that makes
    no sense, as of crops that are turned, edge."""
    colour: Colour = (255, 255, 255)
    """RGB of `fill`"""

    def __post_init__(self) -> None:
        if self.framing not in get_args(Framing):
            raise UsageError(f"framing is one of {', '.join(get_args(Framing))}, not {self.framing!r}")
        if self.outside is not None and self.outside not in get_args(Outside):
            raise UsageError(f"outside is one of {', '.join(get_args(Outside))}, not {self.outside!r}")
        rule = "size is a crop's height in pixels, a whole number from 1 to 10000"
        if self.size is not None and whole_number(self.size, rule) > 10_000:
            raise UsageError(f"{rule}, not {self.size!r}")
        if not -0.9 <= self.margin <= 10:  # refuses NaN too
            raise UsageError(f"margin must lie between -0.9 and 10, not {self.margin!r}")
        if self.turned and self.outside == "move":
            raise UsageError("a crop that is turned cannot be moved inside the picture: choose edge or fill")
        check_colour(self.colour)

    @property
    def turned(self) -> bool:
        """Whether crops follow the head's roll."""
        return self.roll or self.framing == "aligned"


class Place(NamedTuple):
    """Where a crop lies."""

    matrix: Matrix
    """(2, 3) from pixels of the picture to shares of the crop: (0, 0) is its top left corner"""
    width: float
    """in pixels of the picture"""
    height: float
    by: Literal["landmarks", "box"]
    """what it follows; a face without landmarks that make sense is not turned, whatever was asked for"""


def place(face: Face, style: CropStyle) -> Place:
    """Where a face's crop lies, before it is moved into the picture."""
    placed = frame(face.box, face.landmarks if style.turned else None)
    if style.framing == "aligned":
        zoom = 1 + style.margin
        matrix = placed.matrix / zoom + [[0, 0, 0.5 - 0.5 / zoom]] * 2
        return Place(matrix, frame_side(matrix), frame_side(matrix), placed.by)
    x0, y0, x1, y1 = face.box.astype(np.float64)
    turn = np.eye(2)
    middle: NDArray[np.floating] = np.array([x0 + x1, y0 + y1]) / 2
    high = float(max(x1 - x0, y1 - y0, 1e-3))
    if placed.by == "landmarks":  # the box that the face would have, were it upright
        side = frame_side(placed.matrix)
        turn, high = placed.matrix[:, :2] * side, side * BOX_HEIGHT
        middle = np.linalg.solve(placed.matrix[:, :2], (0.5, BOX_MIDDLE) - placed.matrix[:, 2])
    ratio, heights, down = FRAMES[style.framing]
    height = high * heights * (1 + style.margin)
    size = np.array([ratio * height, height])
    linear = turn / size[:, None]
    # The margin goes to all sides alike, so the face's middle comes nearer to that of the crop.
    shift = (0.5, 0.5 + (down - 0.5) / (1 + style.margin)) - linear @ middle
    return Place(np.column_stack([linear, shift]), size[0], size[1], placed.by)


def crop_face(picture: Pixels, face: Face, style: CropStyle | None = None) -> Pixels:
    """The crop of one face, uint8 RGB (h, w, 3).

    picture: uint8 RGB (H, W, 3), in whose pixels the face is. Never empty: a face outside of the picture
    gives what the style says of the outside. Raises PictureError for what is no such picture.
    """
    check_pixels(picture)
    style = style or CropStyle()
    placed = place(face, style)
    ratio = 1.0 if style.framing == "aligned" else FRAMES[style.framing].ratio
    size = None if style.size is None else (max(1, round(style.size * ratio)), style.size)
    fill = style.colour if style.outside == "fill" else None
    if placed.by == "landmarks":
        natural = (max(1, round(placed.width)), max(1, round(placed.height)))
        return cut(picture, placed.matrix, size or natural, fill)
    x, y = -placed.matrix[:, 2] * (placed.width, placed.height)
    there = np.array([x, y, x + placed.width, y + placed.height])
    if style.outside == "move" or (style.outside is None and not style.turned):
        there = _moved(there, picture.shape[1], picture.shape[0])
    left, top = (round(float(v)) for v in there[:2])
    wide, high = (max(1, round(float(v))) for v in there[2:] - there[:2])
    pixels = window(picture, left, top, left + wide, top + high, fill)
    if size is None or pixels.shape[1::-1] == size:
        return pixels
    image = Image.fromarray(pixels).resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
    return np.array(image)


def pixels_of(face: Face, style: CropStyle, width: int, height: int) -> int:
    """How many pixels a crop from a picture of that size has or, if that is more, is turned out of."""
    placed = place(face, style)
    region = placed.width * placed.height
    if not style.turned and style.outside in (None, "move"):
        region = min(region, width * height)
    if style.size is None:
        return round(region)
    crop = style.size**2 * placed.width / placed.height
    return round(max(crop, region) if style.turned else crop)


def crop_faces(picture: Pixels, faces: Faces, style: CropStyle | None = None) -> list[Pixels]:
    """The crop of each face in their order; see `crop_face`."""
    return [crop_face(picture, face, style) for face in faces]


def _moved(there: NDArray[np.float64], width: int, height: int) -> NDArray[np.float64]:
    """A rectangle (4,) moved into the picture; made smaller about its middle if it is too large."""
    size = there[2:] - there[:2]
    size = size * min(1, width / size[0], height / size[1])
    corner = np.clip((there[:2] + there[2:] - size) / 2, 0, np.maximum((width, height) - size, 0))
    return np.concatenate([corner, corner + size])
