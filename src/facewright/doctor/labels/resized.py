"""Boxes that were made in the pictures resized for a network, each picture by its own factor.

A square that each picture is fitted into has the numbers 0 to S: S pixels, or 1 where boxes are shares of it.
Read as pixels of the picture, or as shares of its own sides, they lie beside the faces.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from facewright.core.boxes import Floats
from facewright.doctor.labels.fitting import Moved
from facewright.doctor.labels.hypotheses import Hypothesis, same
from facewright.doctor.labels.offset import largest

Size = tuple[int, int]


class _Frame(NamedTuple):
    """How a picture of w x h lies in the square of side 1: a point is at point / sides + begin."""

    fault: str
    words: str
    sides: tuple[str, str]
    """what x and y are divided by: w, h, the longer or the shorter of them"""
    middle: bool = False
    """the picture lies in the middle of the square, not in its upper left corner"""

    def place(self, w: int, h: int) -> tuple[Floats, Floats]:
        """(2,) sides and (2,) begin."""
        known = {"w": w, "h": h, "longer": max(w, h), "shorter": min(w, h)}
        sides = np.array([known[side] for side in self.sides], np.float32)
        begin = (1 - np.array([w, h], np.float32) / sides) / 2
        return sides, (begin if self.middle else 0 * begin).astype(np.float32)


_LONGER, _SHORTER = ("longer", "longer"), ("shorter", "shorter")
_FRAMES = (
    _Frame("labels-other-size", "whose longer side was made {}", _LONGER),
    _Frame("labels-other-size", "whose shorter side was made {}", _SHORTER),
    _Frame("labels-other-size", "squeezed into squares of {}", ("w", "h")),
    _Frame("labels-offset", "fitted into squares of {}, with the padding", _LONGER, middle=True),
)
_SHARES = (
    _Frame("labels-wrong-side", "divided by the other side, x by the height and y by the width", ("h", "w")),
    _Frame("labels-wrong-side", "divided by the longer side, both x and y", _LONGER),
    _Frame("labels-wrong-side", "divided by the width, both x and y", ("w", "w")),
    _Frame("labels-wrong-side", "divided by the height, both x and y", ("h", "h")),
    _Frame("labels-offset", "shares of the pictures padded to squares, with the padding", _LONGER,
    middle=True),
)  # fmt: skip


def resized(stated: Sequence[Floats], faces: Sequence[Floats], sizes: Sequence[Size]) -> Iterator[Moved]:
    """Each kind of resizing, its number of pixels fitted; given (N, 4) and the size of each picture."""
    for frame in _SHARES:
        boxes = [
            _taken_back(b / np.tile(size, 2), frame, *size) for b, size in zip(stated, sizes, strict=True)
        ]
        yield Hypothesis(frame.fault, frame.words, same), boxes
    which, said, seen = largest(stated, faces)
    if not len(which):
        return
    for frame in _FRAMES:
        places = [frame.place(*sizes[i]) for i in which]
        shares = np.array(
            [face[:2] / sides + begin for face, (sides, begin) in zip(seen, places, strict=True)]
        )
        side = float(np.median(said[:, :2] / np.maximum(shares, _LEAST)))
        if side < 1:
            continue
        boxes = [_taken_back(b / side, frame, *size) for b, size in zip(stated, sizes, strict=True)]
        words = f"those of the pictures {frame.words.format(f'{side:.0f} pixels')}"
        yield Hypothesis(frame.fault, words, same), boxes


_LEAST = 0.02
"""of the square: what is nearer to its border says little of how large it is"""


def _taken_back(boxes: Floats, frame: _Frame, w: int, h: int) -> Floats:
    sides, begin = frame.place(w, h)
    return ((boxes - np.tile(begin, 2)) * np.tile(sides, 2)).astype(np.float32)
