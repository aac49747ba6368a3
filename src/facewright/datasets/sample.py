"""`Sample`, one example of any data set, and `Dataset`, many with what was wrong in the files."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from facewright.core.boxes import Floats
from facewright.core.errors import DataError
from facewright.core.pictures import PictureSource, read_picture


class AttributeTable(Mapping[str, NDArray[np.int8]]):
    """A sample's attributes as rows of one table: forty small arrays a picture would fill the memory.

    rows: attribute name -> its row in `table` (A, N); shared by the samples of a set.
    """

    __slots__ = ("rows", "table")

    def __init__(self, rows: Mapping[str, int], table: NDArray[np.int8]) -> None:
        self.rows, self.table = rows, table

    def __getitem__(self, name: str) -> NDArray[np.int8]:
        return self.table[self.rows[name]]

    def __iter__(self) -> Iterator[str]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True, eq=False, slots=True)
class Sample:
    """A picture and what is known about its faces, in pixels of the *upright* picture (EXIF applied)."""

    name: str
    """unique in its set, e.g. the path below the set's folder"""
    picture: PictureSource
    """anything `read_picture` takes: a path, encoded bytes or an RGB array"""
    boxes: Floats
    """(N, 4) x0, y0, x1, y1; NaN for a face that is somewhere in it (CelebA without boxes)"""
    landmarks: Floats
    """(N, 5, 2) in the order of core.faces.LANDMARKS; NaN where a face has none"""
    attributes: Mapping[str, NDArray[np.int8]] = field(default_factory=dict)
    """attribute name -> (N,): 1 yes, 0 no, -1 unknown"""
    ignore: Floats = field(default_factory=lambda: np.zeros((0, 4), np.float32))
    """(M, 4) regions in which nothing is known: a find there is neither right nor wrong"""
    group: str = ""
    """person, clip or picture: what must never be divided between training and validation"""

    @property
    def faceless(self) -> bool:
        """Whether it is known to show no face at all."""
        return not len(self.boxes) and not len(self.ignore)

    def read(self) -> NDArray[np.uint8]:
        """The upright picture, uint8 RGB (H, W, 3). Raises PictureError with the file's name."""
        return read_picture(self.picture)


ProblemKind = Literal[
    "unreadable",  # a picture that is missing or damaged
    "unlabelled",  # a picture without a label
    "orphan",  # a label without a picture
    "size",  # a picture of another size than its label says
    "outside",  # a box wholly outside its picture, left out
    "overhanging",  # a box more than half outside, kept and cut
    "inverted",  # a box with its corners in the wrong order
    "empty",  # a box less than a pixel wide or high
    "not-finite",  # numbers that are none
    "shares",  # a box that should be pixels and seems to be shares of the picture
    "not-shares",  # a box that should be shares of the picture and seems to be pixels
    "unusable",  # a label that is not what the format says: other columns, words for numbers
    "other",
]


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong in a data set's files: said, counted and left out, never replaced by something else."""

    path: str
    message: str
    kind: ProblemKind = "other"

    def __str__(self) -> str:
        return f"{self.path}: {self.message}"


@dataclass(frozen=True, eq=False, slots=True)
class Dataset(Sequence[Sample]):
    """A named sequence of samples, lazily read, and the problems met when its label files were read."""

    name: str
    samples: Sequence[Sample]
    problems: tuple[Problem, ...] = ()

    def __len__(self) -> int:
        return len(self.samples)

    def __getitem__(self, index):  # type: ignore[no-untyped-def]
        if isinstance(index, slice):
            return Dataset(self.name, self.samples[index], self.problems)
        return self.samples[index]

    def __iter__(self) -> Iterator[Sample]:
        return iter(self.samples)

    def counts(self) -> dict[str, int]:
        """What is in it, for people and for the record of a run."""
        return {"pictures": len(self), "faces": sum(len(sample.boxes) for sample in self)}

    def subset(self, indices: Sequence[int]) -> "Dataset":
        """The samples at `indices`, in that order."""
        return Dataset(self.name, Chosen(self.samples, indices), self.problems)

    def spread(self, limit: int | None) -> "Dataset":
        """At most `limit` samples at equal distances: sets are sorted, and the first ones are often alike."""
        if limit is None or limit >= len(self):
            return self
        return self.subset(np.linspace(0, len(self) - 1, limit).round().astype(int).tolist())


@dataclass(frozen=True, eq=False, slots=True)
class Chosen(Sequence[Sample]):
    """Some samples of a sequence, each fetched (a toy picture: drawn) when it is asked for."""

    samples: Sequence[Sample]
    indices: Sequence[int]

    def __len__(self) -> int:
        return len(self.indices)

    def __getitem__(self, index):  # type: ignore[no-untyped-def]
        if isinstance(index, slice):
            return Chosen(self.samples, self.indices[index])
        return self.samples[self.indices[index]]


def no_landmarks(count: int) -> Floats:
    """(count, 5, 2) of NaN: faces whose landmarks are not known."""
    return np.full((count, 5, 2), np.nan, np.float32)


def source_root(path: Path, what: str) -> Path:
    """`path` if it exists, else a DataError that says which set was looked for and where."""
    if not path.exists():
        raise DataError(f"{path}: no such file or folder (wanted as {what} data); check the path")
    return path
