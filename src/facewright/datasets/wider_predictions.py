"""Predictions in WIDER FACE's layout: `event/picture.txt`, in a folder or a zip.

0_Parade_marchingband_1_465          the picture's name
2                                    how many rows
345.2 211.0 4.5 4.1 0.998            x y width height score
331.0 126.4 3.0 3.2 0.731
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath

import numpy as np
from numpy.typing import NDArray

from facewright.core.errors import DataError
from facewright.core.suggest import nearest
from facewright.datasets.labels import BadLabel, Problems, first_of, numbers
from facewright.datasets.predictions import texts

Doubles = NDArray[np.float64]

COLUMNS = 5
_ENDINGS = (".jpg", ".jpeg", ".png")


def read(path: Path, names: Sequence[str], problems: Problems) -> list[Doubles]:
    """The detections (N, 5) of each of the pictures `names` (event/picture), as its files have them.

    The last two parts of a file's path tell which picture it is of, whatever folders stand before them. A
    picture without a file has none, and a row that is no detection is left out: `problems` says so. So it
    does of files of other pictures, of a second file of one (the first counts), and of counts and names that
    do not fit. Raises DataError when no file is of any of the pictures.
    """
    known = set(names)
    events = {name.partition("/")[0] for name in names}
    found: dict[str, Doubles] = {}
    strange: list[str] = []
    for file, text in texts(path, problems):
        name = "/".join((*file.parts[-2:-1], file.stem))
        if name not in known:
            strange.append(str(file))
        elif name in found:
            problems.note(f"{path}: {file}", f"is a second file of {name}; the first one counts")
        else:
            found[name] = _rows(f"{path}: {file}", name, text.splitlines(), problems)
    if not found:
        raise DataError(f"{path}: {_nothing(strange, names, problems)}")
    if strange:
        event = PurePosixPath(strange[0]).parent.name
        hint = "" if event in events else f", and there is no event {event!r}{_close(event, events)}"
        problems.note(path, f"{len(strange)} files are of no picture of the set, such as {strange[0]}{hint}")
    missing = [name for name in names if name not in found]
    if missing:
        problems.note(
            path,
            f"has no file for {len(missing)} of {len(names)} pictures, such as {missing[0]}.txt; nothing "
            "counts as found in them",
        )
    nothing = np.zeros((0, COLUMNS))
    return [found.get(name, nothing) for name in names]


def write(folder: Path, found: Mapping[str, Iterable[Sequence[float]]]) -> None:
    """One file a picture (event/picture, with or without an ending), rows of x, y, width, height, score."""
    for name, rows in found.items():
        lines = [words_of(row) for row in rows]
        file = folder / f"{without_ending(name)}.txt"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("\n".join([file.stem, str(len(lines)), *lines, ""]), encoding="utf-8")


def words_of(row: Sequence[float]) -> str:
    """A row of numbers such that they are read again as the same."""
    return " ".join(repr(float(value)) for value in row)


def without_ending(name: str) -> str:
    """A picture's name without .jpg and its like; dots inside it stay."""
    return name[: name.rindex(".")] if name.lower().endswith(_ENDINGS) else name


def _rows(where: str, name: str, lines: Sequence[str], problems: Problems) -> Doubles:
    said = without_ending(lines[0].strip()).rpartition("/")[2] if lines else ""
    if said != name.rpartition("/")[2]:
        problems.note(where, f"its first line names {said!r}; the file's own name counts")
    rows = [(number, words) for number, line in enumerate(lines[2:], start=3) if (words := line.split())]
    count = lines[1].strip() if len(lines) > 1 else "nothing"
    if len(count.split()) > 1:
        problems.note(where, f"line 2: is no count: {count!r}; it is left out, the rows count", "unreadable")
    elif count != str(len(rows)):
        problems.note(where, f"{len(rows)} rows where the count says {count}; the rows count", "unreadable")
    return rows_of(where, rows, problems)


def rows_of(where: str, rows: Iterable[tuple[int, Sequence[str]]], problems: Problems) -> Doubles:
    """Numbered rows of words as (N, 5) x, y, width, height, score; what is none is left out and told."""
    values: list[list[float]] = []
    for number, words in rows:
        try:
            values.append(detection(words))
        except BadLabel as error:
            problems.note(where, f"line {number}: {error}; the row is left out", "unreadable")
    return np.array(values, np.float64).reshape(-1, COLUMNS)


def detection(words: Sequence[str]) -> list[float]:
    """x, y, width, height, score. Raises BadLabel."""
    row = numbers(words, COLUMNS)
    if not np.isfinite(row).all():
        raise BadLabel(f"numbers that are not finite: {' '.join(words[:COLUMNS])!r}")
    if min(row[2:4]) < 0:
        raise BadLabel(f"a width or height below 0: {' '.join(words[:COLUMNS])!r}")
    return row


def _nothing(strange: Sequence[str], names: Sequence[str], problems: Problems) -> str:
    wanted = f"{names[0]}.txt" if names else "event/picture.txt"
    if not strange:
        return f"holds no predictions; files such as {wanted} are wanted{first_of(problems)}"
    return (
        f"none of its {len(strange)} text files is of a picture of the set, the first is {strange[0]}; files "
        f"such as {wanted} are wanted"
    )


def _close(event: str, events: Iterable[str]) -> str:
    hint = nearest(event, events)
    return hint if "did you mean" in hint else ""  # 61 names would help nobody
