"""What one task adds to training. Steps, optimiser, checkpoints and the run folder are the same for all."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.utils.data import DataLoader

from facewright.core.faces import Faces
from facewright.datasets.sample import Dataset
from facewright.inference.card import Card, ScoreCalibration
from facewright.training.recipe import Recipe
from facewright.training.share import ALONE, Share
from facewright.training.weights import load_weights

if TYPE_CHECKING:
    from facewright.training.teacher import Teacher

R = TypeVar("R", bound=Recipe, covariant=True)


class System(ABC, Generic[R]):
    """A network, its batches, its loss, and how good it is.

    A batch is a NamedTuple whose first field holds the inputs, (B, ...).
    """

    terms: Sequence[str]
    """names of the loss's terms; `recipe.loss` has a weight for each"""
    teachers: Sequence["Teacher"] = ()
    """what is learnt from beside the labels; there once what is trained on is open"""
    needs_weights: bool = False
    """whether training makes no sense without weights that a user gives (`take`)"""

    def __init__(self, recipe: R) -> None:
        self.recipe = recipe
        self.sets: list[Dataset] = []
        """trained on; filled by `open`"""
        self.validation_sets: list[Dataset] = []

    @property
    @abstractmethod
    def figures(self) -> Sequence[str]:
        """Names of what `validate` gives, known once the sets are open.

        The first one chooses the best weights: higher is better.
        """

    @property
    def judge_figures(self) -> Sequence[str]:
        """Names of what `judge` gives, known once the validation sets are open."""
        return self.figures

    @abstractmethod
    def network(self) -> nn.Module:
        """A fresh one."""

    def begin(self, network: nn.Module) -> None:
        """Give a fresh network what its training begins with, such as weights trained elsewhere."""

    def take(self, network: nn.Module, weights: dict[str, Tensor]) -> None:
        """Put the weights that a user gives to begin with into a network. Raises UsageError."""
        load_weights(network, weights)

    def open(self, cache: Path, *, offset: int = 0, limit: int | None = None) -> None:
        """Open all sets, `limit` pictures of each training set from number `offset` on. Raises DataError."""
        self.open_training(cache, offset=offset, limit=limit)
        self.open_validation(cache)

    @abstractmethod
    def open_training(self, cache: Path, *, offset: int = 0, limit: int | None = None) -> None:
        """Open what is trained on: see `open`."""

    @abstractmethod
    def open_validation(self, cache: Path) -> None:
        """Open what `validate` and `judge` look at; they need nothing else. Raises DataError."""

    @abstractmethod
    def loader(self, round_: int, share: Share = ALONE) -> DataLoader[Any]:
        """This process's part of the batches of one round (see `training.data.round_loader`)."""

    @abstractmethod
    def loss(self, network: nn.Module, batch: Any) -> dict[str, Tensor]:
        """The terms, not yet weighted: scalars."""

    @abstractmethod
    def validate(self, network: nn.Module) -> dict[str, float]:
        """The `figures` of a network in evaluation mode on the validation sets."""

    def judge(self, network: nn.Module) -> dict[str, float]:
        """The figures of a finished network named in `judge_figures`, for studies."""
        return self.validate(network)

    @abstractmethod
    def sheet(self, batch: Any) -> NDArray[np.uint8] | None:
        """What the network sees, labels drawn in, for people; None where a batch is no pictures."""

    def card(self) -> dict[str, Any]:
        """What a model file's card says of the task: `task`, `classes`, `side`, `framing`, `inputs` ..."""
        return {"task": self.recipe.task}

    def calibrate(self, network: nn.Module, cache: Path) -> dict[str, Any]:
        """For the card: what makes probabilities of scores, and on which pictures that was fitted."""
        return {}

    def decode(self, card: Card) -> nn.Module:
        """What in a model file makes the answer of the network's raw numbers; torch.fx can trace it."""
        return nn.Identity()


class FindingSystem(System[R]):
    """A system that finds faces in pictures."""

    def __init__(self, recipe: R) -> None:
        super().__init__(recipe)
        self.faceless_sets: list[Dataset] = []
        """judged, too, or what the threshold is chosen by; filled by `open`, where the recipe names some"""

    def calibrate_scores(self, network: nn.Module, cache: Path) -> ScoreCalibration | None:
        """For the card: what makes a score the share of detections that are right; None where nothing does.

        Looks at the recipe's validation sets. Raises DataError where they do not say.
        """
        return None

    def as_in_file(self, network: nn.Module, card: Card) -> nn.Module:
        """The network as a model file with this card holds it, the calibration of scores worked in."""
        return network

    @abstractmethod
    def find(
        self,
        network: nn.Module,
        picture: NDArray[np.uint8],
        score_threshold: float,
        iou_threshold: float = 0.45,
        max_faces: int = 1000,
    ) -> Faces:
        """Faces of a uint8 RGB picture (H, W, 3), best first, in its pixels: what the file shall find."""
