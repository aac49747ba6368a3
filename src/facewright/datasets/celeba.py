"""CelebA: one face a picture, with 40 attributes, the person, the official partition, boxes and landmarks.

Label files are read in the official text layout (`list_attr_celeba.txt`) and in Kaggle's (the same, `.csv`).
They may lie in the folder given, or one or two levels above it, and there in `Anno` and `Eval` too.
The whole is 202,599 pictures: nothing of a picture is looked at or kept that need not be.

What is missing is said (a `Problem`) and stays unknown: a face without a known place has a box of NaN.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from facewright.core.errors import DataError
from facewright.core.pictures import PICTURE_SUFFIXES
from facewright.core.suggest import nearest
from facewright.datasets.labels import (
    BadLabel,
    Problems,
    folder,
    nothing_found,
    numbers,
    sample,
    size_of,
    text_of,
    usable_box,
    usable_landmarks,
)
from facewright.datasets.landmarks import tight_box
from facewright.datasets.sample import AttributeTable, Dataset, Sample
from facewright.datasets.sets import share_of

PARTITIONS = {"train": "0", "val": "1", "test": "2"}
PERSON_SHARES = {"val": (0.0, 0.1), "test": (0.1, 0.2), "train": (0.2, 1.0)}
"""Part -> the places (`share_of` the person) that belong to it: about as large as the official ones."""
KINDS = {"img_align_celeba": "aligned", "img_align_celeba_png": "aligned", "img_celeba": "wild"}
"""Picture folders of the official sets -> which coordinates hold for them."""
ALIGNED_SIZE = (178, 218)
SUFFIXES = tuple(PICTURE_SUFFIXES)
UNKNOWN = np.full(4, np.nan, np.float32)


def read(
    path: Path,
    *,
    pictures: str = "",
    split: str = "",
    by: str = "partition",
    coordinates: str = "",
    boxes: str = "",
) -> Dataset:
    """The samples of every folder of pictures below `path`, or of the one named `pictures`.

    `split` (train, val, test) takes one part: of the official partition, or, `by` person, of one by hash of
    the person, a tenth each for val and test; neither divides a person, who is the group.
    Boxes follow from the landmarks where there are any; else, for pictures "in the wild", they are the
    (looser) ones of list_bbox; with `boxes=listed` they are so in any case.
    The lists hold coordinates for the official pictures only, so they are used for the folders img_celeba and
    img_align_celeba; `coordinates` (wild, aligned) says that other folders hold such pictures.
    Landmarks of aligned pictures are scaled where these are smaller (or larger) than the official 178x218,
    told by one picture a folder. Opening reads no other picture, so boxes in the wild are not cut to the
    right and lower border.
    Raises DataError when a folder is missing, holds no pictures, or pictures that cannot be the aligned ones,
    or there is no label file at all.
    """
    folder(path, "celeba")
    if split and split not in PARTITIONS:
        raise DataError(f"split={split}: takes train, val or test{nearest(split, PARTITIONS)}")
    if by not in ("partition", "person"):
        raise DataError(f"by={by}: takes partition or person{nearest(by, ('partition', 'person'))}")
    if coordinates not in ("", *KINDS.values()):
        raise DataError(f"coordinates={coordinates}: takes wild or aligned")
    if boxes not in ("", "listed"):
        raise DataError(f"boxes={boxes}: takes listed")
    problems = Problems()
    labels = _Labels.find(path, problems)
    needed = "identity_CelebA" if by == "person" else "list_eval_partition"
    if split and (labels.identity if by == "person" else labels.partition) is None:
        raise DataError(f"{path}: holds no {needed}, which split={split} by {by} needs")
    samples, seen, listed = [], set(), labels.names
    for place in _picture_folders(path, pictures):
        pictures_there = _pictures(place)
        kind = coordinates or KINDS.get(place.name, "")
        faces = _faces(labels, kind, place, pictures_there, problems)
        unlisted = []
        prefix = "" if place == path else f"{place.relative_to(path).as_posix()}/"
        for picture in pictures_there:
            row = picture if picture in listed else f"{picture.removesuffix('.png')}.jpg"  # as listed
            if row not in listed:
                unlisted.append(picture)
                continue
            seen.add(row)
            if split and not labels.belongs(row, split, by):
                continue
            try:
                path_there = f"{place}{os.sep}{picture}"
                samples.append(_sample(f"{prefix}{picture}", path_there, row, labels, faces, bool(boxes)))
            except BadLabel as error:
                problems.note(place / picture, f"{error}; the picture is left out", error.kind)
        if unlisted:
            problems.note(
                place, f"{len(unlisted)} pictures are in no list, first {unlisted[0]}; left out", "unlabelled"
            )
    lost = len(listed - seen)
    if lost and not pictures:
        problems.note(path, f"{lost} listed pictures are not there; left out", "orphan")
    if not samples:
        raise nothing_found(path, f"CelebA pictures{f' of split {split}' if split else ''}", problems)
    return Dataset(path.name, samples, tuple(problems))


Table = dict[str, str]
"""Picture -> the rest of its row, words divided by spaces; split only when needed, to save memory."""


@dataclass(frozen=True)
class _Labels:
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
        return person is not None and low <= share_of(_group(person)) < high

    @classmethod
    def find(cls, path: Path, problems: Problems) -> "_Labels":
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
    for line in lines:
        first, _, rest = line.replace(",", " ").strip().partition(" ")
        if first.lower().endswith(SUFFIXES):
            rows[first] = rest.strip()
        elif not rows and rest:  # column names, before any row; the picture's column has a name in some files
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


def _picture_folders(path: Path, wanted: str) -> list[Path]:
    """Folders that hold pictures: `path` itself or up to two levels down (Kaggle has it twice)."""
    root = folder(path / wanted, "celeba")
    found = [place for place in (root, *_below(root)) if _holds_pictures(place)]
    if not found:
        raise DataError(f"{root}: no pictures in it or in its folders; unpack them there")
    return found


def _below(path: Path) -> Iterator[Path]:
    for child in sorted(path.iterdir()):
        if child.is_dir():
            yield child
            yield from (grandchild for grandchild in sorted(child.iterdir()) if grandchild.is_dir())


def _holds_pictures(place: Path) -> bool:
    with os.scandir(place) as entries:
        return any(entry.name.lower().endswith(SUFFIXES) for entry in entries)


def _pictures(place: Path) -> list[str]:
    """Names of a folder's pictures, sorted; as `find_pictures`, but without a Path and a look at each."""
    with os.scandir(place) as entries:
        return sorted(
            entry.name
            for entry in entries
            if entry.name.lower().endswith(SUFFIXES)
            and not entry.name.startswith(".")
            and (entry.is_file() or entry.is_symlink())
        )


