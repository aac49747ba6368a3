"""Training from a recipe to a run folder, and going on with one that was interrupted.

runs/NAME/
  recipe.json          the recipe as it was run, every default filled in
  run.json             command, versions, sets, device; at the end time, speed and the best score
  first-batch.png      what the network saw first
  metrics.csv, events* losses and validation, for people and for TensorBoard
  last.ckpt, best.ckpt tensors and plain numbers only; loaded without running code from the file
  weights.safetensors  the averaged weights of the best look at the validation sets
"""

import json
import logging
import platform
import signal
import sys
import warnings
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import lightning.pytorch as pl
import torch
from lightning.pytorch.callbacks import EarlyStopping, ModelCheckpoint, WeightAveraging
from lightning.pytorch.loggers import TensorBoardLogger
from rich.console import Console
from torch import nn
from torch.optim.swa_utils import get_ema_multi_avg_fn

from facewright.core.errors import TrainingError, UsageError
from facewright.datasets.sample import Dataset
from facewright.inference.session import available_cores
from facewright.training.callbacks import (
    Clock,
    LookAtTheEnd,
    ShowFirstBatch,
    ShowProgress,
    StopOnNonFinite,
    tell,
)
from facewright.training.checkpoints import WholeFiles, save_weights, step_of
from facewright.training.curve import CurveFile
from facewright.training.devices import Device, choose_device
from facewright.training.loading import resolved
from facewright.training.module import Module, check_frozen
from facewright.training.recipe import Recipe
from facewright.training.system import System
from facewright.training.weights import BEST, LAST, WEIGHTS, load_weights

RECIPE, RUN = "recipe.json", "run.json"


def train(
    recipe: Recipe,
    folder: Path,
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
) -> Path:
    """Train `recipe` in `folder`; returns the path of the weights (safetensors).

    resume: go on from the folder's last checkpoint, example for example as if it had never stopped; `offset`
    and `limit` are then those that the run began with. init: weights to begin with instead of random ones.
    look: shown the open system and its network before anything is written; it refuses by raising.
    Raises FacewrightError subclasses for all that a user can mend.
    """
    console = console or Console(stderr=True)
    _check(folder, resume, threads, offset, limit)
    began = _read_json(folder / RUN) if resume else {}
    if resume:
        offset, limit = began.get("offset", 0), began.get("limit")
    # A core for each process that makes examples: threads that have to wait for one another's cores crawl.
    torch.set_num_threads(threads or max(available_cores() - recipe.data.workers, 1))
    where = choose_device(device, recipe.precision)
    tell(console, f"training {recipe.name} on {where.remark}")
    pl.seed_everything(recipe.seed, verbose=False)
    system = recipe.system()
    system.open(cache, offset=offset, limit=limit)  # first: a network may take its scale from the data
    network = system.network()
    check_frozen(recipe, network)
    if not resume:
        system.begin(network)
    if init is not None:
        load_weights(network, init)
    _report_sets(system.sets + system.validation_sets, console)
    if look is not None:
        look(system, network)

    folder.mkdir(parents=True, exist_ok=True)
    record = _record(recipe, system.sets, where) | {"offset": offset, "limit": limit}
    step = 0
    if resume:
        step = step_of(folder / LAST)
        if began["sets"] != record["sets"]:
            tell(console, "the training sets have changed since this run began: it does not go on exactly")
        record = began | {"resumed": [*began.get("resumed", []), {"step": step, "device": where.remark}]}
    else:
        _write_json(folder / RECIPE, resolved(recipe))
        (folder / BEST).unlink(missing_ok=True)  # of a run that was stopped before its first round was over
    _write_json(folder / RUN, record)

    columns = [f"train/{term}" for term in (*system.terms, "loss")]
    columns += [f"val/{figure}" for figure in system.figures]
    chosen_by = system.figures[0]
    curve = CurveFile(folder / "metrics.csv", columns, resumed_at=step)
    clock = Clock()
    best = _checkpoint(folder, "best", monitor=f"val/{chosen_by}", mode="max", save_on_train_epoch_end=False)
    _quiet_lightning()
    trainer = _trainer(system, folder, where, clock, best, curve, console)
    _fit(trainer, Module(system, network), folder / LAST if resume else None)
    record |= {
        "seconds": round(clock.seconds),
        "steps": trainer.global_step,
        "examples_per_second": round(clock.rate, 1),
        "waiting_for_data": round(clock.waiting, 4),
        "chosen_by": chosen_by,
        "best": None if best.best_model_score is None else round(float(best.best_model_score), 4),
    }
    weights = folder / WEIGHTS
    save_weights(folder / BEST if (folder / BEST).exists() else folder / LAST, weights)
    _write_json(folder / RUN, record)
    tell(
        console,
        f"{clock.rate:.0f} examples a second, {clock.waiting:.1%} of the time waiting for data; "
        f"best {chosen_by} on validation {record['best']}; weights in {weights}",
    )
    return weights


