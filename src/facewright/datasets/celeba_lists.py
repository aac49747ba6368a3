"""CelebA's label files, as they are: official text or Kaggle's .csv, each picture's row by its name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from facewright.core.errors import DataError
from facewright.core.pictures import PICTURE_SUFFIXES
from facewright.datasets.labels import BadLabel, Problems, text_of
from facewright.datasets.sets import share_of

PARTITIONS = {"train": "0", "val": "1", "test": "2"}
PERSON_SHARES = {"val": (0.0, 0.1), "test": (0.1, 0.2), "train": (0.2, 1.0)}
"""Part -> the places (`share_of` the person) that belong to it: about as large as the official ones."""
SUFFIXES = tuple(PICTURE_SUFFIXES)
Table = dict[str, str]
"""Picture -> the rest of its row, words divided by spaces; split only when needed, to save memory."""


@dataclass(frozen=True)
class Labels:
    """The label files; None for one that is not there."""

    columns: Mapping[str, int]
    """attribute name -> its place in a row"""
    attributes: Table | None
    identity: Table | None
    partition: Table | None
    box: Table | None
    wild: Table | None
    aligned: Table | None

    @property
    def names(self) -> frozenset[str]:
        """Every picture that any list names."""
        tables = (self.attributes, self.identity, self.partition, self.box, self.wild, self.aligned)
        return frozenset(name for table in tables if table is not None for name in table)

    def belongs(self, name: str, split: str, by: str) -> bool:
        """Whether a picture is in this part."""
        if by == "partition":
            return (self.partition or {}).get(name) == PARTITIONS[split]
        person = (self.identity or {}).get(name)  # nobody known: in no part, as it could be in two
        low, high = PERSON_SHARES[split]
        return person is not None and low <= share_of(group_of(person)) < high

    @classmethod
    def find(cls, path: Path, problems: Problems) -> "Labels":
        tables: dict[str, Table] = {}
        columns: dict[str, int] = {}
        wanted = (
            "list_attr_celeba", "identity_CelebA", "list_eval_partition", "list_bbox_celeba",
            "list_landmarks_celeba", "list_landmarks_align_celeba",
        )  # fmt: skip
        for stem in wanted:
            file = _label_file(path, stem)
            if file is not None:
                header, tables[stem] = read_table(file)
                if stem == "list_attr_celeba":
                    columns = {name: i for i, name in enumerate(header)}
        if not tables:
            raise DataError(
                f"{path}: holds none of CelebA's label files, such as list_attr_celeba.txt or .csv"
            )
        missing = {
            "list_attr_celeba": "attributes are not known",
            "identity_CelebA": "people are not known, so each picture is a group of its own",
            "list_eval_partition": "the official partition is not known",
        }
        for stem, meaning in missing.items():
            if stem not in tables:
                problems.note(path, f"{stem} is not there: {meaning}")
        return cls(columns, *(tables.get(stem) for stem in wanted))


def read_table(file: Path) -> tuple[tuple[str, ...], Table]:
    """Column names and rows of one label file: first the picture, then words divided by spaces or commas.

    A first line with the count and a line of column names are there in some files and not in others.
    """
    try:
        lines = text_of(file).splitlines()
    except BadLabel as error:
        raise DataError(f"{file}: {error}; a CelebA list is text") from error
    header: tuple[str, ...] = ()
    rows: Table = {}
    for line in (line.replace(",", " ").strip() for line in lines):
        first, _, rest = line.partition(" ")
        if first.lower().endswith(SUFFIXES):
            rows[first] = rest.strip()
        elif line and not rows and not line.isdecimal():  # names of columns, some with that of the pictures'
            header = tuple(rest.split()) if first == "image_id" else (first, *rest.split())
    if not rows:
        raise DataError(f"{file}: names no picture; check that it is CelebA's")
    return header, rows


def _label_file(path: Path, stem: str) -> Path | None:
    for place in (path, path.parent, path.parent.parent):
        for inside in ("", "Anno", "Eval"):
            for suffix in (".txt", ".csv"):
                if (place / inside / f"{stem}{suffix}").is_file():
                    return place / inside / f"{stem}{suffix}"
    return None


def group_of(person: str) -> str:
    return f"celeba-{person}"


def row_of(table: Table, name: str, what: str) -> list[str]:
    try:
        return table[name].split()
    except KeyError:
        raise BadLabel(f"is not in the list of {what}") from None


def signs(words: Sequence[str], count: int) -> NDArray[np.int8]:
    """-1 and 1 (or 0 and 1) -> 0 and 1."""
    if len(words) != count:
        raise BadLabel(f"{len(words)} attributes where {count} are named")
    if not set(words) <= {"-1", "0", "1"}:
        raise BadLabel("attributes other than -1 and 1")
    return np.array([word == "1" for word in words], np.int8)
