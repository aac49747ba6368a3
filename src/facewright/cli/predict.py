"""`facewright predict`: a table of points in, the same table with a model's prediction appended out."""

import csv
import io
import math
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from facewright.cli.inputs import STDIN, refuse_options
from facewright.cli.options import OrDash, told
from facewright.cli.outputs import STDOUT, text_file
from facewright.core.errors import DataError, UsageError
from facewright.core.suggest import nearest

PREDICTION = "prediction"
"""name of the column appended"""

Row = list[str]


def predict(
    model: Annotated[str, told("Path of a regression model's file.")],
    points: Annotated[
        str,
        Parameter(name="POINTS", allow_leading_hyphen=True),
        told("A CSV table (, or ;), or - for one on standard input."),
    ],
    /,
    *,
    output: Annotated[str, OrDash, told("Write the table to this file; with - to standard output.")] = STDOUT,
    threads: Annotated[int | None, told("Threads of the network; up to four when not given.")] = None,
    device: Annotated[str, told("cpu, cuda, ... as far as the onnxruntime installed offers it.")] = "cpu",
) -> None:
    """Append a regression model's prediction to each row of a table.

    The columns are found by the names in the model's card where the first line names columns; a table
    without names is read from its first column on.
    """
    refuse_options([points, output], predict)
    import numpy as np

    from facewright.inference.regressor import Regressor

    regressor = Regressor(model, threads=threads, device=device)
    where = "standard input" if points == STDIN else points
    delimiter, names, rows = _table(_text(points), where)
    if PREDICTION in names:
        raise DataError(f"{where}: already has a column {PREDICTION!r}; rename it")
    columns = _columns(names, regressor.columns, where)
    numbers = [_numbers(row, line, columns, regressor.columns, where) for line, row in rows]
    try:
        values = regressor(numbers or np.zeros((0, len(columns))))
    except UsageError as error:
        raise DataError(f"{where}: {error}") from error
    with text_file("--output", output, [points]) as file:
        writer = csv.writer(file, delimiter=delimiter, lineterminator="\n")
        if names:
            writer.writerow([*names, PREDICTION])
        writer.writerows([*row, str(value)] for (_, row), value in zip(rows, values, strict=True))


def _text(points: str) -> str:
    try:
        data = sys.stdin.buffer.read() if points == STDIN else Path(points).read_bytes()
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"{points}: not text in UTF-8; give a CSV table") from error
    except OSError as error:
        raise DataError(f"{points}: cannot be read ({error.strerror}); check the path") from error


def _table(text: str, where: str) -> tuple[str, Row, list[tuple[int, Row]]]:
    """Delimiter, names of the columns (none where the first line holds numbers), rows with their lines."""
    first = text.lstrip().partition("\n")[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        rows = [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise DataError(f"{where}: line {reader.line_num}: {error}; give a CSV table") from error
    if not rows:
        raise DataError(f"{where}: holds no row; give a CSV table")
    if any(_number(cell) is not None for cell in rows[0][1]):
        return delimiter, [], rows
    return delimiter, [name.strip() for name in rows[0][1]], rows[1:]


def _columns(names: Row, wanted: Sequence[str], where: str) -> Sequence[int]:
    if not names:
        return range(len(wanted))
    for name in wanted:
        if name not in names:
            raise DataError(f"{where}: has no column {name!r}, which the model needs{nearest(name, names)}")
    return [names.index(name) for name in wanted]


def _numbers(row: Row, line: int, columns: Sequence[int], names: Sequence[str], where: str) -> list[float]:
    numbers = []
    for column, name in zip(columns, names, strict=True):
        if column >= len(row):
            raise DataError(f"{where}: line {line}: has no {name} in column {column + 1}; complete the row")
        number = _number(row[column])
        if number is None or not math.isfinite(number):
            raise DataError(
                f"{where}: line {line}: {name} is {row[column]!r}, not a finite number; correct it"
            )
        numbers.append(number)
    return numbers


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
