"""From a run folder to what export needs: recipe, weights, and the card that says where they come from."""

import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import nn

from facewright import __version__
from facewright.core.errors import ModelError, first_line
from facewright.datasets.open import OF_A_SET, parts
from facewright.datasets.sets import read_sets
from facewright.inference.card import Card, TrainingSet
from facewright.training.loading import load_resolved
from facewright.training.recipe import Recipe
from facewright.training.system import System
from facewright.training.weights import BEST, LAST, WEIGHTS, check_own, load_weights, read_weights

NOT_STATED = "not stated"
FOUND = "found"
"""format of data that a model labelled"""
TOY = "drawn by facewright, free"
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
NOT_KEPT = ("problems", "fingerprint")
"""of a set"""


@dataclass(frozen=True)
class Run:
    """A training run as its folder tells it."""

    folder: Path
    recipe: Recipe
    record: dict[str, Any]
    """run.json"""


def read_run(folder: Path) -> Run:
    """Raises ModelError when `folder` is none of a training run, RecipeError when its recipe is damaged."""
    if not all((folder / name).is_file() for name in ("recipe.json", "run.json")):
        raise ModelError(f"{folder}: not the folder of a training run (recipe.json, run.json)")
    try:
        record = json.loads((folder / "run.json").read_bytes())
    except ValueError as error:
        raise ModelError(f"{folder}: run.json is damaged ({first_line(error)})") from error
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
    if words := _command(run.record):
        training["command"] = shlex.join(words)
    finished = "steps" in run.record
    return Card(
        name=run.recipe.name,
        version=__version__,
        parameters=sum(p.numel() for p in network.parameters()),
        terms=terms_of_run(run.record),
        data=_data(run.record),
        recipe=json.dumps(run.recipe.model_dump(mode="json")),
        training={"seed": run.recipe.seed, "checkpoint": checkpoint, "finished": finished, **training},
        **system.card(),
    )


def terms_of_run(record: Mapping[str, Any]) -> str:
    """What the weights of a run may be used for, by its run.json."""
    init = record.get("init") or _named(_command(record), "--init")
    teachers = [_from(teacher["weights"], teacher.get("of")) for teacher in teachers_of(record)]
    return weights_terms(_data(record), _from(init, record.get("init_of")), teachers)


def teachers_of(record: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Whose answers a run learns, by its run.json, which in older folders names one at most."""
    one = record.get("teacher")
    return record.get("teachers", [one] if one else [])


def origin(weights: str) -> dict[str, str] | None:
    """Name and terms of the run whose folder `weights` is, for run.json: a path says nothing elsewhere."""
    file = Path(weights) / "run.json"
    if not weights or not file.is_file():
        return None
    record = json.loads(file.read_bytes())
    return {"name": record.get("name", Path(weights).name), "terms": terms_of_run(record)}


def _from(weights: str, of: Mapping[str, str] | None) -> str:
    return f"{of['name']} ({of['terms']})" if of else weights


def _data(record: Mapping[str, Any]) -> list[TrainingSet]:
    return [
        TrainingSet(terms=terms_of(s["name"]), **{k: v for k, v in s.items() if k not in NOT_KEPT})
        for s in record["sets"]
    ]


def _command(record: Mapping[str, Any]) -> Sequence[str]:
    words = record.get("command", [])
    return words.split() if isinstance(words, str) else words  # one text in older run folders


def terms_of(data: str) -> str:
    """The terms under which a set (by its DATA text) was given, as far as they are known."""
    if data.startswith(("toy:", "saddle:")):
        return TOY
    kind, inside, options = parts(data)
    if kind == FOUND and "of" in options:
        return terms_of(str(options["of"]))
    if kind in OF_A_SET:
        return terms_of(inside)
    known = read_sets().get(data.partition("?")[0].partition("/")[0])
    return known.terms if known else NOT_STATED


def _named(words: Sequence[str], option: str) -> str:
    """What follows the option in a command, or nothing."""
    return words[words.index(option) + 1] if option in words[:-1] else ""


def weights_terms(data: Sequence[TrainingSet], init: str = "", teachers: Sequence[str] = ()) -> str:
    """What the weights may be used for: as much as the strictest of the sets allows, and as the weights do
    that training began with and learnt from (`init` and `teachers` are where they are from), and as those of
    the model that labelled pictures."""

    def names(sets: Sequence[TrainingSet]) -> str:
        return ", ".join(sorted({s.name.partition("/")[0] for s in sets}))

    research = [s for s in data if "research" in s.terms.lower() or "non-commercial" in s.terms.lower()]
    unknown = [s for s in data if s.terms == NOT_STATED]
    given = sorted({s.terms for s in data if s not in research and s not in unknown})
    others = []
    if init:
        others.append(f"begun with the weights of {init}")
    others += [f"taught by {teacher}" for teacher in teachers]
    if found := [s.name for s in data if parts(s.name)[0] == FOUND]:
        others.append(f"{', '.join(found)} labelled by a model")
    besides = "".join(f"; {other}, whose terms hold too" for other in others)
    if research:
        return f"non-commercial research only, as the terms of {names(research)} are{besides}"
    if unknown:
        return f"as the terms of {names(unknown)} allow, which are not stated{besides}"
    return f"free for any use; the data's terms: {', '.join(given) or 'no data'}{besides}"
