"""A curve (or surface) through points: dense layers from K columns to one value."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Literal

import torch
from torch import Tensor, nn

Activation = Literal["linear", "tanh", "silu", "bilinear"]
ACTIVATIONS: dict[str, type[nn.Module]] = {"linear": nn.Identity, "tanh": nn.Tanh, "silu": nn.SiLU}
"""linear: none at all; bilinear is a layer of its own"""


class Curve(nn.Module):
    """(B, inputs) points -> (B,) values, both in the units of the table.

    widths and activations: of the hidden layers, one each. residual: a layer as wide as the one before adds
    to it (He et al., "Deep residual learning", 2016), with which an equally long training ends nearer.
    bilinear: two dense layers multiplied (see `BilinearUnit`): n of them in a row can be any polynomial of a
    degree up to 2^n, as far as they are wide enough, which tanh and silu only approach.
    Inside, columns and values have mean 0 and spread 1 once `fit_scale` has seen the training points; a fresh
    network has not, and takes the numbers as they are. The scale travels with the weights.
    """

    centre: Tensor
    """(inputs,): subtracted from the columns"""
    spread: Tensor
    """(inputs,): divides them then"""
    value_centre: Tensor
    """(1,): added to the value"""
    value_spread: Tensor
    """(1,): multiplies it before; also the unit of the loss"""

    def __init__(
        self,
        widths: Sequence[int],
        activations: Sequence[Activation],
        *,
        inputs: int = 2,
        residual: bool = False,
    ) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        unit: Callable[..., nn.Module]
        before = inputs
        for width, activation in zip(widths, activations, strict=True):
            unit = BilinearUnit if activation == "bilinear" else partial(DenseUnit, activation=activation)
            layers.append(unit(before, width, residual=residual and width == before))
            before = width
        self.layers = nn.Sequential(*layers)
        self.value = nn.Linear(before, 1)
        self.register_buffer("centre", torch.zeros(inputs))
        self.register_buffer("spread", torch.ones(inputs))
        self.register_buffer("value_centre", torch.zeros(1))
        self.register_buffer("value_spread", torch.ones(1))

    def fit_scale(self, points: Tensor, values: Tensor) -> None:
        """Take mean and spread of training points (N, inputs) and values (N,); a constant column keeps 1."""
        self.centre.copy_(points.double().mean(dim=0))
        self.spread.copy_(_spread(points))
        self.value_centre.copy_(values.double().mean())
        self.value_spread.copy_(_spread(values[:, None]))

    def forward(self, points: Tensor) -> Tensor:
        values = self.value(self.layers((points - self.centre) / self.spread)).reshape(-1)
        return values * self.value_spread + self.value_centre


def _spread(columns: Tensor) -> Tensor:
    """Standard deviation of each column (N, K) -> (K,)."""
    spread = columns.double().std(dim=0, correction=0)
    return torch.where(spread > 0, spread, 1.0)


class DenseUnit(nn.Module):
    """A dense layer and its activation: (B, inputs) -> (B, outputs); `residual`: plus what came in."""

    def __init__(self, inputs: int, outputs: int, *, activation: str, residual: bool) -> None:
        super().__init__()
        self.dense = nn.Linear(inputs, outputs)
        self.act = ACTIVATIONS[activation]()
        self.residual = residual

    def forward(self, x: Tensor) -> Tensor:
        y = self.act(self.dense(x))
        return x + y if self.residual else y


class BilinearUnit(nn.Module):
    """Two dense layers multiplied: (B, inputs) -> (B, outputs); `residual`: plus what came in.

    A gate without a non-linearity (Shazeer, "GLU variants improve transformer", 2020).
    """

    def __init__(self, inputs: int, outputs: int, *, residual: bool) -> None:
        super().__init__()
        self.dense = nn.Linear(inputs, outputs)
        self.gate = nn.Linear(inputs, outputs)
        self.residual = residual

    def forward(self, x: Tensor) -> Tensor:
        y = self.dense(x) * self.gate(x)
        return x + y if self.residual else y
