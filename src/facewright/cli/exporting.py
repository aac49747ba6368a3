"""What `facewright export` does with the file: it is judged on data, given its threshold, and made small."""

from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from facewright.cli.judging import find_all
from facewright.cli.say import complain
from facewright.core.errors import DataError
from facewright.core.faces import Faces
from facewright.datasets.open import open_dataset
from facewright.datasets.sample import Dataset, Sample
from facewright.export.onnx_file import update_card
from facewright.export.quantise import quantise
from facewright.export.threshold import MOST_FALSE_ALARMS
from facewright.inference.card import Card, Task
from facewright.inference.detector import Detector
from facewright.metrics.evaluation import EVALUATION_MIN_SCORE
from facewright.metrics.evaluation import evaluate as judge
from facewright.training.recipe import Recipe

CALIBRATION_PICTURES = 64


def export_int8(
    path: Path, small: Path, card: Card, pictures: Sequence[Sample], judged: Sequence[Dataset]
) -> None:
    card = card.model_copy(update={"precision": "int8", "results": {}})
    quantise(path, small, pictures, card)
    print(f"{small}: {small.stat().st_size / 1024:.0f} KiB, int8, calibrated on {len(pictures)} pictures")
    for data in judged:
        before, after = (results(model, data, card) for model in (path, small))
        change = f"{before['ap50']:.3f} -> {after['ap50']:.3f} ({after['ap50'] - before['ap50']:+.3f})"
        print(f"AP@.5 {change} on {data.name} ({after['pictures']} pictures)")
        card.results[data.name] = after
    update_card(small, card)


def results(path: Path, data: Dataset, card: Card) -> dict[str, Any]:
    samples, faces = find_in(path, [data], card.size)
    result = judge(samples, faces, threshold=card.score_threshold)
    return {
        "pictures": result.pictures,
        "faces": result.faces,
        "ap50": round(result.ap50, 4),
        "ap": round(result.ap, 4),
        "size": card.size,
        "by": "facewright export --evaluate",
    }


def find_in(path: Path, sets: Sequence[Dataset], size: int) -> tuple[list[Sample], list[Faces]]:
    """The samples of all sets that can be read (without their pictures), and what the model finds in each."""
    detector = Detector(path, min_score=EVALUATION_MIN_SCORE, size=size)
    found = find_all(detector, chain.from_iterable(sets), sum(map(len, sets)))
    for problem in found.unread:
        complain(f"left out: {problem}")
    return found.samples, found.faces


def validation_sets(recipe: Recipe) -> list[Dataset]:
    """The recipe's validation sets, as many pictures of each as training looks at, and the faceless ones."""
    try:
        names = [*recipe.data.validation, *getattr(recipe.data, "validation_faceless", [])]
        return [open_filled(data).spread(recipe.data.validation_limit) for data in names]
    except DataError as error:
        raise DataError(
            f"{error} (the recipe's validation data; or give --min-score, without --int8)"
        ) from error


def calibration_pictures(recipe: Recipe, data: Sequence[str] | None) -> list[Sample]:
    names = data or list(recipe.data.train)
    each = -(-CALIBRATION_PICTURES // len(names))
    return [sample for name in names for sample in open_filled(name).spread(each)]


def open_filled(data: str) -> Dataset:
    dataset = open_dataset(data)
    if not len(dataset):
        raise DataError(f"{data}: holds no pictures; check the path")
    return dataset


def because(min_score: float | None, task: Task, thinned: Sequence[Dataset]) -> str:
    if min_score is not None:
        return ", as given"
    pictures, names = sum(map(len, thinned)), ", ".join(data.name for data in thinned)
    limit = f"with at most {MOST_FALSE_ALARMS[task]:g} false alarms on a faceless one"
    return f", the best F1 on {pictures} pictures of {names} {limit}"
