"""From a face in a photo to the square crop that attribute models learn from: turned upright, framed alike.

They learn from CelebA's aligned pictures, of whose halves (89x109) the window (5, 21, 84, 101) is taken. A
face with landmarks is laid over the mean landmarks of that window; one without is framed by its box.
"""

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image

from facewright.core.boxes import Floats
from facewright.core.pictures import Colour, Pixels

TEMPLATE = (
    np.array([[34.5, 55.9], [54.5, 55.9], [44.5, 67.4], [35.7, 76.7], [53.3, 76.7]]) - (5, 21)
) / (79, 80)  # fmt: skip
"""Mean landmarks as shares of the crop, in the order of core.faces.LANDMARKS.

Measured on celeba-aligned (10,000 pictures) by detector-nano on every fifth and detector-small on every 20th,
at long sides 218 and 436, where they found one face; their four means lie within 1.2 of 89x109 pixels of one
another. Averaged, and made symmetric about the middle of the picture, as mirroring in training does.
"""
BOX_HEIGHT, BOX_MIDDLE = 0.67, 0.54
"""of the detector's box in that crop, in shares of its side: mean height, and how far down its middle lies"""
FARTHEST = 2.0
"""A crop by landmarks is at most this much larger or smaller than the box says, or they are not believed."""
ABOVE, BELOW = 0.08, 0.04
"""Shares of the side of `frame`'s crop that a crop to be described shows more, hair and collar.

Training showed models all framings from that one to whole pictures. Of eleven, this gives the best F1 over
the 15 on CelebA's validation parts through detector-nano: attributes-small .723 -> .734,
attributes-nano .709 -> .731; AP .777 -> .783 and .762 -> .768 (benchmarks/attribute_framing.py).
"""

Matrix = NDArray[np.float64]
"""(2, 3): a point (x, y) goes to matrix @ (x, y, 1)"""


class Frame(NamedTuple):
    """Where a face's crop lies."""

    matrix: Matrix
    """from pixels of the picture to shares of the crop: (0, 0) is its top left corner, (1, 1) the opposite"""
    by: Literal["landmarks", "box"]
    """what it follows"""


def similarity(source: ArrayLike, target: ArrayLike) -> Matrix:
    """The turn, uniform scale and shift that bring points (N, 2) nearest to others, in least squares; (2, 3).

    Umeyama, "Least-squares estimation of transformation parameters between two point patterns" (1991); in
    the plane, and without mirroring, his solution is one complex division. Raises ValueError for points that
    all lie in one place.
    """
    a, b = (np.asarray(points, np.float64) @ (1, 1j) for points in (source, target))
    apart = a - a.mean()
    spread = np.vdot(apart, apart).real
    if spread <= 1e-12 * (1 + abs(a.mean()) ** 2):
        raise ValueError("points that all lie in one place have no direction")
    turn = np.vdot(apart, b - b.mean()) / spread
    shift = b.mean() - turn * a.mean()
    return np.array([[turn.real, -turn.imag, shift.real], [turn.imag, turn.real, shift.imag]])


def frame(box: Floats, landmarks: Floats | None) -> Frame:
    """The crop of a face with this box (4,) and these landmarks (5, 2), in the picture's pixels.

    Landmarks are followed where there are any and the crop they give suits the box: it holds the box's middle
    and is neither `FARTHEST` larger nor smaller than the box's own. Seen from the side landmarks stay good
    enough; heaped in one place, or on another face, they do not.
    """
    by_box = _box_frame(box)
    if landmarks is None or np.ptp(landmarks, axis=0).max() < 1e-3:
        return Frame(by_box, "box")
    matrix = similarity(landmarks, TEMPLATE)
    size = _scale(by_box) / max(_scale(matrix), 1e-12)
    middle = matrix @ (*((box[:2] + box[2:]) / 2), 1)
    suits = 1 / FARTHEST < size < FARTHEST and np.all((middle > 0) & (middle < 1))
    return Frame(matrix, "landmarks") if suits else Frame(by_box, "box")


def frame_to_describe(box: Floats, landmarks: Floats | None) -> Frame:
    """What an attribute model is shown of a face: `frame`'s crop as wide, and a little taller; no square."""
    placed = frame(box, landmarks)
    height = 1 + ABOVE + BELOW
    taller = np.array([[1, 0, 0], [0, 1 / height, ABOVE / height]])
    return placed._replace(matrix=taller @ np.vstack([placed.matrix, (0, 0, 1)]))


def frame_side(matrix: Matrix) -> float:
    """Side of a square crop in pixels of the picture."""
    return 1 / _scale(matrix)


def cut(picture: Pixels, matrix: Matrix, size: int | tuple[int, int], fill: Colour | None = None) -> Pixels:
    """The crop as uint8 RGB (height, width, 3): bilinear, averaged where it shrinks.

    picture: uint8 RGB (H, W, 3), in whose pixels `matrix` is. size: (width, height) of the crop, or the side
    of a square one. fill: colour of what lies outside of the picture, whose border is repeated when None.
    """
    width, height = (size, size) if isinstance(size, int) else size
    inverse = np.linalg.inv(np.vstack([matrix, (0, 0, 1)]))[:2]
    corners = inverse @ np.array([[0, 1, 0, 1], [0, 0, 1, 1], [1, 1, 1, 1]])
    left, top = np.floor(corners.min(1)).astype(int) - 2
    right, bottom = np.ceil(corners.max(1)).astype(int) + 2
    region = Image.fromarray(window(picture, left, top, right, bottom, fill))
    in_picture = 1 / np.hypot(matrix[:, 0], matrix[:, 1])  # width and height of the crop there
    finer = max(1, int(np.ceil((in_picture / (width, height)).max())))  # so that no pixel is passed over
    there = inverse / (width * finer, height * finer, 1) - [[0, 0, left], [0, 0, top]]
    fine = region.transform(
        (width * finer, height * finer),
        Image.Transform.AFFINE,
        there.ravel().tolist(),
        Image.Resampling.BILINEAR,
    )
    return np.array(fine.reduce(finer))  # one that may be written to


def window(
    picture: Pixels, left: int, top: int, right: int, bottom: int, fill: Colour | None = None
) -> Pixels:
    """Rows top to bottom and columns left to right of a picture (H, W, 3), as a copy; they may lie outside.

    fill: colour of what lies outside, where the border is repeated when None.
    """
    rows, columns = np.arange(top, bottom), np.arange(left, right)
    below, beside = rows.clip(0, picture.shape[0] - 1), columns.clip(0, picture.shape[1] - 1)
    pixels = picture[below[:, None], beside]
    if fill is not None:
        pixels[rows != below] = fill
        pixels[:, columns != beside] = fill
    return pixels


def _box_frame(box: Floats) -> Matrix:
    x0, y0, x1, y1 = box.astype(np.float64)
    scale = BOX_HEIGHT / max(x1 - x0, y1 - y0, 1e-3)  # a face without an area has a place all the same
    x, y = (x0 + x1) / 2, (y0 + y1) / 2
    return np.array([[scale, 0, 0.5 - scale * x], [0, scale, BOX_MIDDLE - scale * y]])


def _scale(matrix: Matrix) -> float:
    return float(np.hypot(matrix[0, 0], matrix[1, 0]))
