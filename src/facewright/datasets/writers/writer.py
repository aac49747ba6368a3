"""`Writer`, what every format's writer is: what it holds of a picture, and how it is written.

A format's writer stands in the module of its name and takes its reader's constants. It is given pictures that
it holds, one after another, so that a set of any length is written in the same memory.
"""

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import ClassVar, TextIO

import numpy as np
from numpy.typing import NDArray

from facewright.core.boxes import Floats
from facewright.core.pictures import PICTURE_SUFFIXES
from facewright.datasets.sample import Sample


@dataclass(frozen=True, eq=False, slots=True)
class Entry:
    """A picture's labels, ready to be written: boxes cut to the picture, landmarks whole or NaN."""

    sample: Sample
    size: tuple[int, int]
    """(width, height) of the upright picture"""
    picture: str = ""
    """name of its file, unique in its set even without its ending; empty before it has one"""

    @property
    def stem(self) -> str:
        return Path(self.picture).stem

    @property
    def with_landmarks(self) -> NDArray[np.bool_]:
        """(N,): which faces have all five."""
        return np.all(np.isfinite(self.sample.landmarks), axis=(1, 2))

    @property
    def placed(self) -> NDArray[np.bool_]:
        """(N,): which faces have a box."""
        return np.all(np.isfinite(self.sample.boxes), axis=1)


@dataclass
class Content:
    """What is in the pictures that are written, counted before the first one is."""

    pictures: int = 0
    faces: int = 0
    placed: int = 0
    """faces with a box"""
    with_landmarks: int = 0
    ignored: int = 0
    """regions to ignore"""
    unannotated: int = 0
    """pictures of which all is to be ignored"""
    attributes: dict[str, int] = field(default_factory=dict)
    """name -> of how many faces it is known"""


class Writer(ABC):
    """Writes one set in one format. The arguments of a subclass are the options of `TO`."""

    says: ClassVar[str]
    """what it holds, as the end of "mtfl holds" """
    landmarks: ClassVar[bool] = False
    lists_boxes: ClassVar[bool] = True
    """false where boxes follow from something else; then a face cut by the border may be a sliver"""
    unplaced: ClassVar[bool] = False
    """whether it holds faces without a box"""
    ignore: ClassVar[bool] = False
    """whether it holds regions to ignore"""
    reads_unannotated: ClassVar[bool] = True
    """whether its reader can be told that all pictures are to be ignored but for their boxes"""
    suffixes: ClassVar[Collection[str]] = PICTURE_SUFFIXES
    """endings of pictures, in small letters"""
    words: ClassVar[bool] = False
    """whether names are words, in which no space or comma may be"""
    folder: ClassVar[str] = "images"
    """where the pictures lie"""
    is_file: ClassVar[bool] = False
    """whether it is one file, with the pictures in it"""

    def misfit(self, entry: Entry) -> str:
        """Why it cannot hold the picture's faces, as the end of "3 pictures "; empty when it can."""
        return ""

    def ending(self, suffix: str) -> str:
        """That of a picture that has `suffix`; empty where the format knows none such: it becomes PNG."""
        return suffix if suffix.lower() in self.suffixes else ""

    def attributes(self, content: Content) -> Collection[str]:
        """Those that it holds."""
        return ()

    def options(self, content: Content) -> Mapping[str, str]:
        """What its reader must be told to read the set as it was."""
        return {}

    def keeps_landmarks(self, content: Content) -> bool:
        """Whether those that faces have are written."""
        return self.landmarks

    def told_group(self, entry: Entry, group: str) -> str:
        """What its reader takes for the group of a picture, without being told."""
        return entry.stem

    def remarks(self, content: Content) -> list[str]:
        """What is written otherwise than it was, a sentence each."""
        return []

    @abstractmethod
    def begin(self, root: Path, content: Content, files: ExitStack) -> None:
        """Open what is written, below the empty folder `root` (or as this file); `files` closes it."""

    @abstractmethod
    def add(self, entry: Entry, group: str) -> None:
        """Write the labels of a picture that lies in its place already."""

    def end(self) -> None:
        """After the last picture."""
        return


def create(file: Path, files: ExitStack) -> TextIO:
    """A text file for `Writer.begin`, with the folders that it needs."""
    file.parent.mkdir(parents=True, exist_ok=True)
    return files.enter_context(file.open("w", encoding="utf-8", newline="\n"))


def word(value: float | np.floating) -> str:
    """The shortest decimal that is read as this float32.

    >>> word(np.float32(10.1)), word(20.0)
    ('10.1', '20')
    """
    return np.format_float_positional(np.float32(value), trim="-")


def corner_and_size(box: Floats) -> tuple[str, str, str, str]:
    """x, y, width, height in words; the sums of which are the other corner, to the last digit of a float32.

    >>> corner_and_size(np.array([10.1, 20, 22.4, 50], np.float32))
    ('10.1', '20', '12.3', '30')
    """
    x0, y0, x1, y1 = (Decimal(word(value)) for value in box)
    return format(x0, "f"), format(y0, "f"), plain(x1 - x0), plain(y1 - y0)


def plain(value: Decimal) -> str:
    """Without an exponent and without zeros at its end."""
    return format(value.normalize(), "f")


def outwards(boxes: Floats, whole: bool) -> Floats:
    """Boxes (N, 4) in whole pixels that hold the former, if `whole`; else as they are."""
    return np.concatenate([np.floor(boxes[:, :2]), np.ceil(boxes[:, 2:])], axis=1) if whole else boxes


def rounded(whole: bool) -> list[str]:
    """What is to be said of it."""
    return ["boxes are rounded outwards to whole pixels"] if whole else []
