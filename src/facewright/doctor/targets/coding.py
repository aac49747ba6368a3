"""`Coding`, how boxes become what a loss compares and back, and `Mirror`, a flip that augments."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from facewright.core.errors import UsageError
from facewright.doctor.network.probe import terms, total
from facewright.doctor.subject import Subject
from facewright.doctor.targets.diagnose import Reading, read_back
from facewright.doctor.targets.settle import Settled, settle_all
from facewright.doctor.targets.where import Agreement, agreement


@dataclass(frozen=True, eq=False)
class Coding(Subject):
    """Targets, loss and decoding of one picture, as they are used in training; a batch of one throughout.

    "Raw" is what the network gives, as the loss takes it. It is tried with any numbers: where the network
    ends with a sigmoid, let raw be what goes into it, and `loss` and `decode` apply it. Its layout is of no
    interest here: all is seen from what `loss` and `decode` do with it.
    """

    width: int
    """of the network's input, pixels"""
    height: int
    raw_shape: tuple[int, ...]
    """of the raw output of one picture, without the batch"""
    encode: Callable[[Tensor], Any]
    """float32 boxes (N, 4), x0, y0, x1, y1 in pixels of the input, N >= 0 -> targets: what `loss` takes"""
    loss: Callable[[Tensor, Any], Mapping[str, Tensor] | Tensor]
    """raw (1, *raw_shape), targets -> scalar, or named scalars that are added, weighted as in training;
    with a gradient"""
    decode: Callable[[Tensor], Tensor]
    """raw (1, *raw_shape) -> (P, 5) or (1, P, 5): x0, y0, x1, y1 in pixels of the input, score 0 .. 1; all
    places, before any threshold or suppression. It needs no gradient, and may be NumPy's"""
    most_faces: int | None = None
    """that a picture may hold: 1 for a localiser; None for any number"""
    network: Callable[[Tensor], Tensor] | None = None
    """(B, 3, height, width) float RGB 0 .. 255 -> raw (B, *raw_shape), in evaluation mode; trained or not"""
    weights: Mapping[str, float] | None = None
    """stated weight of each term"""
    weighted: Callable[[Tensor, Any, Mapping[str, float]], Tensor] | None = None
    """raw, targets, weights as in `weights` -> the whole loss, a scalar"""
    examples: Sequence[Tensor] | None = None
    """boxes (N, 4) of some hundred real pictures, in pixels of the input: how many of them get lost?"""

    def total(self, raw: Tensor, targets: Any) -> Tensor:
        """The loss as one scalar. Raises UsageError as `terms`."""
        return total(self.loss(raw, targets))

    def terms(self, raw: Tensor, targets: Any) -> dict[str, Tensor]:
        """The loss by its terms, scalars. Raises UsageError where one is something else."""
        return terms(self.loss(raw, targets))

    def places(self, raw: Tensor) -> Tensor:
        """(P, 5) what is read of raw (1, *raw_shape), without a gradient, whatever array the decoder gives.

        Raises UsageError where that has another shape, or as many rows as raw makes it.
        """
        read = self._read(raw)
        if len(read) != self._count:
            raise UsageError(
                f"{self.name}: decode gives {self._count} places of one raw output and {len(read)} of "
                f"another: let it give all, before any threshold or suppression"
            )
        return read

    @cached_property
    def _count(self) -> int:
        return len(self._read(torch.zeros(1, *self.raw_shape)))

    @torch.no_grad()
    def _read(self, raw: Tensor) -> Tensor:
        read = torch.as_tensor(self.decode(raw.detach())).float()
        if read.shape[-1:] != (5,) or read.shape[:-2] not in ((), (1,)):
            raise UsageError(f"{self.name}: decode gives shape {tuple(read.shape)}, not (P, 5)")
        return read.reshape(-1, 5)

    @cached_property
    def settled(self) -> list[Settled]:
        """What the loss is content with, of several pictures: made once, several checks read it."""
        return settle_all(self)

    @cached_property
    def reading(self) -> Reading:
        """How what is read back of `settled` differs from the truth."""
        return read_back(self.settled, self.width, self.height)

    @cached_property
    def agreement(self) -> Agreement | None:
        """Whether targets and network mean the same places; None without a network."""
        return None if self.network is None else agreement(self, self.network)


Flipped = tuple[NDArray[np.uint8], NDArray[np.float32], NDArray[np.float32]]


@dataclass(frozen=True, eq=False)
class Mirror(Subject):
    """The horizontal flip of an augmentation, as it is applied to a picture and its labels."""

    flip: Callable[[NDArray[np.uint8], NDArray[np.float32], NDArray[np.float32]], Flipped]
    """RGB (H, W, 3), boxes (N, 4), landmarks (N, 5, 2) in pixels -> the same, flipped. Landmarks in the order
    of `core.faces.LANDMARKS`: left and right as the viewer sees them"""
