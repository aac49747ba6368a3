"""A CSV table of points, for regression: a row a point, columns of numbers, one of them to be predicted."""

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

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


def read_points(path: Path, target: str = "") -> Points:
    """The table of a CSV file (`,` or `;`, no quotes), with or without a line of names (then x0, x1, ..., y).

    `target` is the name of the column to predict, the last one by default. Rows with another number of
    columns, with words or with numbers that are not finite are left out, each with a Problem.
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
    if chosen not in names:
        raise DataError(f"{path}: no column {chosen!r}{nearest(chosen, names)}")
    problems, kept = Problems(), []
    for number, row in rows:
        try:
            if len(row) != len(names):
                raise BadLabel(f"{len(row)} columns where {len(names)} are needed")
            values = numbers(row, len(names), limit=LARGEST)
            if not all(map(math.isfinite, values)):
                raise BadLabel("numbers that are not finite")
            kept.append(values)
        except BadLabel as error:
            problems.note(path, f"line {number}: {error}; the row is left out")
    if not kept:
        raise DataError(f"{path}: no row of {len(names)} numbers; check the file")
    table, column = np.array(kept, np.float32), names.index(chosen)
    others = tuple(name for name in names if name != chosen)
    return Points(np.delete(table, column, axis=1), table[:, column], others, chosen, tuple(problems))


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True
