"""Where in the raw output a face is written, and where a network is moved by the same part of the picture.

Eight faces at places that the square's symmetries turn into one another. If what the loss asks for at a place
is moved by pixels at the mirrored or transposed place instead, network and targets differ by that symmetry;
a network may then learn to turn the picture around, at a price, and no round trip through the targets shows
it."""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from facewright.doctor.targets.settle import Losing, boxes_of, gradient

SPOT = (0.2, 0.4)
"""shares of width and height: its eight images lie apart, and none on an axis"""
SIZES = (0.12, 0.25)
"""of the faces, shares of width and height: whatever level answers for which"""
LEAST = 0.05
"""of the strongest demand, for a raw number to count"""
Place = tuple[float, float]
SYMMETRIES: dict[str, Callable[[float, float], Place]] = {
    "as it is": lambda x, y: (x, y),
    "transposed": lambda x, y: (y, x),
    "mirrored": lambda x, y: (1 - x, y),
    "upside-down": lambda x, y: (x, 1 - y),
    "turned-around": lambda x, y: (1 - x, 1 - y),
    "left-turned": lambda x, y: (y, 1 - x),
    "right-turned": lambda x, y: (1 - y, x),
    "other transposed": lambda x, y: (1 - y, 1 - x),
}


class Agreement(NamedTuple):
    """How alike what the loss asks for and what the network can answer are under each symmetry, -1 .. 1."""

    alike: dict[str, float]

    @property
    def best(self) -> str:
        return max(self.alike, key=lambda name: self.alike[name])


def agreement(coding: Losing, network: Callable[[Tensor], Tensor]) -> Agreement:
    """Mean correlation, over the raw numbers that some place asks for, of how much each place asks for it
    and how much each place moves it."""
    places = [_rounded(turn(*SPOT)) for turn in SYMMETRIES.values()]
    asked, moved = torch.stack([_asked(coding, place) for place in places]), _moved(coding, network, places)
    used = asked.amax(0) > LEAST * asked.max()
    asked, moved = _centred(asked[:, used]), _centred(moved[:, used])
    alike = {}
    for name, turn in SYMMETRIES.items():
        there = [places.index(_rounded(turn(*place))) for place in places]
        alike[name] = float((asked * moved[there]).sum(0).mean())
    return Agreement(alike)


def _asked(coding: Losing, place: Place) -> Tensor:
    """(D,) how much the gradient of each raw number changes by a face there."""
    gradients: list[Tensor] = []
    for shares in (torch.zeros(0, 4), *(torch.tensor([[*place, size, size]]) for size in SIZES)):
        raw = torch.zeros(1, *coding.raw_shape, requires_grad=True)
        loss = coding.total(raw, coding.encode(boxes_of(coding, shares)))
        gradients.append(gradient(loss, raw))
    none, *faces = gradients
    changes = [(face - none).abs().flatten() for face in faces]
    return sum((change / change.norm().clamp(min=1e-12) for change in changes), torch.zeros_like(changes[0]))


@torch.no_grad()
def _moved(coding: Losing, network: Callable[[Tensor], Tensor], places: list[Place]) -> Tensor:
    """(K, D) how much each raw number changes by noise at each place of a grey picture."""
    random = torch.Generator().manual_seed(0)
    height, width = round(coding.height * SIZES[1]), round(coding.width * SIZES[1])
    noise = torch.rand(1, 3, height, width, generator=random) * 255
    grey = torch.full((1, 3, coding.height, coding.width), 110.0)
    before = network(grey)
    changes = []
    for x, y in places:
        picture = grey.clone()
        left, top = round(x * coding.width - width / 2), round(y * coding.height - height / 2)
        picture[:, :, top : top + height, left : left + width] = noise
        changes.append((network(picture) - before).abs().flatten())
    return torch.stack(changes)


def _centred(columns: Tensor) -> Tensor:
    """(K, D) what tells the places apart in each column, of length one; where nothing does, zero."""
    apart = columns - columns.mean(0)
    return apart / apart.norm(dim=0).clamp(min=1e-12)


def _rounded(place: Place) -> Place:
    return round(place[0], 6), round(place[1], 6)
