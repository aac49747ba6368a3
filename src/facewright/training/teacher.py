"""A finished detector that another one learns from while it is trained (`tasks.detection.distil`)."""

import torch
from torch import Tensor

from facewright.core.errors import RecipeError
from facewright.models.detector import STRIDES, FaceDetector
from facewright.training.weights import EPSILON, load_weights, misfits, read_weights


class Teacher:
    """Answers as it does in use, and learns nothing.

    No part of the network that is trained: it is not in its checkpoints nor in the average of its weights.
    """

    def __init__(self, name: str, size: str) -> None:
        """name: as `read_weights` takes it; size: one of `models.detector.SIZES`.

        Raises ModelError where there are no such weights, RecipeError where they are of another network.
        """
        weights = read_weights(name)
        with torch.random.fork_rng(devices=[]):  # the student begins as it would without a teacher
            network = FaceDetector(size)
        own = network.state_dict()
        beyond = [other for other in weights if other not in own and not other.endswith(EPSILON)]
        if wrong := misfits(network, weights) + beyond:
            strides = ", ".join(map(str, STRIDES))
            raise RecipeError(
                f"teacher: {name} is no {size} detector that answers at the points of the student (strides "
                f"{strides}): {len(wrong)} arrays do not fit (first: {wrong[0]}); mend teacher.size, or "
                "give another one"
            )
        load_weights(network, weights)
        self.name = name
        self.network = network.eval().requires_grad_(False)
        self.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    @torch.no_grad()
    def __call__(self, pixels: Tensor) -> Tensor:
        """(B, 3, H, W) float RGB 0 .. 255 -> (B, P, 15), on the device of the pixels."""
        if next(self.network.parameters()).device != pixels.device:
            self.network.to(pixels.device)
        return self.network(pixels)
