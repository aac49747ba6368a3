"""`Network`: a network with one batch, as its checks ask it. Any `torch.nn.Module` will do."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from torch import Tensor, nn

from facewright.core.errors import UsageError
from facewright.doctor.subject import Subject

Output = Literal["box", "map", "class", "values"]
"""box: where one face is. map: where faces are, at places that lie in the picture as the face does (cells,
anchors, points). class: what a picture is (face or not, attributes). values: anything else."""


Loss = Callable[[Any], Mapping[str, Tensor] | Tensor]
"""of what a network gave: the loss that is minimised, or its terms, named, as they are summed"""


@dataclass(frozen=True, eq=False)
class Network(Subject):
    """A network and what it is fed. It is examined in copies: its weights, mode and gradients stay.

    Best on the CPU: the loss is asked about NaN, at which some losses of PyTorch end a GPU's whole process.
    """

    network: nn.Module
    """takes `inputs`; gives a tensor, or a tuple, list or dict of tensors, (B, ...)"""
    inputs: Tensor
    """float (B, ...), at least two examples, best two to four, as the network is given them in training; for
    pictures (B, channels, H, W)"""
    output: Output
    trained: bool = False
    """its weights are those of a training, not fresh ones"""
    loss: Loss | None = None
    """takes what the network gave for `inputs`, whose truth it knows:
    `lambda output: cross_entropy(output, labels)`"""
    faces: Sequence[tuple[float, float]] | None = None
    """width and height of typical faces, pixels of `inputs`; of one it should find"""
    deployed: nn.Module | None = None
    """the same network as it is used after training (another class, another framework's settings), weights
    loaded; takes `inputs` too"""

    def __post_init__(self) -> None:
        if len(self.inputs) < 2:  # batch norm learns nothing of one, and answers cannot be compared
            raise UsageError(
                f"{self.name}: a batch of at least two examples is needed, not {len(self.inputs)}"
            )
