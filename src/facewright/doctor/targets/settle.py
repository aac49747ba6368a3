"""The raw output that a loss is content with: Adam on the raw numbers themselves, without any network.

Where a loss is least, its targets must decode to the truth; what differs there no network can put right.
"""

import math
from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

import torch
from torch import Tensor

STEPS, RATE = 150, 0.2
"""enough for a logit to say .999; the rate falls to a hundredth along a cosine, so that boxes rest"""

# Centre x, y, width, height as shares of the picture: no two in one cell of a 10 x 10 grid, none as far to
# the right as it is down, of many sizes. In three pictures, as they would overlap.
LAYOUTS = (
    ((0.17, 0.33, 0.13, 0.17), (0.64, 0.28, 0.31, 0.39), (0.28, 0.76, 0.22, 0.27), (0.83, 0.71, 0.09, 0.12)),
    ((0.36, 0.13, 0.14, 0.18), (0.77, 0.42, 0.18, 0.24), (0.14, 0.81, 0.17, 0.21), (0.53, 0.87, 0.10, 0.13)),
    ((0.87, 0.16, 0.12, 0.15), (0.41, 0.58, 0.42, 0.53)),
)


class Settled(NamedTuple):
    """One picture."""

    truth: Tensor
    """(N, 4) pixels"""
    decoded: Tensor
    """(P, 5) at the least loss"""
    first: float
    """loss at the start, raw = 0"""
    last: float
    before: float
    """loss at three quarters of the way"""


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
    @property
    def decode(self) -> Callable[[Tensor], Tensor]: ...
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
    targets = coding.encode(truth)
    raw = torch.zeros(1, *coding.raw_shape, requires_grad=True)
    optimiser = torch.optim.Adam([raw], lr=RATE)
    losses = []
    for step in range(STEPS):
        optimiser.param_groups[0]["lr"] = RATE * (0.01 + 0.99 * (1 + math.cos(math.pi * step / STEPS)) / 2)
        loss = coding.total(raw, targets)
        # Not backward(): a loss that learns weights of its own would keep gradients of them.
        (raw.grad,) = torch.autograd.grad(loss, raw, allow_unused=True, materialize_grads=True)
        optimiser.step()
        losses.append(loss.item())
    with torch.no_grad():
        decoded = coding.decode(raw).reshape(-1, 5)
    return Settled(truth, decoded, losses[0], losses[-1], losses[STEPS * 3 // 4])
