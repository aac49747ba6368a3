"""`facewright export RUN`: a training run becomes one model file, checked, measured and described."""

from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import Parameter, validators

from facewright.cli.judging import find_all
from facewright.cli.outputs import Given
from facewright.cli.say import complain
from facewright.core.errors import DataError, UsageError
from facewright.core.faces import Faces
from facewright.datasets.open import open_dataset
from facewright.datasets.sample import Dataset, Sample
from facewright.export.extracted import write_extracted
from facewright.export.onnx_file import export_model, update_card
from facewright.export.quantise import quantise
from facewright.export.run_folder import card_of, read_network, read_run
from facewright.export.threshold import MOST_FALSE_ALARMS, choose_threshold
from facewright.inference.card import Card, Task
from facewright.inference.detections import FINDING
from facewright.inference.detector import Detector
from facewright.metrics.evaluation import EVALUATION_MIN_SCORE
from facewright.metrics.evaluation import evaluate as judge
from facewright.training.recipe import Recipe

CALIBRATION_PICTURES = 64
Several = Parameter(consume_multiple=True, negative="")


def export(
    run: Path,
    /,
    *,
    output: Annotated[Path | None, Given] = None,
    checkpoint: Literal["best", "last"] = "best",
    weights: Annotated[Path | None, Given] = None,
    min_score: Annotated[float | None, Parameter(validator=validators.Number(gte=0, lte=1))] = None,
    evaluate: Annotated[list[str] | None, Several] = None,
    int8: Annotated[bool, Parameter(negative="")] = False,
    calibrate: Annotated[list[str] | None, Several] = None,
    cache: Annotated[Path, Given] = Path("data/cache"),
) -> None:
    """Make one ONNX file of a training run: pictures of any size in, the answer out, its card inside.

    The file is kept only if it gives what the PyTorch network gives.

    Parameters
    ----------
    run:
        Folder of the run, such as runs/detector-nano.
    output:
        File to write; default RUN/NAME.onnx.
    checkpoint:
        The best weights by the validation sets, or the last ones.
    weights:
        Write the weights to this file too, .npz or .safetensors: every convolution and batch norm as named
        arrays, for a fresh network of the same structure.
    min_score:
        Default score threshold of the file; else chosen by the best F1 and few false alarms on the recipe's
        validation sets.
    evaluate:
        Data to measure the file on, figures that go into its card: helen/val yolo:my-faces
    int8:
        Write a quarter-size int8 version too, OUTPUT-int8.onnx, and measure what it costs in accuracy, on
        the --evaluate data or else the validation sets.
    calibrate:
        Data whose pictures tell the int8 version the ranges of values; default: the recipe's training sets.
    cache:
        Folder for the packed pictures.
    """
    if calibrate and not int8:
        raise UsageError("--calibrate is for the int8 version: add --int8")
    found = read_run(run)
    system = found.recipe.system()
    network = read_network(found, system, checkpoint)
    card = card_of(found, system, network, checkpoint)
    path = output or run / f"{card.name}.onnx"
    if path.suffix != ".onnx":
        raise UsageError(f"--output {path}: the name of a model file ends in .onnx")
    finds = card.task in FINDING
    if not finds and (int8 or min_score is not None):
        raise UsageError(f"--int8 and --min-score are for models that find faces, not for {card.task}")
    judged = [_open(data) for data in evaluate or []]
    thinned = _validation(found.recipe) if finds and (min_score is None or int8) else []

    if weights is not None:
        print(f"{write_extracted(network, weights)}: the weights as named arrays")
    card = card.model_copy(update={"calibration": system.calibrate(network, cache)})
    if min_score is not None:
        card = card.model_copy(update={"score_threshold": min_score})
    parity = export_model(system, network, card, path)
    if finds and min_score is None:
        samples, faces = _find(path, thinned, card.size)
        card = card.model_copy(update={"score_threshold": choose_threshold(samples, faces, card.task)})
    card = card.model_copy(update={"results": {data.name: _results(path, data, card) for data in judged}})
    update_card(path, card)
    print(f"{path}: {path.stat().st_size / 1024:.0f} KiB, {card.parameters:,} parameters")
    print(f"{parity}")
    if finds:
        print(f"score threshold {card.score_threshold:g}" + _because(min_score, card.task, thinned))
    for name, result in card.results.items():
        print(f"AP@.5 {result['ap50']:.3f} on {name} ({result['pictures']} pictures)")
    if int8:
        with_faces = [data for data in thinned if any(len(sample.boxes) for sample in data)]
        small = path.with_name(f"{path.stem}-int8.onnx")
        _export_int8(path, small, card, _calibration(found.recipe, calibrate), judged or with_faces)


def _export_int8(
    path: Path, small: Path, card: Card, pictures: Sequence[Sample], judged: Sequence[Dataset]
) -> None:
    card = card.model_copy(update={"precision": "int8", "results": {}})
    quantise(path, small, pictures, card)
    print(f"{small}: {small.stat().st_size / 1024:.0f} KiB, int8, calibrated on {len(pictures)} pictures")
    for data in judged:
        before, after = (_results(model, data, card) for model in (path, small))
        change = f"{before['ap50']:.3f} -> {after['ap50']:.3f} ({after['ap50'] - before['ap50']:+.3f})"
        print(f"AP@.5 {change} on {data.name} ({after['pictures']} pictures)")
        card.results[data.name] = after
    update_card(small, card)


def _results(path: Path, data: Dataset, card: Card) -> dict[str, Any]:
    samples, faces = _find(path, [data], card.size)
    result = judge(samples, faces, threshold=card.score_threshold)
    return {
        "pictures": result.pictures,
        "faces": result.faces,
        "ap50": round(result.ap50, 4),
        "ap": round(result.ap, 4),
        "size": card.size,
        "by": "facewright export --evaluate",
    }


def _find(path: Path, sets: Sequence[Dataset], size: int) -> tuple[list[Sample], list[Faces]]:
    """The samples of all sets that can be read (without their pictures), and what the model finds in each."""
    detector = Detector(path, min_score=EVALUATION_MIN_SCORE, size=size)
    found = find_all(detector, chain.from_iterable(sets), sum(map(len, sets)))
    for problem in found.unread:
        complain(f"left out: {problem}")
    return found.samples, found.faces


def _validation(recipe: Recipe) -> list[Dataset]:
    """The recipe's validation sets, as many pictures of each as training looks at, and the faceless ones."""
    try:
        names = [*recipe.data.validation, *getattr(recipe.data, "validation_faceless", [])]
        return [_open(data).spread(recipe.data.validation_limit) for data in names]
    except DataError as error:
        raise DataError(
            f"{error} (the recipe's validation data; or give --min-score, without --int8)"
        ) from error


def _calibration(recipe: Recipe, data: Sequence[str] | None) -> list[Sample]:
    names = data or list(recipe.data.train)
    each = -(-CALIBRATION_PICTURES // len(names))
    return [sample for name in names for sample in _open(name).spread(each)]


def _open(data: str) -> Dataset:
    dataset = open_dataset(data)
    if not len(dataset):
        raise DataError(f"{data}: holds no pictures; check the path")
    return dataset


def _because(min_score: float | None, task: Task, thinned: Sequence[Dataset]) -> str:
    if min_score is not None:
        return ", as given"
    pictures, names = sum(map(len, thinned)), ", ".join(data.name for data in thinned)
    limit = f"with at most {MOST_FALSE_ALARMS[task]:g} false alarms on a faceless one"
    return f", the best F1 on {pictures} pictures of {names} {limit}"
