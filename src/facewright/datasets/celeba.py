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
from facewright.core.suggest import nearest
from facewright.datasets.celeba_lists import (
    PARTITIONS,
    SUFFIXES,
    Labels,
    Table,
    group_of,
    row_of,
    signs,
)
from facewright.datasets.labels import (
    BadLabel,
    Problems,
    folder,
    nothing_found,
    numbers,
    sample,
    size_of,
    usable_box,
    usable_landmarks,
)
from facewright.datasets.landmarks import tight_box
from facewright.datasets.sample import AttributeTable, Dataset, Sample

KINDS = {"img_align_celeba": "aligned", "img_align_celeba_png": "aligned", "img_celeba": "wild"}
"""Picture folders of the official sets -> which coordinates hold for them."""
ALIGNED_SIZE = (178, 218)
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
    labels = Labels.find(path, problems)
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
    labels: Labels, kind: str, place: Path, pictures: Sequence[str], problems: Problems
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


def _sample(name: str, picture: str, file: str, labels: Labels, faces: _Coordinates, listed: bool) -> Sample:
    """file: the picture's name in the lists."""
    landmarks, box = None, UNKNOWN
    if faces.landmarks is not None:
        points = usable_landmarks(numbers(row_of(faces.landmarks, file, "landmarks"), 10)) * faces.scale
        landmarks, box = [points], usable_box(tight_box(points), faces.size, derived=True)[0]
    if faces.boxes is not None and (listed or landmarks is None):
        x, y, width, height = numbers(row_of(faces.boxes, file, "boxes"), 4)
        box = usable_box((x, y, x + width, y + height), faces.size)[0]
    attributes: Mapping[str, NDArray[np.int8]] = {}
    if labels.attributes is not None:
        values = signs(row_of(labels.attributes, file, "attributes"), len(labels.columns))
        attributes = AttributeTable(labels.columns, values[:, None])
    group = ""
    if labels.identity is not None:
        group = group_of(" ".join(row_of(labels.identity, file, "people")))
    return sample(name, picture, [box], landmarks=landmarks, attributes=attributes, group=group)
