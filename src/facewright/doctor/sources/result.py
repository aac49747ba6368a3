"""What a training reached on each of its validation sets, picture by picture, as subjects."""

from collections.abc import Callable
from functools import partial

import numpy as np
from torch import nn

from facewright.core.boxes import Floats
from facewright.datasets.sample import Dataset, Sample
from facewright.doctor.evaluation.kinds import Result
from facewright.doctor.sources.data import data_of
from facewright.doctor.sources.looking import Looking
from facewright.metrics.matching import match_picture
from facewright.training.attributes import AttributesSystem
from facewright.training.recipe import Recipe
from facewright.training.system import FindingSystem, System


def results_of(
    name: str, system: System[Recipe], network: nn.Module, threshold: float, looking: Looking
) -> list[Result]:
    """One a validation set: hard and easy sets stay apart, as copies may lie in the easy ones only.

    `network` is in evaluation mode. None of systems that are judged by windows or points, of which nobody
    can say which pictures they are copies of.
    """
    right: Callable[[Dataset], Floats]
    if isinstance(system, FindingSystem):
        right = partial(_faces_right, system, network, threshold)
    elif isinstance(system, AttributesSystem):
        right = partial(_answers_right, system, network)
    else:
        return []
    train = [data_of(dataset, looking) for dataset in system.sets]
    return [
        Result(f"{name}: on {test.name}", data_of(test, looking), partial(right, test), train)
        for test in system.validation_sets
    ]


def _faces_right(
    system: FindingSystem[Recipe], network: nn.Module, threshold: float, test: Dataset
) -> Floats:
    """Of each picture the faces found as a share of those that are there or were thought to be."""

    def right(sample: Sample) -> float:
        faces = system.find(network, sample.read(), threshold)
        seen = match_picture(faces.boxes, faces.scores, sample.boxes, sample.ignore)
        asked = len(sample.boxes) + int(seen.wrong.sum())
        return int(seen.right.sum()) / asked if asked else 1.0  # nothing is there, and nothing was found

    return np.array([right(sample) for sample in test], np.float32)


def _answers_right(system: AttributesSystem, network: nn.Module, test: Dataset) -> Floats:
    """Of each picture the share of the answers known of it that are right; 0 where none is known."""
    logits, labels = system.logits(network, [test])
    known = labels >= 0
    right = ((logits > 0) == (labels == 1)).sum(1, where=known) / known.sum(1).clip(min=1)
    return right.astype(np.float32)
