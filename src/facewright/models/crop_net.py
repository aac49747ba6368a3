"""Our network for square crops: attributes of a face, or whether there is one. Three sizes.

picture -> conv /2 -> [max-pool, conv, residual block] at /4, /8, /16 -> mean over the map -> dropout, linear

There can be a mean of each of several places instead: the last layer then knows where on the face a feature
is: a beard is below, hair above. Crops must then have the side that the network was made for. Places overlap
where they do not divide the map: 2 x 2 of a map of 5 x 5 are 3 x 3 each.

Plain 3x3 convolutions: measured at 80 pixels, ONNX Runtime does as many multiplications a millisecond in them
as in separable units, and training on a CPU in bfloat16 three times as many: depthwise ones wait for memory.
"""

import math
from itertools import pairwise
from typing import NamedTuple

from torch import Tensor, nn
from torch.nn import functional

from facewright.models.blocks import ResidualBlock, begin_for_relu, conv_block

MEAN, SCALE = 127.5, 1 / 64.0
"""pixels 0 .. 255 become about -2 .. 2; part of the network, so that no user has to know"""
STRIDE = 16
"""pixels of a crop from one place of the last map to the next"""


class Size(NamedTuple):
    """Channels at /2, /4, /8, /16; share of the last features dropped while training."""

    widths: tuple[int, int, int, int]
    dropout: float


SIZES = {
    "nano": Size((16, 32, 56, 88), 0.1),
    "small": Size((24, 48, 96, 160), 0.2),
    "large": Size((32, 72, 160, 288), 0.3),  # teaches the others
}


class CropNet(nn.Module):
    """(B, 3, S, S) float RGB 0 .. 255, S of 16 or more -> (B, outputs) logits.

    places: so many a side of the last map are told apart; from 2 on S must be `side`, at least 16 a place.
    """

    def __init__(self, outputs: int, size: str = "nano", *, places: int = 1, side: int = 0) -> None:
        super().__init__()
        if places > 1 and side < STRIDE * places:
            raise ValueError(f"crops of {side} pixels have no {places} x {places} places")
        widths, dropout = SIZES[size]
        self.places = places
        self.stem = conv_block(3, widths[0], stride=2)
        self.stages = nn.ModuleList(
            nn.Sequential(conv_block(before, after), ResidualBlock(after))
            for before, after in pairwise(widths)
        )
        self.pool = nn.AdaptiveAvgPool2d(1) if places == 1 else _means(side // STRIDE, places)
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(widths[-1] * places**2, outputs)
        self._initialise()

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem((x - MEAN) * SCALE)
        for stage in self.stages:
            x = stage(functional.max_pool2d(x, 2))
        return self.head(self.dropout(self.pool(x).flatten(1)))

    def _initialise(self) -> None:
        begin_for_relu(self)
        nn.init.normal_(self.head.weight, std=0.01)
        nn.init.zeros_(self.head.bias)


def with_places(weights: dict[str, Tensor], network: CropNet) -> dict[str, Tensor]:
    """Arrays of a network of another number of places, 1 where it takes the mean over the map, for `network`.

    It says the same as one that took the mean, and nearly the same as others: a place's say is shared out
    among those that lie there now. Weights of another network are returned as they are.
    """
    head, channels = weights.get("head.weight"), network.head.in_features // network.places**2
    before = 0 if head is None else math.isqrt(head.shape[1] // channels)
    if head is None or head.shape[1] != channels * before**2:
        return weights
    by_place = head.unflatten(1, (channels, before, before))
    size = (network.places, network.places)
    resized = functional.interpolate(by_place, size, mode="bilinear", antialias=True)
    return weights | {"head.weight": resized.flatten(1) * (before / network.places) ** 2}


def _means(cells: int, places: int) -> nn.Module:
    """Means over `places` x `places` equal squares of a map of `cells` x `cells`, which cover it.

    `AdaptiveAvgPool2d` takes squares of several sizes and has no ONNX where they do not divide the map.
    """
    step = cells // places
    return nn.AvgPool2d(cells - (places - 1) * step, step)
