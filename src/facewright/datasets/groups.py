"""`facewright.csv` beside a set's pictures: the group of each, and where it came from.

No label format has a word for what must not be divided between training and validation, so that what writes
a set keeps it in this table. `open_dataset` reads it again, for every format.

    picture,group,from
    a-2.png,Ada_Lovelace,valid/images/a.png
"""

import csv
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from facewright.core.errors import DataError
from facewright.datasets.sample import Dataset, Sample

FILE = "facewright.csv"


class Row(NamedTuple):
    """One picture of a set that was written by facewright."""

    picture: str
    """name of its file, without folders"""
    group: str
    origin: str
    """name of the sample that it was"""


HEAD = ("picture", "group", "from")


@contextmanager
def groups_file(folder: Path) -> Iterator[Callable[[Row], object]]:
    """A function that adds a row to the `FILE` of a folder."""
    with (folder / FILE).open("w", newline="", encoding="utf-8", errors="surrogateescape") as file:
        table = csv.writer(file)  # whose CRLF puts a name that holds either of them into quotes
        table.writerow(HEAD)
        yield table.writerow


def read_groups(file: Path) -> dict[str, str]:
    """Picture -> group, of a file that `groups_file` wrote. Raises DataError for any other."""
    try:
        with file.open(newline="", encoding="utf-8", errors="surrogateescape") as lines:
            head, *rows = csv.reader(lines)
        if tuple(head) != HEAD:
            raise ValueError(f"its columns are not {', '.join(HEAD)}")
        return {picture: group for picture, group, _ in rows}
    except (OSError, ValueError, csv.Error) as error:
        raise DataError(
            f"{file}: not the groups of a set ({error}); write the set again, or take this file away if each "
            "picture is a group of its own"
        ) from error


def grouped(dataset: Dataset, root: Path) -> Dataset:
    """The set with the groups of the `FILE` nearest above each picture; as it is where there is none.

    `root` is the folder of the set, or of its list, beside which the pictures may lie: what is above both is
    looked into as far as their first common folder.
    """
    tables: dict[Path, Mapping[str, str]] = {}

    def table_of(folder: Path) -> Mapping[str, str]:
        if folder not in tables:
            file = folder / FILE
            if file.is_file():
                tables[folder] = read_groups(file)
            else:
                inside = folder not in (root, *root.parents) and folder.parent != folder
                tables[folder] = table_of(folder.parent) if inside else {}
        return tables[folder]

    def told(sample: Sample) -> Sample:
        if not isinstance(sample.picture, Path):
            return sample
        group = table_of(sample.picture.parent).get(sample.picture.name)
        return sample if group is None else replace(sample, group=group)

    samples = [told(sample) for sample in dataset]
    return replace(dataset, samples=samples) if any(tables.values()) else dataset
