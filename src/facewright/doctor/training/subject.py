"""`Training` and `Run`: how a network is trained, and what a training left behind, as their checks ask it."""

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn
from torch.optim import Optimizer

from facewright.core.errors import UsageError
from facewright.core.suggest import nearest
from facewright.doctor.subject import Subject

BEGUN = 6
"""rows of a curve from which on a training is more than just begun"""


def as_it_is(network: nn.Module, stage: int) -> None:
    """Nothing is frozen or freed."""
    network.train()


@dataclass(frozen=True, eq=False)
class Training(Subject):
    """A training loop in its parts. A batch is anything that holds tensors: tuple, named tuple, list, dict.
    What the network is given of it is told by `inputs`, else by shapes: its largest tensor that can be
    pictures, a row an example.

    Batches should be small (two to four examples): a few are trained on.
    """

    network: Callable[[], nn.Module] | None = None
    """a fresh one"""
    batches: Callable[[int], Iterable[Any]] | None = None
    """the training batches of epoch (or round) 0, 1, ..., augmented as in training"""
    loss: Callable[[nn.Module, Any], Mapping[str, Tensor] | Tensor] | None = None
    """of a network and a batch: the loss that is minimised, or its terms, named, as they are summed"""
    optimiser: Callable[[nn.Module], Optimizer] | None = None
    step: Callable[[nn.Module, Optimizer, Any], object] | None = None
    """one whole step of training; None: gradients zeroed, `loss`, backward, `optimiser.step()`"""
    stages: int = 1
    prepare: Callable[[nn.Module, int], object] = as_it_is
    """puts the network into the state of stage 0, 1, ...: training mode, what is frozen, what is freed"""
    validation: Callable[[], Iterable[Any]] | None = None
    """the validation batches; anew each time it is called"""
    sources: Callable[[Any], Sequence[Hashable]] | None = None
    """of a batch: which sample (number, file) each of its examples was made of"""
    inputs: Callable[[Any], Tensor] | None = None
    """of a batch: what the network is given, (B, ...)"""
    classes: Callable[[Any], Sequence[Hashable]] | None = None
    """of a batch: the class of each of its examples"""
    augmented: bool | None = None
    """what is stated: an example looks different each time. None: nothing is stated"""
    rate: Callable[[int], float] | None = None
    """the learning rate of optimiser step 0, 1, ..., as the optimiser really gets it"""
    steps: int | None = None
    """of the whole training"""
    warmup: int = 0
    """first steps, whose rate need not reach `lowest`"""
    lowest: float | None = None
    """the lowest rate that is stated"""
    highest: float | None = None
    """the highest rate that is stated"""
    cycle: int | None = None
    """steps from one foot of a cyclical rate to the next, as stated"""
    stop: Callable[[Sequence[float]], bool] | None = None
    """early stop: the validation losses so far, one a look, the last one now (lower is better) -> stop?"""
    range_test: Sequence[tuple[float, float]] | None = None
    """(rate, smoothed loss) of a range test, rates rising"""


@dataclass(frozen=True, eq=False)
class Run(Subject):
    """What a training wrote down."""

    curve: Sequence[Mapping[str, float]] | None = None
    """one row a logged moment, with `step`, and the figures known then; absent where unknown"""
    training_loss: str = "train/loss"
    """name of the curve's training loss"""
    figure: str | None = None
    """name of the curve's validation figure that chooses the weights"""
    higher_is_better: bool = True
    """of `figure`"""
    waiting: float | None = None
    """share of the training time in which the network waited for data, 0 .. 1"""
    device: str | None = None
    """what it was trained on: cpu, cuda or mps"""
    available: Collection[str] | None = None
    """devices that the machine has"""
    checkpoints: Sequence[str] | None = None
    """names of the files with weights that it left; empty: none"""

    def __post_init__(self) -> None:
        """Raises UsageError for a curve without steps, or without the figures that are named."""
        if not self.curve:
            return
        known = sorted({name for row in self.curve for name in row})
        if any("step" not in row for row in self.curve):
            raise UsageError(f"{self.name}: every row of the curve needs `step`; it has {', '.join(known)}")
        # A training that was just begun may not have told its loss yet.
        wanted = [self.figure] if len(self.curve) < BEGUN else [self.figure, self.training_loss]
        for name in wanted:
            if name is not None and name not in known:
                raise UsageError(f"{self.name}: no row of the curve has {name}{nearest(name, known)}")
