"""Attributes by way of a detector, as users have them: a face is found, cut out by its landmarks, described.

Beside the same pictures taken whole, which is how a set's prepared crops are judged.
"""

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import numpy as np

from facewright.cli.judge_attributes import ask
from facewright.core.boxes import area
from facewright.core.errors import DataError
from facewright.core.faces import Faces
from facewright.datasets.sample import Dataset
from facewright.inference.attributes import Attributes
from facewright.inference.detector import Detector
from facewright.metrics.attributes import AttributesEvaluation, evaluate_attributes


class Through(NamedTuple):
    """Both ways on the pictures in which a face was found."""

    asked: int
    """pictures, also those without a find"""
    whole: AttributesEvaluation
    found: AttributesEvaluation
    by_landmarks: float
    """share of the faces that landmarks framed, not the box"""
    changed: float
    """share of the answers, yes or no, that differ between the two"""


def largest(faces: Faces) -> Faces:
    """The largest of some, alone."""
    return faces[[int(np.argmax(area(faces.boxes)))]]


def through(describer: Attributes, finder: Detector, sets: Sequence[Dataset]) -> Through:
    """Of several faces in a picture the largest is meant. Raises DataError where no picture shows any."""
    places: list[list[int]] = [[] for _ in sets]
    said, framed_by = [], []
    for dataset, here in zip(sets, places, strict=True):
        for i, sample in enumerate(dataset):
            picture = finder.read(sample.picture)
            faces = finder.find(picture)
            if not len(faces):
                continue
            faces = largest(faces)
            closer = describer.closer(picture, partial(getattr, sample, "picture"), faces)
            (told,) = describer.describe(closer, faces)
            here.append(i)
            said.append(list(told.values()))
            framed_by.append(describer.frames(faces)[0].by)
    if not said:
        raise DataError(f"{sets[0].name}: {finder.card.name} finds no face in any picture")
    answers = [ask(describer, d.subset(here)) for d, here in zip(sets, places, strict=True) if here]
    labels = np.concatenate([one.labels for one in answers])
    whole = np.concatenate([one.probabilities for one in answers])
    found = np.array(said, np.float32)
    return Through(
        sum(map(len, sets)),
        evaluate_attributes(whole, labels, describer.names),
        evaluate_attributes(found, labels, describer.names),
        framed_by.count("landmarks") / len(framed_by),
        float(((whole >= 0.5) != (found >= 0.5)).mean()),
    )
