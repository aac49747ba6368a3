"""How `facewright evaluate` and training judge what a system is for, as subjects."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from facewright.core.boxes import Floats
from facewright.core.faces import Faces
from facewright.datasets.sample import Sample, no_landmarks
from facewright.doctor.evaluation.kinds import AnswerMetric, Metric
from facewright.metrics.attributes import evaluate_attributes
from facewright.metrics.classification import figures_of
from facewright.metrics.evaluation import evaluate
from facewright.metrics.localisation import judge

BETTER_HIGHER = ("accuracy", "precision", "recall", "f1", "balanced_accuracy", "ap")
"""of the figures of attributes, those whose best is 1"""


def metric_of(name: str, task: str) -> list[Metric | AnswerMetric]:
    """The metric of a recipe's task; none of a regression."""
    match task:
        case "localisation":
            return [Metric(f"{name}: metric", _localisation, most_faces=1)]
        case "detection" | "grid-detection":
            return [Metric(f"{name}: metric", _detection)]
        case "attributes":
            return [AnswerMetric(f"{name}: metric", _attributes)]
        case "classification":
            return [AnswerMetric(f"{name}: metric", _classification, answers=1)]
    return []


def _localisation(found: Sequence[Faces], truths: Sequence[Floats]) -> dict[str, float]:
    result = judge(_samples(truths), found)
    return {"iou": result.iou, "hits": result.hits, "ap50": result.ap50}


def _detection(found: Sequence[Faces], truths: Sequence[Floats]) -> dict[str, float]:
    result = evaluate(_samples(truths), found)
    use = result.in_use
    return {
        "ap50": result.ap50,
        "ap75": result.ap75,
        "ap": result.ap,
        "recall": use.recall,
        "precision": use.precision,
    }


def _attributes(probabilities: Floats, truth: NDArray[np.int8]) -> dict[str, float]:
    names = [str(i) for i in range(truth.shape[1])]
    means = evaluate_attributes(probabilities, truth, names).means()
    return {name: means[name] for name in BETTER_HIGHER}


def _classification(probabilities: Floats, truth: NDArray[np.int8]) -> dict[str, float]:
    return figures_of(truth[:, 0], probabilities[:, 0], probabilities[:, 0])


def _samples(truths: Sequence[Floats]) -> list[Sample]:
    return [Sample(str(i), b"", boxes, no_landmarks(len(boxes))) for i, boxes in enumerate(truths)]
