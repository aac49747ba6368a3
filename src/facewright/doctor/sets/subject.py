"""`Splits` and `Items`: how a set is divided, and what a training is handed of it, as their checks ask it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from facewright.core.boxes import Floats
from facewright.core.pictures import PictureSource
from facewright.doctor.data import Data
from facewright.doctor.subject import Subject

Learnt = Literal["boxes", "presence", "attributes"]
"""boxes: where faces are. presence: whether a picture shows a face. attributes: what a face is like."""


@dataclass(frozen=True, eq=False)
class Splits(Subject):
    """The parts that data is divided into; one part alone will do where only one is known.

    Splits("mine", {"train": [Data("train", ...)], "val": [Data("val", ...)]}, learnt={"boxes"})

    A picture's group (`Sample.group`) means the same in all of them.
    """

    parts: Mapping[str, Sequence[Data]]
    """"train" is learnt from; any other, such as "val" and "test", judges. Each is one set or several"""
    learnt: Collection[Learnt] = ("boxes", "presence", "attributes")
    """what is learnt of a picture: what is not is not asked about"""
    input: tuple[int, int] | None = None
    """width, height in pixels that each picture is fitted into, whole; None: pictures are cut or enlarged, or
    it is not known"""
    cells: tuple[int, int] | None = None
    """columns, rows of a grid over that input whose every cell tells of one face at most"""
    stride: int | None = None
    """pixels of that input from one place of the finest output map to the next"""


class Item(NamedTuple):
    """One example, as a training pipeline hands it to the network, but for normalising."""

    picture: NDArray[np.uint8]
    """RGB (H, W, 3)"""
    boxes: Floats | None = None
    """(N, 4) x0, y0, x1, y1 in pixels of `picture`; none of a picture without a face; None: not known"""
    landmarks: Floats | None = None
    """(N, 5, 2) in the order of core.faces.LANDMARKS, NaN where a face has none; None: not known"""


@dataclass(frozen=True, eq=False)
class Items(Subject):
    """A pipeline's examples by number.

    Of a map-style data set: Items("training", lambda number, epoch: Item(*dataset[number]), len(dataset))
    """

    read: Callable[[int, int], Item]
    """(number, epoch) -> the example; it is asked for some numbers in two epochs"""
    count: int
    """of numbers"""
    files: Sequence[PictureSource] | None = None
    """the picture that example 0, 1, ... is made of, as it lies there (or as it should be handed over)"""
    augmented: bool | None = None
    """what is stated: True, an example looks different each time; False, it never does, as in validation"""
    limit: int = 64
    """numbers that are asked for, evenly spread"""
