"""Faces cut out of another set's pictures and turned upright: the crops that attribute models see in use.

aligned:mtfl/train                            each face whose place is labelled, a picture of its own
aligned:celeba-loose/train?found=faces.jsonl  where a detector saw it, as facewright detect --json wrote

Attributes come along. Faces of which the set tells none are for what learns from a teacher.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from facewright.core.boxes import Floats, area
from facewright.core.errors import DataError
from facewright.datasets.fingerprint import fingerprint_of
from facewright.datasets.found import read as read_found
from facewright.datasets.sample import AttributeTable, Dataset, Problem, Sample, no_landmarks
from facewright.inference.align import cut, frame, frame_side, frame_to_describe

VERSION = 2
"""of how crops are cut: another one makes caches anew"""
SIDE = 112
"""of the crops, pixels"""
LEAST = 32.0
"""A face whose crop would be made of fewer pixels a side is left out: of such there is little to describe."""


@dataclass(frozen=True, eq=False, slots=True)
class AlignedSamples(Sequence[Sample]):
    """One face each, the whole of its picture; where it lies in the crop is not said (a box of NaN)."""

    photos: Dataset
    faces: Sequence[tuple[int, int]]
    """number of the photo, and of the face in it"""

    @property
    def fingerprint(self) -> str:
        """For `cached`, which would otherwise cut out every face to see whether one has changed."""
        return f"aligned {VERSION} {SIDE} {fingerprint_of(self.photos, SIDE)} {self.faces}"

    def __len__(self) -> int:
        return len(self.faces)

    def __getitem__(self, index):  # type: ignore[no-untyped-def]
        if isinstance(index, slice):
            return AlignedSamples(self.photos, self.faces[index])
        photo, face = self.faces[index]
        return _cut(self.photos[photo], face)

    def __iter__(self) -> Iterator[Sample]:
        return (self[i] for i in range(len(self)))


def read(path: Path, *, found: str = "") -> Dataset:
    """The faces of the set `path` (a DATA string without options) as crops of `SIDE` pixels.

    found: JSON Lines of a detector that place the one face of each picture: of several finds the largest.
    Raises DataError when no face is left.
    """
    from facewright.datasets.open import open_dataset  # which opens this set by this function

    dataset = open_dataset(str(path))
    return aligned(
        placed(dataset, read_found(Path(found), of=str(path), unannotated=True)) if found else dataset
    )


def placed(dataset: Dataset, found: Dataset) -> Dataset:
    """`dataset`, of one face a picture, with that face where `found` has its largest.

    What holds several faces, or in which none was found, is left out and counted among the problems.
    """
    seen = {sample.name: sample for sample in found}
    samples = []
    for sample in dataset:
        finds = seen.get(sample.name)
        if len(sample.boxes) == 1 and finds is not None and len(finds.boxes):
            largest = [int(np.argmax(area(finds.boxes)))]
            samples.append(replace(sample, boxes=finds.boxes[largest], landmarks=finds.landmarks[largest]))
    problems = (*dataset.problems, *found.problems)
    if left := len(dataset) - len(samples):
        message = f"{left} of {len(dataset)} pictures hold several faces, or none was found; left out"
        problems += (Problem(dataset.name, message),)
    return Dataset(dataset.name, samples, problems)


def aligned(dataset: Dataset) -> Dataset:
    """Every face of the set whose place is known as a crop of its own.

    Faces too small or of unknown place are counted among the problems. Raises DataError when none is left.
    """
    faces, small, nowhere = [], 0, 0
    for number, sample in enumerate(dataset):
        for face, box in enumerate(sample.boxes):
            if not np.isfinite(box).all():
                nowhere += 1
            elif frame_side(frame(*_place(sample, face)).matrix) < LEAST:
                small += 1
            else:
                faces.append((number, face))
    if not faces:
        raise DataError(
            f"{dataset.name}: holds no face of known place with {LEAST:g} pixels a side, which is what "
            "aligned: takes; where places are not known, give found=, which facewright detect --json writes"
        )
    left = ((small, f"have fewer than {LEAST:g} pixels a side"), (nowhere, "are at no known place"))
    notes = tuple(Problem(dataset.name, f"{count} faces {what}; left out") for count, what in left if count)
    return Dataset(dataset.name, AlignedSamples(dataset, faces), dataset.problems + notes)


def _cut(photo: Sample, face: int) -> Sample:
    return Sample(
        name=f"{photo.name}#{face}",
        picture=cut(photo.read(), frame_to_describe(*_place(photo, face)).matrix, SIDE),
        boxes=np.full((1, 4), np.nan, np.float32),
        landmarks=no_landmarks(1),
        attributes=_of_one(photo.attributes, face),
        group=photo.group,
    )


def _place(sample: Sample, face: int) -> tuple[Floats, Floats | None]:
    """Box and landmarks, where these are known."""
    landmarks = sample.landmarks[face]
    return sample.boxes[face], landmarks if np.isfinite(landmarks).all() else None


def _of_one(attributes: Mapping[str, NDArray[np.int8]], face: int) -> Mapping[str, NDArray[np.int8]]:
    if isinstance(attributes, AttributeTable):
        return AttributeTable(attributes.rows, attributes.table[:, face : face + 1])
    return {name: values[face : face + 1] for name, values in attributes.items()}
