"""How good yes-or-no answers about faces are: one attribute at a time, and the mean over them."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from facewright.core.attributes import HAIR, S1, hair_of
from facewright.metrics.reliability import calibration_error

Doubles = NDArray[np.float64]
BINS = 15
"""of equal width, for the calibration error"""


@dataclass(frozen=True, slots=True)
class AttributeResult:
    """The figures of one attribute, shares 0 to 1; NaN where nothing defines them."""

    pictures: int
    """of which it is known"""
    positives: int
    said: int
    """yes answers: probabilities of one half and more"""
    prevalence: float
    accuracy: float
    precision: float
    """0 when no yes was said though there are some"""
    recall: float
    f1: float
    balanced_accuracy: float
    """mean of the recall of yes and that of no"""
    ap: float
    """average precision: the area under precision over recall, in steps"""
    ece: float
    """expected calibration error: mean distance of what is said and what is true, in bins of probability"""
    majority: float
    """accuracy of always giving the commoner answer"""


FIGURES = tuple(f.name for f in fields(AttributeResult))[3:]
"""those of which a mean over attributes makes sense"""


class HairResult(NamedTuple):
    """Hair as one answer, on the pictures whose labels name exactly one of HAIR."""

    pictures: int
    right: float
    """share of them of which that one is told"""
    untold: float
    """share of them of which none is told"""


@dataclass(frozen=True, slots=True)
class AttributesEvaluation:
    """Every figure of one model on one set."""

    pictures: int
    attributes: dict[str, AttributeResult]
    hair: HairResult | None = None
    """None where the model knows no two of HAIR, or no picture has exactly one"""

    def means(self, names: Iterable[str] | None = None) -> dict[str, float]:
        """Mean of each of FIGURES over `names` (default: all), over those for which it is defined."""
        chosen = [self.attributes[name] for name in (self.attributes if names is None else names)]
        return {figure: _mean([getattr(result, figure) for result in chosen]) for figure in FIGURES}

    @property
    def s1(self) -> dict[str, float] | None:
        """The means over the 15 attributes of S1; None unless all of them are there."""
        return self.means(S1) if set(S1) <= set(self.attributes) else None

    def to_dict(self) -> dict[str, Any]:
        """Plain numbers for JSON, unrounded, NaN as None."""
        parts = {"mean": self.means()} | ({} if self.s1 is None else {"mean_s1": self.s1})
        each = {name: asdict(result) for name, result in self.attributes.items()}
        return {
            "pictures": self.pictures,
            **{name: _plain(part) for name, part in parts.items()},
            "hair": None if self.hair is None else self.hair._asdict(),
            "attributes": {name: _plain(result) for name, result in each.items()},
        }


def evaluate_attributes(
    probabilities: NDArray[np.floating], labels: NDArray[np.int8], names: Sequence[str]
) -> AttributesEvaluation:
    """Judge probabilities (N, A) by labels (N, A): 1 yes, 0 no, -1 unknown, which is left out.

    Raises ValueError when the shapes do not fit.
    """
    if probabilities.shape != labels.shape or labels.shape[1:] != (len(names),):
        raise ValueError(f"{probabilities.shape} probabilities, {labels.shape} labels, {len(names)} names")
    results = {}
    for i, name in enumerate(names):
        known = labels[:, i] >= 0
        results[name] = evaluate_one(probabilities[known, i].astype(np.float64), labels[known, i] == 1)
    return AttributesEvaluation(len(labels), results, evaluate_hair(probabilities, labels, names))


def evaluate_hair(
    probabilities: NDArray[np.floating], labels: NDArray[np.int8], names: Sequence[str]
) -> HairResult | None:
    """How often the one hair answer is right; arguments as for `evaluate_attributes`."""
    columns = [i for i, name in enumerate(names) if name in HAIR]
    chosen = np.flatnonzero((labels[:, columns] == 1).sum(1) == 1)
    if len(columns) < 2 or not len(chosen):
        return None
    said = [hair_of({names[i]: float(probabilities[row, i]) for i in columns}) for row in chosen]
    true = [names[columns[int((labels[row, columns] == 1).argmax())]] for row in chosen]
    right = sum(a == b for a, b in zip(said, true, strict=True))
    return HairResult(len(chosen), right / len(chosen), said.count(None) / len(chosen))


def evaluate_one(probabilities: Doubles, yes: NDArray[np.bool_]) -> AttributeResult:
    """The figures of one attribute: probabilities (N,) and what is true (N,)."""
    said = probabilities >= 0.5
    count, positives = len(yes), int(yes.sum())
    hits, alarms = int((said & yes).sum()), int((said & ~yes).sum())
    recall = _ratio(hits, positives)
    specificity = _ratio(count - positives - alarms, count - positives)
    prevalence = _ratio(positives, count)
    return AttributeResult(
        pictures=count,
        positives=positives,
        said=hits + alarms,
        prevalence=prevalence,
        accuracy=_ratio(int((said == yes).sum()), count),
        precision=_ratio(hits, hits + alarms) if hits + alarms or not positives else 0.0,
        recall=recall,
        f1=_ratio(2 * hits, positives + hits + alarms),
        balanced_accuracy=(recall + specificity) / 2,
        ap=average_precision(probabilities, yes),
        ece=calibration_error(probabilities, yes, BINS),
        majority=max(prevalence, 1 - prevalence),
    )


def average_precision(scores: Doubles, yes: NDArray[np.bool_]) -> float:
    """Sum over distinct scores of precision times the recall gained there; NaN without a yes."""
    if not yes.any():
        return math.nan
    order = np.argsort(-scores, kind="stable")
    ends = np.flatnonzero(np.append(np.diff(scores[order]) != 0, True))  # no threshold divides equal scores
    hits = np.cumsum(yes[order])[ends]
    recall = hits / hits[-1]
    return float(np.sum(np.diff(recall, prepend=0.0) * hits / (ends + 1)))


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else math.nan


def _mean(values: Sequence[float]) -> float:
    defined = [value for value in values if not math.isnan(value)]
    return sum(defined) / len(defined) if defined else math.nan


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {k: None if isinstance(v, float) and math.isnan(v) else v for k, v in values.items()}
