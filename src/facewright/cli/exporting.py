"""What `facewright export` makes: the file, with its scores' meaning and threshold."""

import math
from collections.abc import Sequence
from pathlib import Path

from torch import nn

from facewright.cli.measures import find_in, open_filled
from facewright.core.errors import DataError
from facewright.datasets.sample import Dataset
from facewright.export.onnx_file import export_model, update_card
from facewright.export.parity import Parity
from facewright.export.run_folder import card_of, read_network, read_run
from facewright.export.threshold import MOST_FALSE_ALARMS, choose_threshold
from facewright.inference.card import Card, ScoreCalibration, Task
from facewright.inference.detections import FINDING
from facewright.reports.text import share
from facewright.training.recipe import Recipe
from facewright.training.system import FindingSystem, System


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


def validation_sets(recipe: Recipe) -> list[Dataset]:
    """The recipe's validation sets, as many pictures of each as training looks at, and the faceless ones, of
    which all are looked at: the few false alarms that are allowed can only be counted on many."""
    data = recipe.data
    try:
        with_faces = [open_filled(name).spread(data.validation_limit) for name in data.validation]
        return with_faces + [open_filled(name) for name in getattr(data, "validation_faceless", [])]
    except DataError as error:
        raise DataError(f"{error} (the recipe's validation data; or give --min-score)") from error


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
