"""What stands on a network of fixed input and a fixed number of places: its targets, its loss, its decoding.

Grid cells, default boxes and anchors differ only in this, so that one training file serves them all.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from torch import Tensor, nn

TERMS = ("coordinates", "confidence", "no_object")
"""of every head's loss: boxes of faces, confidence where there is a face, confidence where there is none"""


@dataclass(frozen=True, eq=False)
class Targets:
    """What a batch's network should say. Heads add the tensors that their loss needs."""

    faces: int
    """in the batch"""
    lost: int
    """of these, how many no place is left for, another face being there already"""


T = TypeVar("T", bound=Targets)


class Head(ABC, Generic[T]):
    """How faces are written into, and read from, the raw output of a network with a square input."""

    side: int
    """of the network's input, pixels"""
    decode: nn.Module
    """raw output -> (B, P, 5): x0, y0, x1, y1 in pixels of the input, score 0 .. 1. torch.fx can trace it: it
    goes into the exported file as it is. Its constants are buffers, so that it can be moved to a device."""

    @abstractmethod
    def targets(self, boxes: Sequence[Tensor], ignore: Sequence[Tensor]) -> T:
        """Of B pictures: the faces of each (N, 4), x0, y0, x1, y1 in pixels of the input, and its regions in
        which nothing is known (M, 4)."""

    @abstractmethod
    def loss(self, raw: Tensor, targets: T) -> dict[str, Tensor]:
        """The terms named by `TERMS`, scalars, not weighted."""