def _check(folder: Path, resume: bool, threads: int | None, offset: int, limit: int | None) -> None:
    if resume and not (folder / LAST).is_file():
        raise UsageError(f"{folder}: no run to resume here ({LAST} is missing)")
    if not resume and (folder / LAST).exists():
        raise UsageError(f"{folder}: a run is already there; choose another --output or go on with --resume")
    if offset < 0:
        raise UsageError(f"--offset takes 0 or more, not {offset}")
    for name, value in (("--limit", limit), ("--threads", threads)):
        if value is not None and value < 1:
            raise UsageError(f"{name} takes 1 or more, not {value}")


def _fit(trainer: pl.Trainer, module: Module, checkpoint: Path | None) -> None:
    interrupt = signal.getsignal(signal.SIGINT)
    try:
        trainer.fit(module, ckpt_path=checkpoint, weights_only=True)
    except SystemExit as stop:  # Lightning makes this of Ctrl-C, and is deaf to more of them
        signal.signal(signal.SIGINT, interrupt)
        raise KeyboardInterrupt from stop


def _checkpoint(folder: Path, name: str, **options: Any) -> ModelCheckpoint:
    return ModelCheckpoint(folder, name, enable_version_counter=False, **options)


def _trainer(
    system: System[Recipe],
    folder: Path,
    where: Device,
    clock: Clock,
    best: ModelCheckpoint,
    curve: CurveFile,
    console: Console,
) -> pl.Trainer:
    recipe = system.recipe
    callbacks: list[pl.Callback] = [
        WeightAveraging(multi_avg_fn=get_ema_multi_avg_fn(recipe.averaging.decay)),
        clock,
        ShowProgress(clock, recipe.rounds * recipe.steps, console),
        ShowFirstBatch(system, folder / "first-batch.png"),
        StopOnNonFinite(system, folder),
        LookAtTheEnd(),
    ]
    if recipe.evaluation.patience is not None:
        callbacks.append(
            EarlyStopping(
                f"val/{system.figures[0]}",
                mode="max",
                patience=recipe.evaluation.patience,
                check_on_train_epoch_end=False,
            )
        )
    # The last one is written at the very end of a round, after `best`, so that it knows what the best one is.
    callbacks += [best, _checkpoint(folder, "last", save_on_train_epoch_end=True)]
    return pl.Trainer(
        accelerator=where.accelerator,
        devices=1,
        precision=where.precision,  # type: ignore[arg-type]
        max_epochs=recipe.rounds,
        gradient_clip_val=recipe.optimiser.clip,
        reload_dataloaders_every_n_epochs=1,
        check_val_every_n_epoch=recipe.evaluation.every,
        num_sanity_val_steps=0,
        log_every_n_steps=min(50, recipe.steps),
        callbacks=callbacks,
        logger=[curve, TensorBoardLogger(folder, name="", version="")],
        plugins=[WholeFiles()],
        enable_progress_bar=False,
        enable_model_summary=False,
        use_distributed_sampler=False,
    )


def _quiet_lightning() -> None:
    """Keep its advertisements and advice off the screen; what went wrong it raises."""
    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    # It advises more workers, which the recipe has decided, and uses a tree class that PyTorch renamed.
    warnings.filterwarnings("ignore", category=UserWarning, module=r"lightning\..*")
    warnings.filterwarnings("ignore", message=r".*LeafSpec.*", category=FutureWarning)


def _report_sets(sets: Sequence[Dataset], console: Console) -> None:
    for dataset in sets:
        counts = ", ".join(f"{number} {what}" for what, number in dataset.counts().items())
        tell(console, f"  {dataset.name}: {counts}")
        for problem in dataset.problems[:3]:
            tell(console, f"    {problem}")
        if len(dataset.problems) > 3:
            tell(console, f"    and {len(dataset.problems) - 3} more problems in its files")


def _record(recipe: Recipe, sets: Sequence[Dataset], where: Device) -> dict[str, Any]:
    packages = ("facewright", "torch", "lightning", "albumentations", "numpy", "pillow")
    return {
        "name": recipe.name,
        "command": " ".join(sys.argv[1:]),
        "device": where.remark,
        "python": platform.python_version(),
        "versions": {package: version(package) for package in packages},
        "sets": [
            {"name": dataset.name, **dataset.counts(), "problems": len(dataset.problems)} for dataset in sets
        ],
    }


def _write_json(path: Path, record: Any) -> None:
    beside = path.with_suffix(".tmp")
    beside.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    beside.replace(path)


def _read_json(path: Path) -> dict[str, Any]:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise TrainingError(f"{path}: missing, so that nothing says how the run began; begin again") from None
    except ValueError as error:
        raise TrainingError(f"{path}: damaged ({error}); begin the run again") from error


def new_folder(runs: Path, name: str) -> Path:
    """runs/NAME, or runs/NAME-2, -3 ... when a run of that name is already there."""
    for i in range(1, 10_000):
        folder = runs / (name if i == 1 else f"{name}-{i}")
        if not folder.exists():
            return folder
    raise TrainingError(f"{runs}: ten thousand runs called {name}; name another folder with --output")
