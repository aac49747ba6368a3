"""Finished networks that another one learns from while it is trained (`tasks.detection.distil`,
`tasks.attributes.distil`)."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from facewright.core.errors import RecipeError
from facewright.core.suggest import nearest
from facewright.models.detector import STRIDES, FaceDetector
from facewright.training.loading import load_made
from facewright.training.weights import EPSILON, load_weights, misfits, read_weights


class Teacher:
    """Answers as it does in use, and learns nothing.

    No part of the network that is trained: it is not in its checkpoints nor in the average of its weights.
    """

    def __init__(self, name: str, network: nn.Module) -> None:
        """name: where its weights are from, as `read_weights` takes it."""
        self.name = name
        self.network = network.eval().requires_grad_(False)
        self.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    @torch.no_grad()
    def __call__(self, pixels: Tensor) -> Tensor:
        """(B, 3, H, W) float RGB 0 .. 255 -> (B, ...), what the network says, on the device of the pixels."""
        if next(self.network.parameters()).device != pixels.device:
            self.network.to(pixels.device)
        return self.network(pixels)


class AttributesTeacher(Teacher):
    """Tells the attributes that its student learns, whatever else it knows."""

    def __init__(self, name: str, classes: Sequence[str]) -> None:
        """name: a run's folder, a model file, or a shipped model's name, as they say what the network is.

        classes: the student's. Raises ModelError where there is no such model, RecipeError where it is none
        of attributes or does not know all of them.
        """
        recipe = load_made(name)
        if recipe.task != "attributes":
            raise RecipeError(f"teacher: {name} is made for {recipe.task}; give a model for attributes")
        system = recipe.system()
        card = system.card()
        known: list[str] = card["classes"]
        for wanted in classes:
            if wanted not in known:
                raise RecipeError(f"teacher: {name} knows no {wanted}{nearest(wanted, known)}")
        super().__init__(name, _with_weights(name, system.network, f"{name} is not what its recipe makes"))
        self.side: int = card["side"]
        """of the crops that it looks at"""
        self._columns = [known.index(wanted) for wanted in classes]

    @torch.no_grad()
    def __call__(self, pixels: Tensor) -> Tensor:
        """(B, 3, S, S) float RGB 0 .. 255 -> (B, A) probabilities of the student's classes.

        Its network's own, not those of its file, which are calibrated to decide by one half: a student is
        calibrated when it is finished. Crops of another side than its own are resized.
        """
        if pixels.shape[-1] != self.side:
            size = (self.side, self.side)
            pixels = functional.interpolate(pixels, size, mode="bilinear", antialias=True)
        return super().__call__(pixels)[:, self._columns].float().sigmoid()


def asked(teachers: Sequence[Teacher], pixels: Tensor, *, mirrored: bool, in_turn: bool) -> Tensor:
    """(B, A) probabilities: the mean over teachers and views, or each crop's by one of them.

    mirrored: each also looks at the mirror image of every crop.
    """
    views = (pixels, pixels.flip(-1)) if mirrored else (pixels,)
    looks = [(teacher, view) for teacher in teachers for view in views]
    if not in_turn:
        return torch.stack([teacher(view) for teacher, view in looks]).mean(0)
    parts = [teacher(view[i :: len(looks)]) for i, (teacher, view) in enumerate(looks[: len(pixels)])]
    answers = parts[0].new_empty(len(pixels), parts[0].shape[1])
    for i, part in enumerate(parts):
        answers[i :: len(looks)] = part
    return answers


def detector_teacher(name: str, size: str) -> Teacher:
    """name: as `read_weights` takes it; size: one of `models.detector.SIZES`. Answers (B, P, 15).

    Raises ModelError where there are no such weights, RecipeError where they are of another network.
    """
    strides = ", ".join(map(str, STRIDES))
    refusal = f"{name} is no {size} detector that answers at the points of the student (strides {strides})"
    advice = "mend teacher.size, or give another one"
    return Teacher(name, _with_weights(name, lambda: FaceDetector(size), refusal, advice))


def _with_weights(
    name: str, make: Callable[[], nn.Module], refusal: str, advice: str = "give another one"
) -> nn.Module:
    weights = read_weights(name)
    with torch.random.fork_rng(devices=[]):  # the student begins as it would without a teacher
        network = make()
    own = network.state_dict()
    beyond = [other for other in weights if other not in own and not other.endswith(EPSILON)]
    if wrong := misfits(network, weights) + beyond:
        raise RecipeError(f"teacher: {refusal}: {len(wrong)} arrays do not fit (first: {wrong[0]}); {advice}")
    load_weights(network, weights)
    return network
