"""The raw output that a loss is content with: Adam on the raw numbers themselves, without any network.

Where a loss is least, its targets must decode to the truth; what differs there no network can put right.
"""

import math
from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

import torch
from torch import Tensor

from facewright.doctor.network.probe import total

STEPS, RATE = 150, 0.2
"""enough for a logit to say .999; the rate falls to a hundredth along a cosine, so that boxes rest"""
WAY, MOST_DESCENTS = 0.9 * RATE * STEPS / 2, 20
"""that raw numbers go in one descent only if they must go further, as sizes in pixels; and how often then"""

# Centre x, y, width, height as shares of the picture: no two in one cell of a 10 x 10 grid, none as far to
# the right as it is down, of many sizes. In three pictures, as they would overlap.
LAYOUTS = (
    ((0.17, 0.33, 0.13, 0.17), (0.64, 0.28, 0.31, 0.39), (0.28, 0.76, 0.22, 0.27), (0.83, 0.71, 0.09, 0.12)),
    ((0.36, 0.13, 0.14, 0.18), (0.77, 0.42, 0.18, 0.24), (0.14, 0.81, 0.17, 0.21), (0.53, 0.87, 0.10, 0.13)),
    ((0.87, 0.16, 0.12, 0.15), (0.41, 0.58, 0.42, 0.53)),
)


class Fall(NamedTuple):
    """Of one term of the loss, while the whole loss falls."""

    first: float
    """at the start, raw = 0"""
    before: float
    """at three quarters of the way"""
    last: float


class Settled(NamedTuple):
    """One picture."""

    truth: Tensor
    """(N, 4) pixels"""
    decoded: Tensor
    """(P, 5) at the least loss"""
    raw: Tensor
    """there, (1, *raw_shape)"""
    falls: dict[str, Fall]
    """by the term's name"""


class Losing(Protocol):
    """As much of a `Coding` as is needed here."""

    @property
    def width(self) -> int: ...
    @property
    def height(self) -> int: ...
    @property
    def raw_shape(self) -> tuple[int, ...]: ...
    @property
    def most_faces(self) -> int | None: ...
    @property
    def encode(self) -> Callable[[Tensor], Any]: ...
    def places(self, raw: Tensor) -> Tensor: ...
    def terms(self, raw: Tensor, targets: Any) -> dict[str, Tensor]: ...
    def total(self, raw: Tensor, targets: Any) -> Tensor: ...


def settle_all(coding: Losing) -> list[Settled]:
    """Of every picture of `LAYOUTS`; where one may hold only one face, of every second face alone."""
    pictures = [torch.tensor(faces) for faces in LAYOUTS]
    if coding.most_faces is not None:
        pictures = [part for faces in pictures for part in faces.split(coding.most_faces)][::2]
    return [settle(coding, boxes_of(coding, faces)) for faces in pictures]


def boxes_of(coding: Losing, shares: Tensor) -> Tensor:
    """(N, 4) centre and size as shares of the picture -> corners in pixels."""
    scale = torch.tensor([coding.width, coding.height], dtype=torch.float32)
    centre, half = shares[:, :2] * scale, shares[:, 2:] * scale / 2
    return torch.cat([centre - half, centre + half], dim=1)


def settle(coding: Losing, truth: Tensor) -> Settled:
    """From raw = 0 to the least loss."""
    raw, losses = torch.zeros(1, *coding.raw_shape), []
    for _ in range(MOST_DESCENTS):
        begun = raw
        raw, more = descend(coding, truth, begun, STEPS)
        losses += more
        if float((raw - begun).abs().max()) < WAY:
            break
    first, before, last = losses[0], losses[len(losses) * 3 // 4], losses[-1]
    falls = {name: Fall(first[name], before[name], last[name]) for name in first}
    return Settled(truth, coding.places(raw), raw, falls)


def descend(coding: Losing, truth: Tensor, raw: Tensor, steps: int) -> tuple[Tensor, list[dict[str, float]]]:
    """Raw numbers of less loss, from those given, and the terms of the loss at each step on the way."""
    targets = coding.encode(truth)
    raw = raw.clone().requires_grad_()
    optimiser = torch.optim.Adam([raw], lr=RATE)
    losses = []
    for step in range(steps):
        optimiser.param_groups[0]["lr"] = RATE * (0.01 + 0.99 * (1 + math.cos(math.pi * step / steps)) / 2)
        terms = coding.terms(raw, targets)
        raw.grad = gradient(total(terms), raw)
        optimiser.step()
        losses.append({name: term.item() for name, term in terms.items()})
    return raw.detach(), losses


def gradient(loss: Tensor, raw: Tensor) -> Tensor:
    """Of the loss by raw, of its shape; zero where the loss does not depend on it."""
    if not loss.requires_grad:  # a constant, as some losses are of a picture without a face
        return torch.zeros_like(raw)
    # Not backward(): a loss that learns weights of its own would keep gradients of them.
    (slope,) = torch.autograd.grad(loss, raw, allow_unused=True, materialize_grads=True)
    return slope
