"""What `facewright export` makes: the file, with its scores' meaning and threshold, and its small version."""

import math
from collections.abc import Sequence
from pathlib import Path

from torch import nn

from facewright.cli.measures import Measure, Measured, find_in, open_filled
from facewright.cli.say import complain
from facewright.core.errors import DataError
from facewright.datasets.sample import Dataset, Sample
from facewright.export.onnx_file import export_model, update_card
from facewright.export.parity import Parity
from facewright.export.quantise import quantise
from facewright.export.run_folder import card_of, read_network, read_run
from facewright.export.threshold import MOST_FALSE_ALARMS, choose_threshold
from facewright.inference.card import Card, ScoreCalibration, Task
from facewright.inference.detections import FINDING
from facewright.reports.text import share
from facewright.training.recipe import Recipe
from facewright.training.system import FindingSystem, System

CALIBRATION_PICTURES = 64


def make_file(
    system: System[Recipe],
    network: nn.Module,
    card: Card,
    path: Path,
    *,
    min_score: float | None,
    thinned: Sequence[Dataset],
    cache: Path,
) -> tuple[Card, Parity]:
    """Write the network's model file; its card with calibration and threshold, and how exact the file is.

    min_score: the threshold; None for the one that `thinned`, the validation sets, give a model that finds
    faces. A threshold that is given is one of the network's own scores: they are then not calibrated, and no
    validation data is asked for.
    """
    card = card.model_copy(update={"calibration": system.calibrate(network, cache)})
    if min_score is not None:
        card = card.model_copy(update={"score_threshold": min_score})
    elif isinstance(system, FindingSystem):
        card = card.model_copy(update={"score_calibration": system.calibrate_scores(network, cache)})
    parity = export_model(system, network, card, path)
    if card.task in FINDING and min_score is None:
        samples, faces = find_in(path, thinned, card)
        card = card.model_copy(update={"score_threshold": choose_threshold(samples, faces, card.task)})
        update_card(path, card)
    return card, parity


def make_file_of_run(folder: Path, into: Path, cache: Path) -> Path:
    """The file of a run's best weights, as `facewright export` makes it, in the folder `into`."""
    run = read_run(folder)
    system = run.recipe.system()
    network = read_network(run, system)
    card = card_of(run, system, network)
    path = into / f"{card.name}.onnx"
    thinned = validation_sets(run.recipe) if card.task in FINDING else []
    make_file(system, network, card, path, min_score=None, thinned=thinned, cache=cache)
    return path


def export_int8(
    path: Path,
    small: Path,
    card: Card,
    pictures: Sequence[Sample],
    measures: Sequence[Measure],
    before: Sequence[Measured],
) -> None:
    """The int8 version of the file at `path`, and what it costs.

    before: what `measures` said of that file.
    """
    card = card.model_copy(update={"precision": "int8", "results": {}})
    unread = quantise(path, small, pictures, card)
    for problem in unread:
        complain(f"left out: {problem}")
    by = len(pictures) - len(unread)
    print(f"{small}: {small.stat().st_size / 1024:.0f} KiB, int8, calibrated on {by} pictures")
    for measure, earlier in zip(measures, before, strict=True):
        after = measure(small)
        said = [one.figures["ap50"] for one in (earlier, after)]
        was, now = (math.nan if ap is None else ap for ap in said)  # of data without faces
        change = f"{share(was)} -> {share(now)} ({now - was:+.3f})"
        print(f"AP@.5 {change} on {after.name} ({after.figures['pictures']} pictures)")
        card.results[after.name] = after.figures
    update_card(small, card)


def validation_sets(recipe: Recipe) -> list[Dataset]:
    """The recipe's validation sets, as many pictures of each as training looks at, and the faceless ones, of
    which all are looked at: the few false alarms that are allowed can only be counted on many."""
    data = recipe.data
    try:
        with_faces = [open_filled(name).spread(data.validation_limit) for name in data.validation]
        return with_faces + [open_filled(name) for name in getattr(data, "validation_faceless", [])]
    except DataError as error:
        raise DataError(
            f"{error} (the recipe's validation data; or give --min-score, without --int8)"
        ) from error


def calibration_pictures(recipe: Recipe, data: Sequence[str] | None) -> list[Sample]:
    names = data or list(recipe.data.train)
    each = -(-CALIBRATION_PICTURES // len(names))
    return [sample for name in names for sample in open_filled(name).spread(each)]


def calibrated(found: ScoreCalibration | None) -> str:
    if found is None:
        return "scores: the network's own, not calibrated"
    before, after = (
        share(math.nan if error is None else error) for error in (found.error_before, found.error_after)
    )
    return (
        f"scores: calibrated on {sum(found.pictures.values())} pictures of {', '.join(found.pictures)}, "
        f"calibration error {before} -> {after}"
    )


def because(min_score: float | None, task: Task, thinned: Sequence[Dataset]) -> str:
    if min_score is not None:
        return ", as given"
    pictures, names = sum(map(len, thinned)), ", ".join(data.name for data in thinned)
    limit = f"with at most {MOST_FALSE_ALARMS[task]:g} false alarms on a faceless one"
    return f", the best F1 on {pictures} pictures of {names} {limit}"