@dataclass(frozen=True)
class _Coordinates:
    """Which of the lists hold for one folder of pictures."""

    landmarks: Table | None
    boxes: Table | None
    size: tuple[int, int] | None
    """of every picture in the folder; None where they differ"""

    @property
    def scale(self) -> NDArray[np.float32]:
        """(2,): from the pixels of the lists to those of the pictures."""
        return np.divide(self.size or ALIGNED_SIZE, ALIGNED_SIZE, dtype=np.float32)


def _faces(
    labels: _Labels, kind: str, place: Path, pictures: Sequence[str], problems: Problems
) -> _Coordinates:
    if kind == "aligned":
        size = ALIGNED_SIZE if labels.aligned is None else _aligned_size(place, pictures)
        found = _Coordinates(labels.aligned, None, size)
        reason = "list_landmarks_align_celeba is not there"
    elif kind == "wild":
        found = _Coordinates(labels.wild, labels.box, None)
        reason = (
            "list_landmarks_celeba" + (" and list_bbox_celeba are" * (not labels.box) or " is") + " not there"
        )
    else:
        found = _Coordinates(None, None, None)
        reason = "CelebA's lists hold coordinates for img_celeba and img_align_celeba only (see coordinates=)"
    if found.landmarks is None:
        unknown = "landmarks" if found.boxes is not None else "boxes and landmarks"
        problems.note(place, f"{reason}: {unknown} are not known")
    return found


def _aligned_size(place: Path, pictures: Sequence[str]) -> tuple[int, int]:
    """The size of the folder's first readable picture. DataError unless it is ALIGNED_SIZE scaled evenly."""
    for picture in pictures:
        try:
            width, height = size_of(place / picture)
        except BadLabel:  # damaged: whoever reads it says so
            continue
        if abs(width - ALIGNED_SIZE[0] * height / ALIGNED_SIZE[1]) >= 1:
            raise DataError(
                f"{place}: {picture} is {width}x{height}, not CelebA's aligned 178x218 nor that scaled "
                "evenly, so its landmarks do not hold; give the folder of the aligned pictures"
            )
        return width, height
    return ALIGNED_SIZE


def _group(person: str) -> str:
    return f"celeba-{person}"


def _sample(name: str, picture: str, file: str, labels: _Labels, faces: _Coordinates, listed: bool) -> Sample:
    """file: the picture's name in the lists."""
    landmarks, box = None, UNKNOWN
    if faces.landmarks is not None:
        points = usable_landmarks(numbers(_row(faces.landmarks, file, "landmarks"), 10)) * faces.scale
        landmarks, box = [points], usable_box(tight_box(points), faces.size, derived=True)[0]
    if faces.boxes is not None and (listed or landmarks is None):
        x, y, width, height = numbers(_row(faces.boxes, file, "boxes"), 4)
        box = usable_box((x, y, x + width, y + height), faces.size)[0]
    attributes: Mapping[str, NDArray[np.int8]] = {}
    if labels.attributes is not None:
        values = _signs(_row(labels.attributes, file, "attributes"), len(labels.columns))
        attributes = AttributeTable(labels.columns, values[:, None])
    group = ""
    if labels.identity is not None:
        group = _group(" ".join(_row(labels.identity, file, "people")))
    return sample(name, picture, [box], landmarks=landmarks, attributes=attributes, group=group)


def _row(table: Table, name: str, what: str) -> list[str]:
    try:
        return table[name].split()
    except KeyError:
        raise BadLabel(f"is not in the list of {what}") from None


def _signs(words: Sequence[str], count: int) -> NDArray[np.int8]:
    """-1 and 1 (or 0 and 1) -> 0 and 1."""
    if len(words) != count:
        raise BadLabel(f"{len(words)} attributes where {count} are named")
    if not set(words) <= {"-1", "0", "1"}:
        raise BadLabel("attributes other than -1 and 1")
    return np.array([word == "1" for word in words], np.int8)
