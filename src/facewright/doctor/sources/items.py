"""The examples that a system's network is handed, in training and in validation, as subjects."""

from typing import Any

import numpy as np
import torch

from facewright.datasets.sample import Dataset
from facewright.doctor.sets.subject import Item, Items
from facewright.tasks.fixed_input import FRAMINGS
from facewright.training.data import Numbered
from facewright.training.grid_detection import GridDetectionSystem
from facewright.training.localisation import LocalisationSystem, WholeStage
from facewright.training.recipe import Recipe
from facewright.training.system import System
from facewright.transforms.canvas import Canvas
from facewright.transforms.frames import Frame

COUNT = 64
"""training examples that are looked at"""
FEW = 16
"""pictures of each validation set that are fitted as the network sees them, which takes some time"""


def training_items(name: str, system: System[Recipe]) -> list[Items]:
    """Examples by number, which are drawn anew in each round; none of a system that learns no pictures."""
    examples = system.loader(0).dataset
    if not isinstance(examples, Numbered) or _item(examples[0]) is None:
        return []

    def read(number: int, epoch: int) -> Item:
        item = _item(examples[number + epoch * COUNT])
        assert item is not None
        return item

    changed = not any(isinstance(stage, WholeStage) for stage in system.recipe.stages)
    return [Items(f"{name}: training examples", read, COUNT, augmented=changed or None)]


def validation_items(name: str, system: System[Recipe]) -> list[Items]:
    """The pictures of each validation set as a network of fixed input sees them; none of other systems."""
    if isinstance(system, LocalisationSystem):
        side, framing = system.recipe.side, system.recipe.framing
    elif isinstance(system, GridDetectionSystem):
        side, framing = system.recipe.side, "letterbox"
    else:
        return []

    def items(dataset: Dataset) -> Items:
        def read(number: int, epoch: int) -> Item:
            sample = dataset[number]
            fitted = FRAMINGS[framing](torch.from_numpy(np.array(sample.read())), side)
            pixels = fitted.pixels[0].permute(1, 2, 0).round().clamp(0, 255).byte().numpy()
            scale = np.array(fitted.scale, np.float32)
            return Item(pixels, sample.boxes * np.tile(scale, 2), sample.landmarks * scale)

        files = [sample.picture for sample in dataset]
        seen = f"{name}: {dataset.name} as it is seen"
        return Items(seen, read, len(dataset), files, augmented=False, limit=FEW)

    return [items(dataset) for dataset in system.validation_sets]


def _item(example: Any) -> Item | None:
    """A canvas, frame, crop or window; None for what holds no picture."""
    if isinstance(example, Canvas):
        return Item(example.pixels, example.labels.boxes, example.labels.landmarks)
    if isinstance(example, Frame):
        # A face that is mostly outside is there, and its box is not said.
        boxes = None if example.present < 0 else example.box[None][: example.present]
        return Item(example.pixels, boxes)
    pixels = getattr(example, "pixels", None)
    return Item(pixels) if isinstance(pixels, np.ndarray) else None
