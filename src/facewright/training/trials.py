"""Running the trainings of a study side by side, each in a process of its own, and taking their figures.

What is there already is not done again, and a training that was interrupted goes on from its checkpoint: a
study may be stopped at any moment.
"""

import json
import math
import time
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch
from pydantic import ValidationError
from rich.console import Console

from facewright.core.counted import counted
from facewright.core.errors import NonFiniteError, RecipeError, UsageError
from facewright.core.lock import locked
from facewright.core.suggest import nearest
from facewright.export.run_folder import read_network, read_run
from facewright.training.children import Children
from facewright.training.loading import load_resolved, resolved
from facewright.training.recipe import Recipe
from facewright.training.run import RECIPE, train
from facewright.training.run_record import write_json
from facewright.training.study import Trial
from facewright.training.weights import LAST, WEIGHTS, read_weights

FIGURES, LOG, BEGUN, LOCK = "figures.json", "log.txt", "begun.json", "lock"
"""in a run's folder its figures, what its training said, and what it began with; in the study's, the lock"""
NO_DATA = {"seed", "steps", "stages", "network", "loss", "optimiser", "averaging"}
"""keys of a recipe that change neither its sets nor its figures"""


class Outcome(NamedTuple):
    """What became of one trial."""

    trial: Trial
    figures: dict[str, float]
    """empty where the training failed"""
    failure: str = ""
    """why it did: a loss that is no number any more is an answer too"""
    told: Sequence[str] = ()
    """the figures that the task tells while it trains, first the one that chooses the best weights"""


def run_trials(
    trials: Sequence[Trial],
    folder: Path,
    *,
    processes: int,
    threads: int,
    device: str,
    cache: Path,
    tell: Callable[[str], None],
    wanted: Collection[str] = (),
) -> list[Outcome]:
    """Train and judge all trials, `processes` at a time of `threads` threads each, in the order of `trials`.

    wanted: figures that every trial must give, which is asked before anything is trained. Raises
    FacewrightError subclasses for all that a user can mend; a training whose loss is no longer finite is an
    Outcome. Whatever stops it, no process is left behind.
    """
    held = UsageError(f"{folder}: another study is running here; wait, or give another --output")
    with locked(folder / LOCK, held):
        done = _done(trials, folder)
        todo = [place for place in range(len(trials)) if place not in done]
        if done:
            tell(f"{len(done)} of {len(trials)} trainings are there already")
        _prepare([trials[place] for place in todo], cache, wanted)
        began, before = time.monotonic(), len(done)
        with Children() as children:
            while todo or len(children):
                for place in [place for place in todo if _may_begin(trials, place, done)]:
                    if len(children) < processes:
                        todo.remove(place)
                        name = f"{trials[place].setting}, seed {trials[place].seed}"
                        children.begin(place, name, run_trial, trials[place], folder, threads, device, cache)
                for place, outcome in children.wait():
                    done[place] = outcome
                    left = len(todo) + len(children)
                    rate = (time.monotonic() - began) / (len(done) - before)
                    minutes = counted(math.ceil(left * rate / 60), "minute")
                    tell(f"{_line(outcome)} ({left} left, about {minutes})")
        return [done[place] for place in range(len(trials))]


def run_trial(trial: Trial, folder: Path, threads: int, device: str, cache: Path) -> Outcome:
    """Train one trial as far as it has not been trained, judge it, and keep its figures beside it."""
    run = folder / trial.folder
    run.mkdir(parents=True, exist_ok=True)
    with (run / LOG).open("a", encoding="utf-8") as log:
        console = Console(file=log, width=200)
        try:
            if not (run / WEIGHTS).is_file():
                resume = (run / LAST).is_file()
                given = _given(trial, folder)
                write_json(run / BEGUN, _begun(trial))
                train(
                    trial.recipe,
                    run,
                    resume=resume,
                    init=read_weights(given) if given and not resume else None,
                    device=device,
                    threads=threads,
                    limit=None if resume else trial.limit,
                    cache=cache,
                    console=console,
                )
            system = trial.judged.system()
            system.open_validation(cache)
            network = read_network(read_run(run), system)
            with torch.inference_mode():
                figures = system.judge(network)
            outcome = Outcome(trial, figures, told=list(system.figures))
        except NonFiniteError as error:
            outcome = Outcome(trial, {}, str(error))
    record = {
        "judged": resolved(trial.judged),
        "figures": _plain(outcome.figures),
        "failure": outcome.failure,
        "told": outcome.told,
    }
    write_json(run / FIGURES, record)
    return outcome


