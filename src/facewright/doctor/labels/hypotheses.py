"""Hypotheses of what went wrong with boxes: each turns what a set states into where the faces then are.

A healthy set is explained best by `same`. Where another one explains the pictures much better, that is the
fault, and its name. Pure geometry: boxes (N, 4) in pixels of a picture of `width` x `height`.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from facewright.core.boxes import Floats

Turn = Callable[[Floats, float, float], Floats]
"""(stated boxes, width, height) -> the boxes that were meant"""


class Hypothesis(NamedTuple):
    fault: str
    """id of the check that names it"""
    words: str
    """what the stated boxes then are: "the boxes are ..." """
    turn: Turn


def same(b: Floats, w: float, h: float) -> Floats:
    """The boxes as stated."""
    return b


def transposed(b: Floats, w: float, h: float) -> Floats:
    """x and y are swapped."""
    return b[:, [1, 0, 3, 2]]


def sizes_swapped(b: Floats, w: float, h: float) -> Floats:
    """Width and height are swapped, and the middle is right."""
    middle, half = (b[:, :2] + b[:, 2:]) / 2, (b[:, 2:] - b[:, :2])[:, ::-1] / 2
    return np.concatenate([middle - half, middle + half], axis=1)


def share_sizes_swapped(b: Floats, w: float, h: float) -> Floats:
    """The same of a format in shares of the picture."""
    sides = np.array([w, h] * 2, np.float32)
    return sizes_swapped(b / sides, 1, 1) * sides


def mirrored(b: Floats, w: float, h: float) -> Floats:
    """Left is right."""
    return np.stack([w - b[:, 2], b[:, 1], w - b[:, 0], b[:, 3]], axis=1)


def upside_down(b: Floats, w: float, h: float) -> Floats:
    """y is counted from below."""
    return np.stack([b[:, 0], h - b[:, 3], b[:, 2], h - b[:, 1]], axis=1)


def half_turned(b: Floats, w: float, h: float) -> Floats:
    return mirrored(upside_down(b, w, h), w, h)


def turned_right(b: Floats, w: float, h: float) -> Floats:
    """Stated in the picture before it was turned clockwise (which was h wide): (x, y) is at (w - y, x)."""
    return np.stack([w - b[:, 3], b[:, 0], w - b[:, 1], b[:, 2]], axis=1)


def turned_left(b: Floats, w: float, h: float) -> Floats:
    """Stated in the picture before it was turned counter-clockwise: (x, y) is at (y, h - x)."""
    return np.stack([b[:, 1], h - b[:, 2], b[:, 3], h - b[:, 0]], axis=1)


def transversed(b: Floats, w: float, h: float) -> Floats:
    """Transposed and half turned: EXIF's seventh orientation."""
    return half_turned(transposed(b, w, h), w, h)


def by_shares(turn: Turn) -> Turn:
    """The same for a format in shares of the picture, which were multiplied by the wrong side."""

    def turned(b: Floats, w: float, h: float) -> Floats:
        return turn(b * np.array([h / w, w / h] * 2, np.float32), w, h)

    return turned


def centre_as_corner(b: Floats, w: float, h: float) -> Floats:
    """Centre and size were read as upper left corner and size."""
    half = (b[:, 2:] - b[:, :2]) / 2
    return b - np.concatenate([half, half], axis=1)


def corner_as_centre(b: Floats, w: float, h: float) -> Floats:
    """Upper left corner and size were read as centre and size."""
    half = (b[:, 2:] - b[:, :2]) / 2
    return b + np.concatenate([half, half], axis=1)


def corners_as_centre_and_size(b: Floats, w: float, h: float) -> Floats:
    """Two corners were read as centre and size."""
    return np.concatenate([(b[:, :2] + b[:, 2:]) / 2, b[:, 2:] - b[:, :2]], axis=1)


def size_as_corner(b: Floats, w: float, h: float) -> Floats:
    """Upper left corner and size were read as two corners."""
    return np.concatenate([b[:, :2], b[:, :2] + b[:, 2:]], axis=1)


