"""Training from a recipe to a run folder, and going on with one that was interrupted.

runs/NAME/
  recipe.json          the recipe as it was run, every default filled in
  run.json             command, versions, sets, device; at the end time, speed and the best score
  first-batch.png      what the network saw first
  metrics.csv, events* losses and validation, for people and for TensorBoard
  last.ckpt, best.ckpt tensors and plain numbers only; loaded without running code from the file
  weights.safetensors  the averaged weights of the best look at the validation sets
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import lightning.pytorch as pl
import torch
from rich.console import Console
from torch import nn

from facewright.core.errors import RecipeError, TrainingError, UsageError
from facewright.datasets.sample import Dataset
from facewright.inference.session import available_cores
from facewright.training.callbacks import Clock, tell
from facewright.training.checkpoints import reached, save_weights
from facewright.training.devices import choose_device, repeatable
from facewright.training.loading import resolved
from facewright.training.module import Module, check_stages
from facewright.training.recipe import Recipe
from facewright.training.record import (
    NOT_BY_COMMAND,
    Command,
    digest,
    record_of,
    same_sets,
    teachers_digest,
    tell_differences,
)
from facewright.training.run_record import RUN, read_record, write_json
from facewright.training.share import (
    Share,
    joined,
    of_each,
    of_first,
    one_first,
    share_of_environment,
)
from facewright.training.system import System
from facewright.training.trainer import best_checkpoint, fit, make_trainer
from facewright.training.weights import BEST, LAST, WEIGHTS, check_own, read_weights

RECIPE = "recipe.json"


def train(
    recipe: Recipe,
    folder: Path | None = None,
    *,
    resume: bool = False,
    init: dict[str, torch.Tensor] | None = None,
    device: str = "auto",
    threads: int | None = None,
    offset: int = 0,
    limit: int | None = None,
    cache: Path = Path("data/cache"),
    console: Console | None = None,
    look: Callable[[System[Recipe], nn.Module], object] | None = None,
    command: Command = NOT_BY_COMMAND,
) -> Path:
    """Train `recipe` in `folder`, by default a new one in runs/; returns the weights' path (safetensors).

    resume: go on from the folder's last checkpoint, example for example as if it had never stopped; `offset`
    and `limit` are then those that the run began with. init: weights to begin with instead of random ones.
    look: shown the open system and its network before anything is written; it refuses by raising. command:
    what was asked for, for the record, and what is repeated by it.
    Where the environment says that this process is one of several, as torchrun does, these train together:
    each has to call this with the same arguments.
    Raises FacewrightError subclasses for all that a user can mend.
    """
    share = share_of_environment()
    console = (console or Console(stderr=True)) if share.first else Console(quiet=True, force_terminal=False)
    with joined(share):
        of_first(share, lambda: _check(recipe, share, threads, offset, limit))
        folder = of_first(share, lambda: _usable(folder or new_folder(Path("runs"), recipe.name), resume))
        began = of_first(share, lambda: read_record(folder) if resume else {})
        if resume:
            offset, limit = began.get("offset", 0), began.get("limit")
            threads = threads or began.get("threads")
            device = "cpu" if device == "auto" and began.get("accelerator") == "cpu" else device
        # A core for each process that makes examples: threads that wait for one another's cores crawl.
        cores, workers = available_cores() // share.local_processes, recipe.data.workers
        torch.set_num_threads(threads or max(cores - workers, 1))
        where = of_each(share, lambda: choose_device(device, recipe.precision, share))
        tell(console, f"training {recipe.name} on {where.remark}")
        if workers > cores:
            tell(
                console,
                f"  data.workers is {workers}, of cores there are {cores}: "
                f"--set data.workers={max(cores - 1, 0)} leaves one to the training itself",
            )
        pl.seed_everything(recipe.seed, verbose=False)
        system = recipe.system()
        # First: a network may take its scale from the data.
        one_first(share, lambda: system.open(cache, offset=offset, limit=limit))
        network, step = of_each(share, lambda: _first_network(system, init, folder if resume else None))
        _report_sets(system.sets + system.validation_sets, console)
        for teacher in system.teachers:
            parameters = sum(weights.numel() for weights in teacher.network.parameters())
            tell(console, f"  taught by {teacher.name}, a network of {parameters:,} parameters")

        def begin() -> None:
            if look is not None:
                look(system, network)
            record = record_of(recipe, system, network, where, share, command)
            record |= {"offset": offset, "limit": limit}
            _begin(recipe, folder, record, began, step, console, command)

        of_first(share, begin)
        clock = Clock(share.processes)
        best = best_checkpoint(system, folder)
        trainer = make_trainer(system, folder, where, share, clock, best, step, console)
        with repeatable(where):
            fit(trainer, Module(system, network, share), folder / LAST if resume else None)
        if share.first:
            score = best.best_model_score
            results = {
                "seconds": round(clock.seconds),
                "steps": trainer.global_step,
                "examples_per_second": round(clock.rate, 1),
                "waiting_for_data": round(clock.waiting, 4),
                "chosen_by": system.figures[0],
                "best": None if score is None else round(float(score), 4),
            }
            _end(folder, results, command.repeats, console)
    return folder / WEIGHTS


def _check(recipe: Recipe, share: Share, threads: int | None, offset: int, limit: int | None) -> None:
    if offset < 0:
        raise UsageError(f"--offset takes 0 or more, not {offset}")
    for name, value in (("--limit", limit), ("--threads", threads)):
        if value is not None and value < 1:
            raise UsageError(f"{name} takes 1 or more, not {value}")
    for i, stage in enumerate(recipe.stages):
        try:
            stage.part(share.processes)
        except ValueError as error:
            raise RecipeError(f"stages.{i}.{error}") from error


def _usable(folder: Path, resume: bool) -> Path:
    if resume and not (folder / LAST).is_file():
        raise UsageError(f"{folder}: no run to resume here ({LAST} is missing)")
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder}: a file; name another folder with --output")
    if not resume and (folder / LAST).exists():
        raise UsageError(f"{folder}: a run is already there; choose another --output or go on with --resume")
    return folder


def _first_network(
    system: System[Recipe], init: dict[str, torch.Tensor] | None, resumed: Path | None
) -> tuple[nn.Module, int]:
    """The network, and how many steps it was trained already; Lightning will give it the weights of then."""
    network, step = system.network(), 0
    check_stages(system.recipe, network)
    if resumed is not None:
        step, weights = reached(resumed / LAST)
        check_own(network, weights, resumed)
    else:
        system.begin(network)
        if init is None and system.needs_weights:
            raise UsageError("network.grow: there is nothing to grow from; give weights with --init")
    if init is not None:
        system.take(network, init)
    return network, step


def _begin(
    recipe: Recipe,
    folder: Path,
    record: dict[str, Any],
    began: Mapping[str, Any],
    step: int,
    console: Console,
    command: Command,
) -> None:
    """Write the folder's first files, or into a run that goes on from which step it does."""
    if command.repeats:
        tell_differences(command.repeats, record, console)
    folder.mkdir(parents=True, exist_ok=True)
    if not began:
        write_json(folder / RECIPE, resolved(recipe))
        (folder / BEST).unlink(missing_ok=True)  # of a run that was stopped before its first round was over
        write_json(folder / RUN, record)
        return
    differs = []
    if not same_sets(began["sets"], record["sets"]):
        differs.append("the training sets have changed since this run began")
    if teachers_digest(began) != teachers_digest(record):
        differs.append("the teacher is another one than when this run began")
    for key in ("accelerator", "threads", "processes"):
        if began.get(key, record[key]) != record[key]:
            differs.append(f"{key}: {record[key]}, where it began with {began[key]}")
    for difference in differs:
        tell(console, f"{difference}: it does not go on exactly")
    resumed = {key: record[key] for key in ("device", "threads", "processes")} | {"step": step}
    write_json(folder / RUN, {**began, "resumed": [*began.get("resumed", []), resumed]})