def read_outcome(trial: Trial, folder: Path) -> Outcome | None:
    """What is kept of a trial; None where it, or its judging, is not done.

    Raises UsageError where the folder holds a training by another recipe.
    """
    run = folder / trial.folder
    if (run / RECIPE).is_file():
        if _without_words(load_resolved(run / RECIPE)) != _without_words(trial.recipe):
            raise UsageError(_other(run, "by another recipe"))
        if (run / BEGUN).is_file() and _read(run / BEGUN) != _begun(trial):
            raise UsageError(_other(run, "with another init, after or limit"))
    if not (run / FIGURES).is_file():
        return None
    record = _read(run / FIGURES)
    if not _same(record["judged"], trial.judged):
        return None
    figures = {name: math.nan if value is None else value for name, value in record["figures"].items()}
    return Outcome(trial, figures, record["failure"], record["told"])


def _same(kept: Any, recipe: Recipe) -> bool:
    """Whether a recipe's plain values are those of this one; keys that came since have their defaults."""
    try:
        return _without_words(type(recipe).model_validate(kept)) == _without_words(recipe)
    except ValidationError:
        return False


def _without_words(recipe: Recipe) -> Recipe:
    """What a recipe trains by: what it says of itself may be said better later."""
    return recipe.model_copy(update={"about": "", "reached": ""})


def _done(trials: Sequence[Trial], folder: Path) -> dict[int, Outcome]:
    """Place -> what is kept of a trial. Raises UsageError for what belongs to another study."""
    found = [(place, read_outcome(trial, folder)) for place, trial in enumerate(trials)]
    done = {place: outcome for place, outcome in found if outcome is not None}
    for trial in trials:
        run = folder / trial.folder
        if trial.after and (run / RECIPE).is_file() and not (_before(trial, folder) / WEIGHTS).is_file():
            raise UsageError(_other(run, f"after a {trial.after!r} that is gone"))
    return done


def _other(run: Path, how: str) -> str:
    return (
        f"{run}: was trained {how}, as the study or --set has changed since; delete that folder, "
        "or give another --output"
    )


def _before(trial: Trial, folder: Path) -> Path:
    """The run whose weights it begins with, for a trial that has one."""
    return folder / trial._replace(setting=trial.after or "").folder


def _given(trial: Trial, folder: Path) -> str | None:
    """What it begins with, as `read_weights` takes it. Raises NonFiniteError where that came to nothing."""
    if trial.after is None:
        return trial.init
    if not (_before(trial, folder) / WEIGHTS).is_file():
        raise NonFiniteError(f"begins after {trial.after!r}, whose training failed")
    return str(_before(trial, folder))


def _begun(trial: Trial) -> dict[str, object]:
    return {"init": trial.init, "after": trial.after, "limit": trial.limit}


def _may_begin(trials: Sequence[Trial], place: int, done: dict[int, Outcome]) -> bool:
    trial = trials[place]
    return trial.after is None or any(
        (outcome.trial.setting, outcome.trial.seed) == (trial.after, trial.seed) for outcome in done.values()
    )


def _prepare(trials: Sequence[Trial], cache: Path, wanted: Collection[str]) -> None:
    """Open each kind of data once, so that not several processes pack the same pictures, and ask what would
    otherwise be told after hours: whether the weights to begin with are there, and the figures known."""
    for given in dict.fromkeys(trial.init for trial in trials if trial.init is not None):
        read_weights(given)
    seen = set()
    for trial in trials:
        key = trial.recipe.model_dump_json(exclude=NO_DATA), trial.judged.data.model_dump_json(), trial.limit
        if key in seen:
            continue
        seen.add(key)
        trial.recipe.system().open(cache, limit=trial.limit)
        judge = trial.judged.system()
        judge.open_validation(cache)
        known = judge.judge_figures
        for name in wanted:
            if name not in known:
                raise RecipeError(f"figures: {trial.setting} gives no {name!r}{nearest(name, known)}")


def _line(outcome: Outcome) -> str:
    trial = outcome.trial
    first = next(iter(outcome.told), "")
    said = outcome.failure or f"{first} {outcome.figures[first]:.3f}"
    return f"{trial.setting}, seed {trial.seed}: {said}"


def _plain(figures: dict[str, float]) -> dict[str, float | None]:
    return {name: None if math.isnan(value) else float(value) for name, value in figures.items()}


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise UsageError(f"{path}: is damaged ({error}); delete that folder") from error
