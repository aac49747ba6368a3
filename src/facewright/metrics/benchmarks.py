"""The published benchmarks by one interface: finds taken from files or from a detector, judged, written."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from facewright.core.errors import UsageError
from facewright.core.faces import Faces
from facewright.datasets import fddb_predictions, fddb_truth, wider_predictions, wider_truth
from facewright.datasets.fddb_predictions import Scored
from facewright.datasets.fddb_truth import FddbTruth
from facewright.datasets.labels import Problems
from facewright.datasets.open import WITHOUT_PICTURES, converted, parts
from facewright.datasets.sample import Problem
from facewright.datasets.wider_predictions import without_ending
from facewright.datasets.wider_truth import WiderTruth
from facewright.metrics import fddb, wider_face
from facewright.metrics.fddb import FddbResult
from facewright.metrics.wider_face import SubsetResult

DECIMALS = (4, 4, 4, 4, 6)
"""of x, y, width, height, score in files; judged is what is written, so that others get the same figures"""


Found = TypeVar("Found")
Result = TypeVar("Result")


class Benchmark(ABC, Generic[Found, Result]):
    """A benchmark's ground truth and protocol; `Found` is what was found in one picture, as it takes it."""

    title: ClassVar[str]
    names: Sequence[str]
    """of its pictures, without endings"""
    problems: Sequence[Problem] = ()
    """of its ground truth"""

    @abstractmethod
    def read(self, path: Path, problems: Problems) -> list[Found]:
        """What the files in a folder or zip say was found in each picture; see the layouts' `read`."""

    @abstractmethod
    def judge(self, found: Sequence[Found]) -> Result:
        """The benchmark's figures for what was found in each picture."""

    @abstractmethod
    def write(self, folder: Path, faces: Mapping[str, Faces]) -> None:
        """Files in the benchmark's layout; of pictures that it knows, by name, whatever their ending."""

    @abstractmethod
    def taken(self, rows: NDArray[np.float64]) -> Found:
        """Detections (N, 5) x, y, width, height, score in the form that `judge` takes."""

    def of_faces(self, faces: Mapping[str, Faces], problems: Problems) -> list[Found]:
        """As `read`, of the faces that a detector found: picture (with its ending or without) -> faces."""
        rows = self.rows(faces)
        missing = [name for name in self.names if name not in rows]
        if missing:
            problems.note(
                missing[0],
                f"is the first of {len(missing)} pictures of {len(self.names)} that were not looked at; "
                "nothing counts as found in them",
            )
        return [self.taken(rows.get(name, np.zeros((0, 5)))) for name in self.names]

    def rows(self, faces: Mapping[str, Faces]) -> dict[str, NDArray[np.float64]]:
        """(N, 5) of each of its pictures that is there, rounded as in files."""
        known = set(self.names)
        every = {without_ending(name): found for name, found in faces.items()}
        return {name: _rows(found) for name, found in every.items() if name in known}


class WiderFace(Benchmark[NDArray[np.float64], dict[str, SubsetResult]]):
    """WIDER FACE, val: easy, medium and hard."""

    title = "WIDER FACE val"

    def __init__(self, path: Path) -> None:
        self.truth: WiderTruth = wider_truth.read(path)
        self.names = self.truth.names

    def read(self, path: Path, problems: Problems) -> list[NDArray[np.float64]]:
        return wider_predictions.read(path, self.names, problems)

    def judge(self, found: Sequence[NDArray[np.float64]]) -> dict[str, SubsetResult]:
        return wider_face.evaluate(self.truth, found)

    def write(self, folder: Path, faces: Mapping[str, Faces]) -> None:
        wider_predictions.write(folder, self.rows(faces))

    def taken(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        return rows


class Fddb(Benchmark[Scored, FddbResult]):
    """FDDB: discrete and continuous scores, over all folds and of each."""

    title = "FDDB"

    def __init__(self, path: Path, *, fold: int = 0, images: str | None = None) -> None:
        self.truth: FddbTruth = fddb_truth.read(path, fold=fold, images=images)
        self.names, self.problems = self.truth.names, self.truth.problems

    def read(self, path: Path, problems: Problems) -> list[Scored]:
        return fddb_predictions.read(path, self.names, problems)

    def judge(self, found: Sequence[Scored]) -> FddbResult:
        return fddb.evaluate(self.truth, found)

    def write(self, folder: Path, faces: Mapping[str, Faces]) -> None:
        folds = dict(zip(self.truth.names, self.truth.folds, strict=True))
        fddb_predictions.write(folder, self.rows(faces), folds)

    def taken(self, rows: NDArray[np.float64]) -> Scored:
        return Scored.boxes(rows)


def open_benchmark(text: str) -> Benchmark[Any, Any] | None:
    """The benchmark of a DATA text: `widerface-gt:DIR`, `fddb-gt:DIR`, `wider:PATH` or `fddb:PATH`.

    None where `wider:` is not of val, or lacks one of the four official .mat files, and for any other DATA.
    FDDB's pictures are looked for with `fddb:` only, for their sizes.
    Raises DataError when the ground truth cannot be read, UsageError for an option that it does not have.
    """
    kind, path, given = parts(text)
    where = Path(path).expanduser()
    if kind == "wider":
        listed = where.is_file()
        folder = where.parent if listed else where
        official = not (listed and "train" in where.name) and given.get("split", "val") == "val"
        return WiderFace(folder) if official and wider_truth.find(folder) else None
    if kind == "widerface-gt":
        _no_options(text, given)
        return WiderFace(where)
    if kind == "fddb":
        options = converted(
            fddb_truth.read, {k: v for k, v in given.items() if k in ("fold", "images")}, "fddb:"
        )
        return Fddb(where, **{"images": "", **options})
    if kind == "fddb-gt":
        return Fddb(where, **converted(_fold, given, "fddb-gt:"))
    return None


def needed(text: str) -> Benchmark[Any, Any]:
    """As `open_benchmark`; where there is none, a UsageError says which there are."""
    found = open_benchmark(text)
    if found is None:
        known = ", ".join(f"{name}:DIR" for name in (*WITHOUT_PICTURES, *WITHOUT_PICTURES.values()))
        raise UsageError(
            f"{text}: predictions are judged by a benchmark whose ground truth is there: {known} (of WIDER "
            "FACE with its four official .mat files)"
        )
    return found


def _rows(faces: Faces) -> NDArray[np.float64]:
    corners = faces.boxes.astype(np.float64)
    values = np.column_stack([corners[:, :2], corners[:, 2:] - corners[:, :2], faces.scores])
    for column, decimals in enumerate(DECIMALS):
        values[:, column] = values[:, column].round(decimals)
    return values


def _no_options(text: str, given: Mapping[str, Any]) -> None:
    if given:
        raise UsageError(f"{text}: takes no option, and {next(iter(given))!r} is given")


def _fold(path: Path, *, fold: int = 0) -> None:
    """What may be said of `fddb-gt:`; for `converted`."""