def _end(folder: Path, results: dict[str, Any], repeats: Mapping[str, Any], console: Console) -> None:
    weights = folder / WEIGHTS
    save_weights(folder / BEST if (folder / BEST).exists() else folder / LAST, weights)
    record = read_record(folder) | results | {"weights": digest(read_weights(weights))}
    write_json(folder / RUN, record)
    tell(
        console,
        f"{record['examples_per_second']:.0f} examples a second, {record['waiting_for_data']:.1%} of the "
        f"time waiting for data; best {record['chosen_by']} on validation {record['best']}; "
        f"weights in {weights}",
    )
    if repeats:
        same = repeats.get("weights") == record["weights"]
        tell(
            console,
            f"the weights {'are' if same else 'are not'} those of the run that this one repeats, bit for bit",
        )


def _report_sets(sets: Sequence[Dataset], console: Console) -> None:
    for dataset in sets:
        counts = ", ".join(f"{number} {what}" for what, number in dataset.counts().items())
        tell(console, f"  {dataset.name}: {counts}")
        for problem in dataset.problems[:3]:
            tell(console, f"    {problem}")
        if len(dataset.problems) > 3:
            tell(console, f"    and {len(dataset.problems) - 3} more problems in its files")


def new_folder(runs: Path, name: str) -> Path:
    """runs/NAME, or runs/NAME-2, -3 ... when a run of that name is already there."""
    for i in range(1, 10_000):
        folder = runs / (name if i == 1 else f"{name}-{i}")
        if not folder.exists():
            return folder
    raise TrainingError(f"{runs}: ten thousand runs called {name}; name another folder with --output")
