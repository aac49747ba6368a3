"""How often face-or-not is right: over faces and faceless windows alike, in colour and in grey."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from facewright.core.boxes import Floats
from facewright.metrics.roc import Roc, roc
from facewright.transforms import crops
from facewright.transforms.place import Pixels

FIGURES = ("accuracy", "colour", "grey", "auc")
THRESHOLD = 0.5
"""from this probability on a window is said to show a face"""


def figures_of(labels: ArrayLike, colour: ArrayLike, grey: ArrayLike) -> dict[str, float]:
    """FIGURES of the same windows, seen in colour and seen in grey: labels and probabilities (N,).

    accuracy is the mean of `colour` and `grey`, auc that of all 2 N. Raises ValueError where there are faces
    alone, or none.
    """
    curves = [roc(labels, found) for found in (colour, grey)]
    everything = roc(np.tile(labels, 2), np.concatenate([colour, grey]))
    shares = [balanced_accuracy(curve) for curve in curves]
    return dict(zip(FIGURES, [sum(shares) / 2, *shares, everything.auc], strict=True))


def balanced_accuracy(curve: Roc) -> float:
    """Mean of the share of faces and of the share of faceless windows told right, at `THRESHOLD`.

    Both count the same, however many there are of each.
    """
    _, tpr, fpr = curve.at_threshold(THRESHOLD)
    return (tpr + 1 - fpr) / 2


class Judged(NamedTuple):
    """Windows of one kind from one set."""

    name: str
    face: bool
    windows: Pixels
    """(N, side, side, 3)"""


class Share(NamedTuple):
    """How many of one set's windows of one kind are told right."""

    name: str
    face: bool
    windows: int
    colour: float
    grey: float


@dataclass(frozen=True, eq=False, slots=True)
class Classification:
    """A judgement: the same windows in colour and in grey."""

    sets: tuple[Share, ...]
    colour: Roc
    grey: Roc
    probabilities: tuple[Floats, Floats]
    """in colour and in grey, of all windows in the order of the sets"""

    @property
    def labels(self) -> NDArray[np.bool_]:
        """Of the probabilities: True for a face."""
        return np.repeat([part.face for part in self.sets], [part.windows for part in self.sets])

    @property
    def accuracy(self) -> float:
        """Mean of both balanced accuracies."""
        return (balanced_accuracy(self.colour) + balanced_accuracy(self.grey)) / 2

    def to_dict(self) -> dict[str, object]:
        """Plain numbers."""
        return {
            "accuracy": self.accuracy,
            **{
                name: {"accuracy": balanced_accuracy(curve), **curve.to_dict()}
                for name, curve in (("colour", self.colour), ("grey", self.grey))
            },
            "sets": [share._asdict() for share in self.sets],
        }


def judge(parts: Sequence[Judged], predict: Callable[[Pixels], Floats]) -> Classification:
    """Ask `predict`, crops (N, S, S, 3) -> probabilities (N,), for all windows in colour and in grey.

    Raises ValueError where there are faces alone, or none.
    """
    asked = [[predict(change(part.windows)) for part in parts] for change in (np.asarray, crops.grey)]
    colour, grey = (np.concatenate(found) for found in asked)
    shares = [
        Share(
            part.name,
            part.face,
            len(part.windows),
            *(float(np.mean((p >= THRESHOLD) == part.face)) for p in both),
        )
        for part, *both in zip(parts, *asked, strict=True)
    ]
    labels = np.concatenate([np.full(len(part.windows), part.face) for part in parts])
    return Classification(tuple(shares), roc(labels, colour), roc(labels, grey), (colour, grey))
