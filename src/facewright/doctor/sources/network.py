"""A system's network with one of its batches, as a subject."""

from typing import Any

import torch
from torch import Tensor, nn

from facewright.doctor.network.subject import Network, Output
from facewright.doctor.sources.small import BATCH, with_small_batches
from facewright.tasks.detection.batch import Batch as CanvasBatch
from facewright.tasks.localisation.batch import Batch as FrameBatch
from facewright.training.recipe import Recipe
from facewright.training.system import System

OUTPUTS: dict[str, Output] = {
    "detection": "map",
    "grid-detection": "map",
    "localisation": "box",
    "attributes": "class",
    "classification": "class",
    "regression": "values",
}
"""a recipe's task -> what its network tells"""


PAIR = 2
"""examples for networks that answer at many places: two tell as much as four, in half of the time"""


def network_of(name: str, system: System[Recipe], network: nn.Module, *, trained: bool = False) -> Network:
    """With the first training batch, cut short, of `system`, which is open."""
    output = OUTPUTS[system.recipe.task]
    few = with_small_batches(system, PAIR if output == "map" else BATCH)
    batch = next(iter(few.loader(0)))

    def loss(output: Any) -> dict[str, Tensor]:
        return weighted(system, system.loss(_Said(output, network), batch))

    return Network(
        f"{name}: network",
        network,
        batch[0].float(),
        output,
        trained=trained,
        loss=loss,
        faces=face_sizes(batch),
    )


def weighted(system: System[Recipe], terms: dict[str, Tensor]) -> dict[str, Tensor]:
    """The terms as training sums them: each times the recipe's weight."""
    weights = system.recipe.loss.model_dump()
    return {name: weights[name] * term for name, term in terms.items()}


def face_sizes(batch: Any) -> list[tuple[float, float]] | None:
    """Width and height of each face of a batch, in pixels of its pictures; None where none is annotated."""
    if isinstance(batch, CanvasBatch):
        boxes = batch.boxes
    elif isinstance(batch, FrameBatch):
        boxes = batch.boxes[batch.present == 1]
    else:
        return None
    sizes = (boxes[:, 2:] - boxes[:, :2]).tolist()
    return [(width, height) for width, height in sizes] or None


class _Said(nn.Module):
    """Gives what another network gave, and has its buffers: so that a system's loss can be taken of it."""

    def __init__(self, output: Any, network: nn.Module) -> None:
        super().__init__()
        self.output = output
        for name, buffer in network.named_buffers(recurse=False):
            self.register_buffer(name, buffer)

    def forward(self, _: torch.Tensor) -> Any:
        return self.output
