"""Predictions in FDDB's layout: `fold-NN-out.txt`, in a folder or a zip.

2002/08/11/big/img_591                          picture, without its ending
2                                               how many rows
60.1 84.2 170.5 201.9 0.998                     a rectangle: left, top, width, height, score
123.6 85.5 1.2658 269.7 161.8 0.731             or an ellipse: semi-axes, angle, centre x and y, score
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from facewright.core.errors import DataError
from facewright.core.regions import Regions
from facewright.datasets.fddb_truth import fold_of
from facewright.datasets.labels import BadLabel, Problems, first_of, numbers
from facewright.datasets.predictions import texts
from facewright.datasets.wider_predictions import detection, without_ending, words_of


@dataclass(frozen=True, eq=False, slots=True)
class Scored:
    """What was found in one picture: N regions and their scores."""

    regions: Regions
    scores: NDArray[np.float64]
    """(N,)"""

    @classmethod
    def boxes(cls, rows: Iterable[Sequence[float]]) -> "Scored":
        """Of (N, 5): x, y, width, height, score."""
        values = np.array(list(rows), np.float64).reshape(-1, 5)
        return cls(Regions.boxes(values[:, :4]), values[:, 4])


def read(path: Path, names: Sequence[str], problems: Problems) -> list[Scored]:
    """What was found in each of the pictures `names`.

    Files named fold-NN are read, or where there are none all text files. A picture that no file has counts as
    one in which nothing was found, and a row that is no detection is left out: `problems` says so, and tells
    of pictures that come twice (the first counts) or that are not in the set.
    Raises DataError when no picture of the set is there, or a file is of another kind.
    """
    files = list(texts(path, problems))
    folds = [(name, text) for name, text in files if fold_of(name.name)]
    known, found = set(names), dict[str, Scored]()
    strange: list[str] = []
    for file, text in folds or files:
        where = f"{path}: {file}" if path.is_dir() or path.name != file.name else str(path)
        for name, rows in _entries(where, text, problems):
            if name not in known:
                strange.append(name)
            elif name in found:
                problems.note(where, f"{name} comes a second time; the first one counts", "unreadable")
            else:
                found[name] = _scored(f"{where}, {name}", rows, problems)
    if not found:
        first = f"; its first one is {strange[0]}" if strange else first_of(problems)
        raise DataError(f"{path}: has no picture of the set, such as {names[0] if names else '-'}{first}")
    if strange:
        problems.note(path, f"{len(strange)} pictures are not in the set, such as {strange[0]}")
    missing = [name for name in names if name not in found]
    if missing:
        problems.note(
            path,
            f"has nothing on {len(missing)} of {len(names)} pictures, such as {missing[0]}; nothing "
            "counts as found in them",
        )
    nothing = Scored.boxes(())
    return [found.get(name, nothing) for name in names]


def write(folder: Path, found: Mapping[str, Iterable[Sequence[float]]], folds: Mapping[str, int]) -> None:
    """A file a fold: rows of x, y, width, height, score for each picture (with or without its ending)."""
    lines: dict[int, list[str]] = {}
    for name, rows in found.items():
        picture, detections = without_ending(name), [words_of(row) for row in rows]
        lines.setdefault(folds[picture], []).extend([picture, str(len(detections)), *detections])
    folder.mkdir(parents=True, exist_ok=True)
    for fold, content in lines.items():
        (folder / f"fold-{fold:02d}-out.txt").write_text("\n".join([*content, ""]), encoding="utf-8")


def _entries(where: str, text: str, problems: Problems) -> Iterator[tuple[str, list[list[str]]]]:
    """Each picture's name and rows. Raises DataError for what is no such file."""
    lines = [words for line in text.splitlines() if (words := line.split())]
    if not lines:
        problems.note(where, "is empty", "unreadable")
    i = 0
    while i < len(lines):
        if i + 1 >= len(lines) or not (len(lines[i + 1]) == 1 and lines[i + 1][0].isdecimal()):
            raise DataError(
                f"{where}: no count follows {' '.join(lines[i])[:80]!r}; a picture's name, how many rows, "
                "and the rows are wanted"
            )
        count = int(lines[i + 1][0])
        rows = lines[i + 2 : i + 2 + count]
        if len(rows) < count:
            problems.note(
                where, f"{lines[i][0]}: {len(rows)} rows where the count says {count}", "unreadable"
            )
        yield without_ending(" ".join(lines[i])), rows
        i += 2 + count


def _scored(where: str, rows: Sequence[Sequence[str]], problems: Problems) -> Scored:
    boxes: list[list[float]] = []
    ellipses: list[list[float]] = []
    for row in rows:
        try:
            if len(row) == 5:
                boxes.append(detection(row))
            elif len(row) == 6:
                ellipses.append(_ellipse(row))
            else:
                raise BadLabel(f"{len(row)} columns where 5 (a rectangle) or 6 (an ellipse) are needed")
        except BadLabel as error:
            problems.note(where, f"{error}; the row is left out", "unreadable")
    square = Scored.boxes(boxes)
    oval = np.array(ellipses, np.float64).reshape(-1, 6)
    kinds = np.repeat([False, True], [len(boxes), len(oval)])
    regions = Regions(np.concatenate([square.regions.rows, oval[:, :5]]), kinds)
    return Scored(regions, np.concatenate([square.scores, oval[:, 5]]))


def _ellipse(words: Sequence[str]) -> list[float]:
    row = numbers(words, 6)
    if not np.isfinite(row).all() or min(row[:2]) < 0:
        raise BadLabel(f"is no ellipse with a score: {' '.join(words)!r}")
    return row
