"""From a run folder to what export needs: recipe, weights, and the card that says where they come from."""

import json
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import nn

from facewright import __version__
from facewright.core.errors import ModelError, TrainingError
from facewright.export.terms import command_of, sets_of_run, terms_of_run
from facewright.inference.card import Card
from facewright.training.loading import load_resolved
from facewright.training.recipe import Recipe
from facewright.training.run_record import read_record
from facewright.training.system import System
from facewright.training.weights import BEST, LAST, WEIGHTS, check_own, load_weights, read_weights

KEPT = (
    "steps",
    "seconds",
    "examples_per_second",
    "device",
    "chosen_by",
    "best",
    "command",
    "versions",
    "note",
)
"""of run.json that the card keeps; a note is what its maker wrote there by hand"""


@dataclass(frozen=True)
class Run:
    """A training run as its folder tells it."""

    folder: Path
    recipe: Recipe
    record: dict[str, Any]
    """run.json"""


def read_run(folder: Path) -> Run:
    """Raises ModelError when `folder` is none of a training run or its record is damaged, RecipeError when
    its recipe is."""
    if not all((folder / name).is_file() for name in ("recipe.json", "run.json")):
        raise ModelError(f"{folder}: not the folder of a training run (recipe.json, run.json)")
    try:
        record = read_record(folder)
    except TrainingError as error:
        raise ModelError(str(error)) from error
    return Run(folder, load_resolved(folder / "recipe.json"), record)


def read_network(run: Run, system: System[Recipe], checkpoint: str = "best") -> nn.Module:
    """The network with the run's averaged weights, in evaluation mode.

    best: those of the best look at the validation sets; last: of the last round. Raises ModelError when the
    run has not come that far, or has weights of an earlier network.
    """
    names = (WEIGHTS, BEST) if checkpoint == "best" else (LAST,)
    found = [run.folder / name for name in names if (run.folder / name).is_file()]
    if not found:
        advice = "; --checkpoint last takes what there is" if (run.folder / LAST).is_file() else ""
        raise ModelError(f"{run.folder}: has no {checkpoint} weights yet ({' or '.join(names)}){advice}")
    network = system.network()
    weights = read_weights(found[0])
    check_own(network, weights, run.folder)
    load_weights(network, weights)
    return network.eval()


def card_of(run: Run, system: System[Recipe], network: nn.Module, checkpoint: str = "best") -> Card:
    """The card, results and threshold still to be measured."""
    training = {key: run.record[key] for key in KEPT if run.record.get(key) is not None}
    if words := command_of(run.record):
        training["command"] = shlex.join(words)
    finished = "steps" in run.record
    return Card(
        name=run.recipe.name,
        version=__version__,
        parameters=sum(p.numel() for p in network.parameters()),
        terms=terms_of_run(run.record),
        data=sets_of_run(run.record),
        recipe=json.dumps(run.recipe.model_dump(mode="json")),
        training={"seed": run.recipe.seed, "checkpoint": checkpoint, "finished": finished, **training},
        **system.card(),
    )
