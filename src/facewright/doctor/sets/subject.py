"""`Splits` and `Items`: how a set is divided, and what a training is handed of it, as their checks ask it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import combinations
from typing import Any, Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from facewright.core.boxes import Floats
from facewright.core.errors import PictureError, UsageError
from facewright.core.pictures import PictureSource, read_picture
from facewright.core.suggest import nearest
from facewright.doctor.data import Data, spread_indices
from facewright.doctor.sets.alike import Alike, alike
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

    def __post_init__(self) -> None:
        """Raises UsageError for names of parts or of what is learnt that no check would know."""
        if len(self.parts) > 1 and "train" not in self.parts:
            names = ", ".join(map(repr, self.parts))
            raise UsageError(f'{self.name}: call the part that is learnt from "train"; there are {names}')
        for learnt in self.learnt:
            if learnt not in get_args(Learnt):
                raise UsageError(
                    f"{self.name}: learnt knows no {learnt!r}{nearest(learnt, get_args(Learnt))}"
                )

    @cached_property
    def shared(self) -> Sequence[tuple[str, str, Sequence[Alike]]]:
        """(one part, another, the pairs of pictures that both hold, most alike first), where there are
        any."""
        looked_at = {
            name: [glimpse for data in part for glimpse in data.readable] for name, part in self.parts.items()
        }
        found = []
        for first, second in combinations(self.parts, 2):
            if pairs := alike(looked_at[first], looked_at[second]):
                found.append((first, second, sorted(pairs, key=lambda pair: pair.distance)))
        return found


class Item(NamedTuple):
    """One example, as a training pipeline hands it to the network, but for normalising."""

    picture: NDArray[np.uint8]
    """RGB (H, W, 3)"""
    boxes: Floats | None = None
    """(N, 4) x0, y0, x1, y1 in pixels of `picture`; none of a picture without a face; None: not known"""
    landmarks: Floats | None = None
    """(N, 5, 2) in the order of core.faces.LANDMARKS, NaN where a face has none; None: not known"""


@dataclass(frozen=True, eq=False)
class Look:
    """One example in two epochs, and what it was made of."""

    number: int
    file: NDArray[np.uint8] | None
    """RGB (h, w, 3), small; None where it is not told"""
    first: Item
    read_again: Callable[[], Item]

    @cached_property
    def again(self) -> Item:
        """In the next epoch, made when it is first asked for: most checks need one epoch only."""
        return self.read_again()


@dataclass(frozen=True, eq=False)
class Items(Subject):
    """A pipeline's examples by number.

    Of a map-style data set: Items("training", lambda number, epoch: Item(*dataset[number]), len(dataset))
    """

    read: Callable[[int, int], Item | tuple[Any, ...]]
    """(number, epoch) -> the example, arrays or tensors; it is asked for some numbers in two epochs"""
    count: int
    """of numbers"""
    files: Sequence[PictureSource] | None = None
    """the picture that example 0, 1, ... is made of, as it lies there (or as it should be handed over)"""
    augmented: bool | None = None
    """what is stated: True, an example looks different each time; False, it never does, as in validation"""
    limit: int = 64
    """numbers that are asked for, evenly spread"""

    @cached_property
    def looks(self) -> Sequence[Look]:
        """Some of the examples, but for those whose file cannot be read.

        Raises UsageError where `read` gives what is no picture.
        """
        return [
            Look(number, file, self._checked(number, 0), partial(self._checked, number, 1))
            for number in spread_indices(self.count, self.limit)
            if (file := self._file(number)) is not UNREADABLE
        ]

    @cached_property
    def unreadable(self) -> Sequence[int]:
        """Of the numbers that would be asked for, those whose file cannot be read."""
        return [n for n in spread_indices(self.count, self.limit) if self._file(n) is UNREADABLE]

    def _file(self, number: int) -> NDArray[np.uint8] | None:
        if self.files is None:
            return None
        try:
            return read_picture(self.files[number], size=SMALL)
        except PictureError:
            return UNREADABLE

    def _checked(self, number: int, epoch: int) -> Item:
        given = self.read(number, epoch)
        if not isinstance(given, tuple) or not 1 <= len(given) <= len(Item._fields):
            raise UsageError(
                f"{self.name}: example {number} is a {type(given).__name__}; give an Item: its picture, and "
                "its boxes and landmarks where they are known"
            )
        picture, *known = (part if part is None else np.asarray(part) for part in given)
        item = Item(np.asarray(picture), *known)
        if item.picture.dtype != np.uint8 or item.picture.ndim != 3 or item.picture.shape[2] != 3:
            raise UsageError(
                f"{self.name}: example {number} is {item.picture.dtype} {item.picture.shape}; a picture must "
                "be uint8 RGB (H, W, 3): undo the normalising, as in ((x * std + mean) * 255).byte(), and "
                "bring the channels last, as permute(1, 2, 0) does"
            )
        for name, shape in (("boxes", (4,)), ("landmarks", (5, 2))):
            part = getattr(item, name)
            if part is not None and part.size and part.shape[1:] != shape:
                wanted = ", ".join(map(str, ("N", *shape)))
                raise UsageError(f"{self.name}: example {number} has {name} {part.shape}, not ({wanted})")
        return item


SMALL = 256
"""long side at which files are read, pixels"""
UNREADABLE: NDArray[np.uint8] = np.zeros((0, 0, 3), np.uint8)
"""stands for a file that cannot be read"""
