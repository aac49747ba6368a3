"""A training's folder, as subjects: what it wrote down, the trained network, and what was exported of it."""

from pathlib import Path

from torch import nn

from facewright.doctor.sources.curve import rates_of, run_of
from facewright.doctor.sources.deployed import deployed_answers, deployed_finder
from facewright.doctor.sources.finder import (
    crops_of,
    describer_of_file,
    describer_of_network,
    finder_of_file,
    finder_of_network,
    windows_of,
)
from facewright.doctor.sources.looking import Looking
from facewright.doctor.sources.network import network_of
from facewright.doctor.sources.result import results_of
from facewright.doctor.subject import Subject
from facewright.export.run_folder import card_of, read_network, read_run
from facewright.inference.card import Card
from facewright.inference.session import Session
from facewright.training.attributes import AttributesSystem
from facewright.training.classification import ClassificationSystem
from facewright.training.recipe import Recipe
from facewright.training.system import FindingSystem, System
from facewright.training.weights import BEST, WEIGHTS


def subjects(text: str, looking: Looking) -> list[Subject]:
    """A run's folder; its sets are opened, for pictures to look at. Of a run that has no weights yet, only
    what it wrote down. For the data and the targets give the recipe.

    Teacher and alarms, which serve training alone, need not be there any more.
    Raises what reading the folder and opening the sets raises.
    """
    run = read_run(Path(text))
    system = run.recipe.self_contained().system()
    system.open(looking.cache)
    name = Path(text).name
    found: list[Subject] = [run_of(name, run, system), *rates_of(name, run)]
    if not any((run.folder / weights).is_file() for weights in (WEIGHTS, BEST)):
        return found
    file = run.folder / f"{run.recipe.name}.onnx"
    session = Session(file, threads=1) if file.is_file() else None
    checkpoint = session.card.training.get("checkpoint", "best") if session is not None else "best"
    network = read_network(run, system, checkpoint)
    found.append(network_of(name, system, network, trained=True))
    card = session.card if session is not None else card_of(run, system, network)
    if isinstance(system, FindingSystem):
        network = system.as_in_file(network, card)
    found += _used(name, system, network, card, session)
    return found + results_of(name, system, network, card.score_threshold, looking)


def _used(
    name: str, system: System[Recipe], network: nn.Module, card: Card, session: Session | None
) -> list[Subject]:
    """The model as it is used, and network and file side by side where there is a file."""
    if isinstance(system, FindingSystem):
        if session is None:
            return [finder_of_network(f"{name}: in use", system, network, card.score_threshold)]
        found = finder_of_file(f"{name}: in use", session.path, system.validation_sets)
        return [found, deployed_finder(name, system, network, session.path)]
    if isinstance(system, (AttributesSystem, ClassificationSystem)):
        answer, side = nn.Sequential(network, system.decode(card)).eval(), system.recipe.side
        if isinstance(system, AttributesSystem):
            crops = crops_of(system.validation_sets, side)
        else:
            crops = windows_of(system.judged)
        if session is None:
            return [describer_of_network(f"{name}: in use", answer, side, crops)]
        described = describer_of_file(f"{name}: in use", session, crops)
        return [described, deployed_answers(name, answer, session)]
    return []
