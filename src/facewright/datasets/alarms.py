"""False alarms: what a detector calls a face in pictures that hold none, to be learnt from (hard negatives).

`alarms` looks for them once, with a model that is there already, and a table (`negatives.write_list`) keeps
them, so that every canvas stays a function of its number, whichever worker makes it and however often a run
is resumed. Looking again with a model that learnt from them is another table.

The likeliest come first, for people to look at: sets of pictures without faces hold some faces all the same,
and those would be taught as none.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from facewright.core.boxes import clip, resize
from facewright.core.draw import draw_boxes
from facewright.core.errors import DataError, PictureError
from facewright.core.pictures import Pixels, picture_size, resize_picture
from facewright.datasets.negatives import Named, read_list
from facewright.datasets.open import open_dataset
from facewright.datasets.sample import Dataset, Problem, Sample, no_landmarks
from facewright.inference.detector import Detector


class Alarm(NamedTuple):
    """A find where no face should be."""

    score: float
    named: Named
    sample: Sample

    @property
    def closer(self) -> Pixels:
        """What is there and around it, uint8 RGB (H, W, 3), at most `CLOSER` pixels: three times the box,
        which is drawn in.

        Reads the picture again: hardly any of many alarms are looked at.
        """
        picture, box = self.sample.read(), np.array(self.named.box, np.float32)
        around = np.floor(clip(resize(box[None], 3.0), picture.shape[1], picture.shape[0])[0]).astype(int)
        x0, y0, x1, y1 = around.tolist()
        part = resize_picture(np.ascontiguousarray(picture[y0 : y1 + 1, x0 : x1 + 1]), CLOSER, enlarge=True)
        scale = max(part.shape[:2]) / max(y1 + 1 - y0, x1 + 1 - x0, 1)
        return draw_boxes(part, (box[None] - np.tile(around[:2], 2)) * scale)


CLOSER = 160


def alarms(
    detector: Detector,
    dataset: Dataset,
    watch: Callable[[Iterable[Sample]], Iterable[Sample]] = iter,
) -> tuple[list[Alarm], list[Problem]]:
    """What the detector finds in a set without faces, the likeliest first, and the pictures that could not be
    read.

    watch: wraps the samples, as a progress bar does. Raises DataError where one holds a face.
    """
    raised: list[Alarm] = []
    problems: list[Problem] = []
    for sample in watch(dataset):
        if len(sample.boxes):
            raise DataError(f"{dataset.name}: {sample.name} holds faces; alarms are false where none is")
        try:
            picture = sample.read()
        except PictureError as error:
            problems.append(Problem(sample.name, f"{error}; left out", "unreadable"))
            continue
        found = detector(picture)
        for box, score in zip(found.boxes, found.scores, strict=True):
            named = Named(dataset.name, sample.name, tuple(box.tolist()))
            raised.append(Alarm(float(score), named, sample))
    return sorted(raised, key=lambda alarm: -alarm.score), problems


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
