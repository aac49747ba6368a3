"""What finds or describes faces, as it is used: a model file, or a trained network without a file yet."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from facewright.core.boxes import Floats, nms
from facewright.core.faces import Faces
from facewright.datasets.sample import Dataset
from facewright.doctor.evaluation.kinds import Describer, Finder, Found, Picture
from facewright.inference.crops import run_crops, squash
from facewright.inference.detector import Detector
from facewright.inference.session import Session
from facewright.metrics.evaluation import EVALUATION_MIN_SCORE, lowest_score
from facewright.training.recipe import Recipe
from facewright.training.system import FindingSystem

SCENES = 20
CROPS = 48
IOU = 0.45
"""of two boxes, above which training's own suppression takes them for one face"""


def finder_of_file(name: str, model: str | Path, scenes: Sequence[Dataset] = ()) -> Finder:
    """A model file for one of the tasks that find faces. Raises ModelError."""
    usual = Detector(model)
    lowest = Detector(model, min_score=lowest_score(usual.card))
    return Finder(
        name,
        lambda picture: _found(usual(picture)),
        scenes=scenes_of(scenes),
        candidates=lambda picture: _found(lowest(picture)),
    )


def finder_of_network(
    name: str, system: FindingSystem[Recipe], network: nn.Module, threshold: float
) -> Finder:
    """A trained network, in evaluation mode, with a threshold for its scores."""
    return Finder(
        name,
        lambda picture: _found(system.find(network, picture, threshold, IOU)),
        scenes=scenes_of(system.validation_sets),
        candidates=lambda picture: _found(system.find(network, picture, EVALUATION_MIN_SCORE, IOU)),
        suppress=lambda boxes, scores: nms(boxes, scores, IOU),
    )


def describer_of_file(name: str, session: Session, crops: Picture) -> Describer:
    """A model file for attributes or face-or-not."""
    card = session.card

    def answer(crops: Picture) -> Floats:
        numbers = (len(card.classes),) if card.task == "attributes" else ()
        return run_crops(session, list(crops), card.task, *numbers).reshape(len(crops), -1)

    return Describer(name, answer, crops)


def describer_of_network(name: str, network: nn.Module, side: int, crops: Picture) -> Describer:
    """A trained network and its decoding, in evaluation mode, for crops (N, H, W, 3) squashed to `side`."""

    def answer(crops: Picture) -> Floats:
        squashed = np.stack([squash(crop, side) for crop in crops])
        with torch.inference_mode():
            return (
                network(torch.from_numpy(squashed).permute(0, 3, 1, 2).float())
                .numpy()
                .reshape(len(crops), -1)
            )

    return Describer(name, answer, crops)


def scenes_of(sets: Sequence[Dataset]) -> list[tuple[Picture, Floats]] | None:
    """Some pictures of each set whose faces are all known; None where there are none."""
    scenes: list[tuple[Picture, Floats]] = []
    for dataset in sets:
        for sample in dataset.spread(max(SCENES // len(sets), 1)):
            if len(sample.boxes) and not len(sample.ignore) and np.isfinite(sample.boxes).all():
                scenes.append((sample.read(), sample.boxes))
    return scenes or None


def crops_of(sets: Sequence[Dataset], side: int) -> Picture:
    """Whole pictures of the sets, squashed to `side`: (N, side, side, 3)."""
    each = max(CROPS // len(sets), 1)
    return np.stack([squash(sample.read(), side) for dataset in sets for sample in dataset.spread(each)])


def _found(faces: Faces) -> Found:
    return faces.boxes, faces.scores


def windows_of(judged: Sequence[tuple[bool, NDArray[np.uint8]]]) -> Picture:
    """Some windows with a face of those that a classifier is judged on: (N, side, side, 3)."""
    return np.concatenate([windows for face, windows in judged if face])[:CROPS]
