"""A CSV table of points, for regression: a row a point, columns of numbers, one of them to be predicted."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from facewright.core.boxes import Floats
from facewright.core.errors import DataError
from facewright.core.suggest import nearest
from facewright.datasets.labels import BadLabel, Problems, numbers, text_of
from facewright.datasets.sample import Problem, source_root

LARGEST = float(np.finfo(np.float32).max)


@dataclass(frozen=True, eq=False)
class Points:
    """N points with K known columns and the one to predict."""

    inputs: Floats
    """(N, K)"""
    target: Floats
    """(N,)"""
    input_names: tuple[str, ...]
    target_name: str
    problems: tuple[Problem, ...] = ()
    name: str = ""

    def __len__(self) -> int:
        return len(self.target)

    def counts(self) -> dict[str, int]:
        """What is in it, for people and for the record of a run."""
        return {"points": len(self)}

    def subset(self, indices: ArrayLike) -> "Points":
        """The points at `indices` (or where a mask is true), in that order."""
        chosen = np.asarray(indices)
        return replace(self, inputs=self.inputs[chosen], target=self.target[chosen])

    def spread(self, limit: int) -> "Points":
        """At most `limit` points at equal distances: tables are often sorted."""
        if limit >= len(self):
            return self
        return self.subset(np.linspace(0, len(self) - 1, limit).round().astype(int))


def read_points(path: Path, target: str = "", inputs: Sequence[str] = ()) -> Points:
    """The table of a CSV file (`,` or `;`, no quotes), with or without a line of names (then x0, x1, ..., y).

    `target` is the name of the column to predict, the last one by default; `inputs` are those to predict it
    from, in their order, by default all others; whatever stands in further columns does not matter. Rows with
    another number of columns, with words or with numbers that are not finite are left out, each with a
    Problem.
    Raises DataError when the file is missing, is no text, or has no usable row or no such column.
    """
    if source_root(path, "csv").is_dir():
        raise DataError(f"{path}: a folder; give the path of a CSV file")
    try:
        text = text_of(path)
    except BadLabel as error:
        raise DataError(f"{path}: {error}; a CSV table is wanted") from error
    first = text.lstrip().partition("\n")[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    lines = enumerate(text.splitlines(), 1)
    rows = [(i, line.split(delimiter)) for i, line in lines if line.strip(delimiter + " ")]
    if not rows or len(rows[0][1]) < 2:
        raise DataError(f"{path}: holds no table of at least two columns; check the file")
    names = [word.strip() for word in rows[0][1]]
    if any(_is_number(word) for word in names):
        names = [*(f"x{i}" for i in range(len(names) - 1)), "y"]
    else:
        rows = rows[1:]
    chosen = target or names[-1]
    known = tuple(inputs) or tuple(name for name in names if name != chosen)
    for name in (chosen, *known):
        if name not in names:
            raise DataError(f"{path}: no column {name!r}{nearest(name, names)}")
        if names.count(name) > 1:
            raise DataError(f"{path}: several columns are called {name!r}; rename all but one")
    if chosen in known:
        raise DataError(f"{path}: the column {chosen!r} is to be predicted; leave it out of the inputs")
    columns = [names.index(name) for name in (*known, chosen)]
    problems, kept = Problems(), []
    for number, row in rows:
        try:
            if len(row) != len(names):
                raise BadLabel(f"{len(row)} columns where {len(names)} are needed")
            values = numbers([row[i] for i in columns], len(columns), limit=LARGEST)
            if not all(map(math.isfinite, values)):
                raise BadLabel("numbers that are not finite")
            kept.append(values)
        except BadLabel as error:
            problems.note(path, f"line {number}: {error}; the row is left out")
    if not kept:
        raise DataError(f"{path}: no row of {len(columns)} numbers; check the file")
    table = np.array(kept, np.float32)
    return Points(table[:, :-1], table[:, -1], known, chosen, tuple(problems))


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True
