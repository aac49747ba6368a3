"""What a system that finds faces makes of boxes, as subjects: its targets, loss, decoding and flip."""

import copy
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from facewright.core.pictures import picture_size
from facewright.doctor.sources.network import weighted
from facewright.doctor.targets.coding import Coding, Flipped, Mirror
from facewright.tasks.detection.coding import decode as decode_points
from facewright.tasks.detection.distil import TEACHER_TERMS
from facewright.tasks.detection.loss import Truth
from facewright.tasks.detection.points import points
from facewright.tasks.localisation.loss import Truth as OneFace
from facewright.tasks.localisation.loss import localisation_loss
from facewright.training.detection import DetectionSystem
from facewright.training.grid_detection import GridDetectionSystem
from facewright.training.localisation import LocalisationSystem
from facewright.training.recipe import Recipe
from facewright.training.system import System
from facewright.transforms.place import Labels, Placement, place_labels, place_pixels

EXAMPLES = 200
"""validation pictures whose boxes are tried"""
ASKED = 192
"""side of the square in which points are asked about, pixels: the same at every size, and soon done"""


class _Code(NamedTuple):
    """What differs from one task to the next."""

    side: int
    encode: Callable[[Tensor], Any]
    terms: Callable[[Tensor, Any], dict[str, Tensor]]
    decode: Callable[[Tensor], Tensor]
    most_faces: int | None = None


def coding_of(name: str, system: System[Recipe], network: nn.Module) -> list[Coding]:
    """None of a system that finds no faces. `system` is open."""
    if (code := _code(system)) is None:
        return []

    def seen(pixels: Tensor) -> Tensor:
        was = network.training
        network.eval()
        try:
            return network(pixels)
        finally:
            network.train(was)

    def whole(raw: Tensor, targets: Any, weights: Mapping[str, float]) -> Tensor:
        other = copy.copy(system)
        loss = system.recipe.loss.model_copy(update=dict(weights))
        other.recipe = system.recipe.model_copy(update={"loss": loss})
        return torch.stack(list(weighted(other, code.terms(raw, targets)).values())).sum()

    with torch.no_grad():
        shape = seen(torch.zeros(1, 3, code.side, code.side)).shape[1:]
    coding = Coding(
        f"{name}: coding",
        code.side,
        code.side,
        tuple(shape),
        code.encode,
        lambda raw, targets: weighted(system, code.terms(raw, targets)),
        code.decode,
        most_faces=code.most_faces,
        network=seen,
        weights={
            term: float(getattr(system.recipe.loss, term))
            for term in system.terms
            if term not in TEACHER_TERMS  # which boxes have no part in
        },
        weighted=whole,
        # Points of four strides hold faces at the size of training, not in so small a square.
        examples=None if isinstance(system, DetectionSystem) else _examples(system, code.side),
    )
    return [coding]


def mirror_of(name: str) -> Mirror:
    """The flip of canvases and frames."""

    def flip(
        picture: NDArray[np.uint8], boxes: NDArray[np.float32], landmarks: NDArray[np.float32]
    ) -> Flipped:
        placement = Placement(1.0, 0.0, 0.0, float(picture.shape[1]), 0.0, mirror=True)
        flipped = np.zeros_like(picture)
        place_pixels(np.ascontiguousarray(picture), placement, flipped)
        labels = place_labels(Labels(boxes, landmarks, boxes[:0]), placement)
        return flipped, labels.boxes, labels.landmarks

    return Mirror(f"{name}: flip", flip)


def _code(system: System[Recipe]) -> _Code | None:
    if isinstance(system, GridDetectionSystem):
        head, none = system.head, torch.zeros(0, 4)
        return _Code(head.side, lambda boxes: head.targets([boxes], [none]), head.loss, head.decode)
    if isinstance(system, LocalisationSystem):
        decode, terms = system.recipe.decode(), system.terms

        def one(boxes: Tensor) -> OneFace:
            there = boxes if len(boxes) else torch.zeros(1, 4)
            return OneFace(there, torch.tensor([len(boxes)], dtype=torch.int8))

        return _Code(
            system.recipe.side,
            one,
            lambda raw, truth: localisation_loss(raw, decode, truth, terms),
            decode,
            most_faces=1,
        )
    if isinstance(system, DetectionSystem):
        places = points(ASKED, ASKED)

        def decode_all(raw: Tensor) -> Tensor:
            boxes, _ = decode_points(raw[..., 1:], places)
            return torch.cat([boxes, raw[..., :1].sigmoid()], dim=-1)

        return _Code(
            ASKED,
            lambda boxes: [Truth(boxes, torch.full((len(boxes), 5, 2), torch.nan), boxes[:0])],
            lambda raw, truths: system.label_loss(raw, truths, places),
            decode_all,
        )
    return None


def _examples(system: System[Recipe], side: int) -> list[Tensor]:
    """Boxes of validation pictures, fitted whole into the network's square."""
    squashed = isinstance(system, LocalisationSystem) and system.recipe.framing == "squash"
    sets = system.validation_sets
    found = []
    for dataset in sets:
        for sample in dataset.spread(max(EXAMPLES // len(sets), 1)):
            size = np.array(picture_size(sample.picture), np.float32)
            scale = side / (size if squashed else size.max().repeat(2))
            found.append(torch.from_numpy(sample.boxes * np.tile(scale, 2)))
    return found
