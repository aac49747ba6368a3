"""False alarms: what a detector calls a face in pictures that hold none, to be learnt from (hard negatives).

`alarms` looks for them once, with a model that is there already, and a table (`negatives.write_list`) keeps
them, so that every canvas stays a function of its number, whichever worker makes it and however often a run
is resumed. Looking again with a model that learnt from them is another table.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from facewright.core.errors import DataError, PictureError
from facewright.core.pictures import picture_size
from facewright.datasets.negatives import Named, read_list
from facewright.datasets.open import open_dataset
from facewright.datasets.sample import Dataset, Problem, Sample, no_landmarks
from facewright.inference.detector import Detector


def alarms(
    detector: Detector, dataset: Dataset, samples: Iterable[Sample] | None = None
) -> tuple[list[Named], list[Problem]]:
    """What the detector finds in a set without faces, and the pictures that could not be read.

    samples: those of the set, wrapped as a progress bar does. Raises DataError where one holds a face.
    """
    named: list[Named] = []
    problems: list[Problem] = []
    for sample in dataset if samples is None else samples:
        if len(sample.boxes):
            raise DataError(f"{dataset.name}: {sample.name} holds faces; alarms are false where none is")
        try:
            found = detector(sample.picture)
        except PictureError as error:
            problems.append(Problem(sample.name, f"{error}; left out", "unreadable"))
            continue
        named += [Named(dataset.name, sample.name, tuple(box.tolist())) for box in found.boxes]
    return named, problems


def open_alarms(table: Path, packed: Sequence[Dataset]) -> list[Sample]:
    """The pictures of packed sets on which a table names alarms, with these as their boxes.

    The table counts pixels of the pictures as they lie in their set, and these here may have been shrunk.
    Raises DataError where it names a set that is not among them or a picture that its set has not, or none.
    """
    by_picture: dict[tuple[str, str], list[tuple[float, ...]]] = {}
    for alarm in read_list(table):
        by_picture.setdefault((alarm.data, alarm.picture), []).append(alarm.box)
    if not by_picture:
        raise DataError(f"{table}: names no alarm; look for some at a lower score")
    known = {dataset.name for dataset in packed}
    missing = sorted({data for data, _ in by_picture} - known)
    if missing:
        raise DataError(f"{table}: names alarms on {missing[0]}, which is not among data.faceless")
    found = []
    for dataset in packed:
        wanted = {picture for data, picture in by_picture if data == dataset.name}
        if not wanted:
            continue
        original = {sample.name: sample.picture for sample in open_dataset(dataset.name)}
        for sample in dataset:
            if sample.name in wanted:
                wanted.discard(sample.name)
                boxes = np.array(by_picture[dataset.name, sample.name], np.float32)
                scale = max(sample.read().shape[:2]) / max(picture_size(original[sample.name]))
                boxes *= scale
                found.append(replace(sample, boxes=boxes, landmarks=no_landmarks(len(boxes))))
        if wanted:
            raise DataError(f"{table}: {min(wanted)} is no picture of {dataset.name}; look for alarms again")
    return found
