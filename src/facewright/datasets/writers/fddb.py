"""FDDB: faces as ellipses, each the one that fills its box: upright, so that its box is that box again.

The radii are half of the box's sides and the angle is 0 or a quarter turn: to the last digit of a float32
nothing is lost. An ellipse that the set came with, turned with its head, is not kept.
"""

import math
from contextlib import ExitStack
from decimal import Decimal
from pathlib import Path

from facewright.core.boxes import Floats
from facewright.datasets.fddb import SUFFIXES
from facewright.datasets.writers.writer import Content, Entry, Writer, create, plain, word


class FddbWriter(Writer):
    """One fold, the first. FDDB's own tools look for .jpg only; ours for .png, too."""

    says = "boxes, as ellipses"
    suffixes = SUFFIXES
    words = True

    def ending(self, suffix: str) -> str:
        """In small letters: labels name pictures without it, so that it must be what tools look for."""
        return super().ending(suffix.lower())

    def begin(self, root: Path, content: Content, files: ExitStack) -> None:
        self._file = create(root / "FDDB-folds" / "FDDB-fold-01-ellipseList.txt", files)

    def add(self, entry: Entry, group: str) -> None:
        rows = "".join(f"{ellipse(box)}  1\n" for box in entry.sample.boxes)
        self._file.write(f"{self.folder}/{entry.stem}\n{len(entry.sample.boxes)}\n{rows}")


def ellipse(box: Floats) -> str:
    """Long and short radius, angle of the long one, centre.

    >>> ellipse([10, 20, 40, 80])
    '30 15 1.570796326794897 25 50'
    """
    x0, y0, x1, y1 = (Decimal(word(value)) for value in box)
    radii = plain((x1 - x0) / 2), plain((y1 - y0) / 2)
    upright = y1 - y0 >= x1 - x0
    angle = f"{math.pi / 2:.15f}" if upright else "0"
    return " ".join([*(radii[::-1] if upright else radii), angle, plain((x0 + x1) / 2), plain((y0 + y1) / 2)])