def centre_and_size_as_corners(b: Floats, w: float, h: float) -> Floats:
    """Centre and size were read as two corners."""
    return np.concatenate([b[:, :2] - b[:, 2:] / 2, b[:, :2] + b[:, 2:] / 2], axis=1)


def corner_as_size(b: Floats, w: float, h: float) -> Floats:
    """Two corners were read as upper left corner and size."""
    return np.concatenate([b[:, :2], b[:, 2:] - b[:, :2]], axis=1)


def scaled(factor: float) -> Turn:
    """Stated in a picture of another size, so many times smaller."""
    return lambda b, w, h: b * np.float32(factor)


def shares_of(most: float) -> Turn:
    """Stated in shares of the picture, as numbers up to `most`."""
    return lambda b, w, h: b * np.array([w / most, h / most] * 2, np.float32)


def padded(b: Floats, w: float, h: float) -> Floats:
    """Stated in the picture padded to a square, itself in the middle."""
    side = max(w, h)
    return b - np.array([(side - w) / 2, (side - h) / 2] * 2, np.float32)


HYPOTHESES = (
    Hypothesis("labels-transposed", "x and y swapped", transposed),
    Hypothesis("labels-transposed", "x and y swapped", by_shares(transposed)),
    Hypothesis("labels-transposed", "right in place, their widths and heights swapped", sizes_swapped),
    Hypothesis("labels-transposed", "right in place, their widths and heights swapped", share_sizes_swapped),
    Hypothesis("labels-mirrored", "those of the mirrored pictures", mirrored),
    Hypothesis("labels-upside-down", "those of the pictures upside down, y counted from below", upside_down),
    Hypothesis("labels-turned", "those of the pictures turned by half", half_turned),
    Hypothesis("labels-turned", "those of the pictures before a quarter turn clockwise", turned_right),
    Hypothesis(
        "labels-turned", "those of the pictures before a quarter turn clockwise", by_shares(turned_right)
    ),
    Hypothesis("labels-turned", "those of the pictures before a quarter turn to the left", turned_left),
    Hypothesis(
        "labels-turned", "those of the pictures before a quarter turn to the left", by_shares(turned_left)
    ),
    Hypothesis("labels-centre-as-corner", "centres read as upper left corners", centre_as_corner),
    Hypothesis("labels-centre-as-corner", "centre and size read as two corners", centre_and_size_as_corners),
    Hypothesis("labels-corner-as-centre", "upper left corners read as centres", corner_as_centre),
    Hypothesis("labels-corner-as-centre", "two corners read as centre and size", corners_as_centre_and_size),
    Hypothesis("labels-size-as-corner", "corner and size (x, y, w, h) read as two corners", size_as_corner),
    Hypothesis("labels-size-as-corner", "two corners read as corner and size (x, y, w, h)", corner_as_size),
    Hypothesis("labels-not-pixels", "shares of the picture (0 to 1), not pixels", shares_of(1)),
    Hypothesis("labels-not-pixels", "hundredths of the picture, not pixels", shares_of(100)),
    Hypothesis("labels-not-pixels", "thousandths of the picture, not pixels", shares_of(1000)),
    Hypothesis("labels-offset", "those of the pictures padded to squares, with the padding", padded),
    *(
        Hypothesis("labels-other-size", f"those of pictures {words} as large", scaled(factor))
        for words, factor in (
            ("a quarter", 4), ("a third", 3), ("half", 2), ("two thirds", 1.5),
            ("one and a half times", 2 / 3), ("twice", 0.5), ("three times", 1 / 3), ("four times", 0.25),
        )
    ),
)  # fmt: skip

EXIF: dict[int, Turn] = {
    2: mirrored,
    3: half_turned,
    4: upside_down,
    5: transposed,
    6: turned_right,
    7: transversed,
    8: turned_left,
}
"""EXIF orientation of a file -> from the pixels as stored, in which boxes were stated, to the upright ones"""
