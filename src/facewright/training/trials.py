"""Running the trainings of a study side by side, each in a process of its own, and taking their figures.

What is there already is not done again, and a training that was interrupted goes on from its checkpoint: a
study may be stopped at any moment.
"""

import json
import math
import multiprocessing
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from pathlib import Path
from typing import NamedTuple

import torch
from rich.console import Console

from facewright.core.errors import TrainingError, UsageError
from facewright.export.run_folder import read_network, read_run
from facewright.training.loading import load_resolved, resolved
from facewright.training.run import RECIPE, train
from facewright.training.study import Trial
from facewright.training.weights import LAST, WEIGHTS, read_weights

FIGURES, LOG = "figures.json", "log.txt"


class Outcome(NamedTuple):
    """What became of one trial."""

    trial: Trial
    figures: dict[str, float]
    """empty where the training failed"""
    failure: str = ""
    """why it did: a loss that is no number any more is an answer too"""


def run_trials(
    trials: Sequence[Trial],
    folder: Path,
    *,
    processes: int,
    threads: int,
    device: str,
    cache: Path,
    tell: Callable[[str], None],
) -> list[Outcome]:
    """Train and judge all trials, `processes` at a time of `threads` threads each, in the order of `trials`.

    Raises FacewrightError subclasses for all that a user can mend; a training whose loss is no longer finite
    is an Outcome.
    """
    done: dict[int, Outcome] = {}
    for place, trial in enumerate(trials):
        if (outcome := read_outcome(trial, folder)) is not None:
            done[place] = outcome
    todo = [place for place in range(len(trials)) if place not in done]
    if done:
        tell(f"{len(done)} of {len(trials)} trainings are there already")
    _pack([trials[place] for place in todo], cache)
    began = time.monotonic()
    running: dict[Future[Outcome], int] = {}
    try:
        while todo or running:
            ready = [place for place in todo if _may_begin(trials, place, done)]
            for place in ready[: processes - len(running)]:
                todo.remove(place)
                running[_begin(trials[place], folder, threads, device, cache)] = place
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                place = running.pop(future)
                done[place] = future.result()
                left = len(todo) + len(running)
                rate = (time.monotonic() - began) / (len(trials) - left)
                tell(f"{_line(done[place])} ({left} left, about {math.ceil(left * rate / 60)} minutes)")
    except BaseException:
        for future in running:
            future.cancel()
        raise
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
                given = (
                    str(folder / trial._replace(setting=trial.after).folder) if trial.after else trial.init
                )
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
            # first what training chooses by: it is what is told while a study runs
            outcome = Outcome(trial, {name: figures[name] for name in (*system.figures, *figures)})
        except TrainingError as error:
            outcome = Outcome(trial, {}, str(error))
    record = {
        "judged": resolved(trial.judged),
        "figures": _plain(outcome.figures),
        "failure": outcome.failure,
    }
    beside = run / f"{FIGURES}.part"
    beside.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    beside.replace(run / FIGURES)
    return outcome


def read_outcome(trial: Trial, folder: Path) -> Outcome | None:
    """What is kept of a trial; None where it, or its judging, is not done.

    Raises UsageError where the folder holds a training by another recipe.
    """
    run = folder / trial.folder
    if (run / RECIPE).is_file() and load_resolved(run / RECIPE) != trial.recipe:
        raise UsageError(
            f"{run}: was trained by another recipe, as the study or --set has changed since; "
            "delete that folder, or give another --output"
        )
    try:
        record = json.loads((run / FIGURES).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    if record["judged"] != resolved(trial.judged):
        return None
    figures = {name: math.nan if value is None else value for name, value in record["figures"].items()}
    return Outcome(trial, figures, record["failure"])


def _begin(trial: Trial, folder: Path, threads: int, device: str, cache: Path) -> "Future[Outcome]":
    """In a fresh process: what one training leaves behind (threads, seeds, memory) is nothing to the next."""
    pool = ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))
    future = pool.submit(run_trial, trial, folder, threads, device, cache)
    pool.shutdown(wait=False)
    return future


def _may_begin(trials: Sequence[Trial], place: int, done: dict[int, Outcome]) -> bool:
    trial = trials[place]
    return trial.after is None or any(
        (outcome.trial.setting, outcome.trial.seed) == (trial.after, trial.seed) for outcome in done.values()
    )


def _pack(trials: Sequence[Trial], cache: Path) -> None:
    """Open each kind of data once, so that not several processes pack the same pictures."""
    seen = set()
    for trial in trials:
        for recipe in (trial.recipe, trial.judged):
            key = recipe.data.model_dump_json(), recipe.evaluation.size
            if key not in seen:
                seen.add(key)
                recipe.system().open(cache)


def _line(outcome: Outcome) -> str:
    trial = outcome.trial
    first = next(iter(outcome.figures.items()), None)
    said = outcome.failure if first is None else f"{first[0]} {first[1]:.3f}"
    return f"{trial.setting}, seed {trial.seed}: {said}"


def _plain(figures: dict[str, float]) -> dict[str, float | None]:
    return {name: None if math.isnan(value) else float(value) for name, value in figures.items()}
