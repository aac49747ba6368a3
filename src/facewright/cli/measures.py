"""What a model file is measured by for its card, in `export` and `quantise`: its task's main figures."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from facewright.cli.judge_attributes import ask
from facewright.cli.judge_classification import WINDOWS, windows_of_data
from facewright.cli.judging import find_all
from facewright.cli.say import complain
from facewright.core.counted import counted
from facewright.core.errors import DataError
from facewright.core.faces import Faces
from facewright.datasets.open import open_dataset
from facewright.datasets.points import Points, open_points
from facewright.datasets.sample import Dataset, Problem, Sample
from facewright.inference.attributes import Attributes
from facewright.inference.card import Card
from facewright.inference.classifier import FaceClassifier
from facewright.inference.detections import FINDING
from facewright.inference.detector import Detector
from facewright.inference.regressor import Regressor
from facewright.inference.session import Session
from facewright.metrics import classification
from facewright.metrics.attributes import evaluate_attributes
from facewright.metrics.evaluation import evaluate, lowest_score
from facewright.metrics.regression import regression_figures
from facewright.reports.text import share
from facewright.transforms.crops import CropStyle


class Measured(NamedTuple):
    """What came of one file on some data."""

    name: str
    """of the data"""
    figures: dict[str, Any]
    """for the card"""
    line: str
    """for people"""


Measure = Callable[[Path], Measured]
"""of a model's file"""


def measures_of(card: Card, data: Sequence[str]) -> list[Measure]:
    """What measures files of this card's task on `data`, opened now: mistakes are to be told before the work.

    A classifier is measured on all of it together. Raises UsageError, DataError.
    """
    if card.task == "regression":
        return [partial(_on_points, open_points(name, inputs=card.inputs)) for name in data]
    sets = [open_filled(name) for name in data]
    if card.task == "classification":
        return [partial(_on_windows, data)] if data else []
    return [partial(_on_pictures if card.task in FINDING else _on_crops, found) for found in sets]


def _on_pictures(data: Dataset, path: Path) -> Measured:
    card = Session(path).card
    samples, faces = find_in(path, [data], card)
    found = evaluate(samples, faces, threshold=card.score_threshold)
    figures: dict[str, Any] = {"pictures": found.pictures, "faces": found.faces}
    figures |= _rounded({"ap50": found.ap50, "ap": found.ap}) | {"size": card.size}
    line = f"AP@.5 {share(found.ap50)} on {data.name} ({counted(found.pictures, 'picture')})"
    return Measured(data.name, figures, line)


def _on_crops(data: Dataset, path: Path) -> Measured:
    describer = Attributes(path, every=True)
    answers = ask(describer, data)
    complain_of_left_out(answers.unread)
    found = evaluate_attributes(answers.probabilities, answers.labels, describer.names)
    means = found.means()
    said = f"accuracy {share(means['accuracy'])}, AP {share(means['ap'])}"
    figures = {"pictures": found.pictures} | _rounded(means)
    return Measured(data.name, figures, f"{said} on {data.name} ({counted(found.pictures, 'picture')})")


def _on_windows(data: Sequence[str], path: Path) -> Measured:
    classifier = FaceClassifier(path)
    parts, _, unread = windows_of_data(data, CropStyle(side=classifier.side), WINDOWS)
    complain_of_left_out(unread)
    found = classification.judge(parts, classifier)
    shares = classification.figures_of(found.labels, *found.probabilities)
    name, windows = " ".join(data), len(found.labels)
    said = f"accuracy {share(shares['accuracy'])}, AUC {share(shares['auc'])}"
    figures = {"windows": windows} | _rounded(shares)
    return Measured(name, figures, f"{said} on {name} ({counted(windows, 'window')})")


def _on_points(points: Points, path: Path) -> Measured:
    found = regression_figures(Regressor(path)(points.inputs), points.target)
    line = f"RMSE {found.rmse:.6g} on {points.name} ({counted(found.points, 'point')})"
    return Measured(points.name, found.to_dict(), line)


def _rounded(figures: Mapping[str, float]) -> dict[str, float | None]:
    """To four decimals; None for NaN, which JSON does not have."""
    return {name: None if value != value else round(value, 4) for name, value in figures.items()}


def find_in(path: Path, sets: Sequence[Dataset], card: Card) -> tuple[list[Sample], list[Faces]]:
    """The samples of all sets that can be read (without their pictures), and what the model finds in each."""
    detector = Detector(path, min_score=lowest_score(card), size=card.size)
    found = find_all(detector, chain.from_iterable(sets), sum(map(len, sets)))
    complain_of_left_out(found.unread)
    return found.samples, found.faces


def open_filled(data: str) -> Dataset:
    """Raises DataError where it holds nothing."""
    dataset = open_dataset(data)
    if not len(dataset):
        raise DataError(f"{data}: holds no pictures; check the path")
    return dataset


def complain_of_left_out(unread: Sequence[Problem]) -> None:
    """Each picture that could not be read."""
    for problem in unread:
        complain(f"left out: {problem}")
