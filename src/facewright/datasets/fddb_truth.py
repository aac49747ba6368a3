"""FDDB's ground truth as its protocol wants it: the ellipses of every picture, fold by fold."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from facewright.core.errors import DataError
from facewright.core.regions import Regions
from facewright.datasets.fddb import entries, lists, picture_folders, picture_of
from facewright.datasets.labels import BadLabel, Problems, numbers, size_of
from facewright.datasets.sample import Problem


@dataclass(frozen=True, eq=False, slots=True)
class FddbTruth:
    """The faces of FDDB's pictures, in the order of the lists."""

    names: Sequence[str]
    """such as 2002/08/11/big/img_591"""
    folds: Sequence[int]
    """of each picture; 0 where the list's name tells none"""
    faces: Sequence[Regions]
    """of each picture"""
    sizes: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """picture -> width and height, as far as pictures are at hand"""
    problems: tuple[Problem, ...] = ()


def read(path: Path, *, fold: int = 0, images: str | None = None) -> FddbTruth:
    """The ellipses in the lists of a folder or in one list, of all folds or of one (1 to 10).

    images: where the pictures are (see `fddb.read`), for their sizes; None: they are not looked for.
    Raises DataError when there is no list, or a picture comes twice.
    """
    problems, folds, faces = Problems(), dict[str, int](), list[Regions]()
    folders = None if images is None else picture_folders(path, images)
    sizes: dict[str, tuple[int, int]] = {}
    for file in lists(path, fold):
        for name, rows in entries(file, problems):
            if name in folds:
                raise DataError(f"{file}: {name} comes twice; of which fold it is cannot be told")
            folds[name] = fold_of(file.name)
            faces.append(_ellipses(file, name, rows, problems))
            if folders is not None and (picture := picture_of(name, folders)):
                try:
                    sizes[name] = size_of(picture)
                except BadLabel as error:
                    problems.note(picture, f"{error}; its faces are not cut to it", error.kind)
    return FddbTruth(list(folds), list(folds.values()), faces, sizes, tuple(problems))


def fold_of(name: str) -> int:
    """7 of FDDB-fold-07-ellipseList.txt, fold-07-out.txt or fold-7.txt; 0 where a file's name tells none."""
    number = re.search(r"fold-(\d+)", name, re.IGNORECASE)
    return int(number[1]) if number else 0


def _ellipses(file: Path, name: str, rows: Sequence[Sequence[str]], problems: Problems) -> Regions:
    values = []
    for row in rows:
        try:
            ellipse = numbers(row, 5)
            if not np.isfinite(ellipse).all() or min(ellipse[:2]) <= 0:
                raise BadLabel(f"is no ellipse: {' '.join(row[:5])!r}")
            values.append(ellipse)
        except BadLabel as error:
            problems.note(file, f"{name}: {error}; the face is left out", error.kind)
    return Regions.ellipses(values)
