"""Training from a recipe to a run folder, and going on with one that was interrupted.

runs/NAME/
  recipe.json          the recipe as it was run, every default filled in
  run.json             command, versions, sets, device; at the end time, speed and the best score
  canvases.png         what the network saw first
  metrics.csv, events* losses and validation, for people and for TensorBoard
  last.ckpt, best.ckpt tensors and plain numbers only; loaded without running code from the file
  weights.safetensors  the averaged weights of the best look at the validation sets
"""

import json
import logging
import platform
import sys
import time
import warnings
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import lightning.pytorch as pl
import torch
from lightning.pytorch.callbacks import EarlyStopping, ModelCheckpoint, WeightAveraging
from lightning.pytorch.loggers import CSVLogger, TensorBoardLogger
from rich.console import Console
from safetensors.torch import save_file
from torch.optim.swa_utils import get_ema_multi_avg_fn

from facewright.core.errors import TrainingError, UsageError
from facewright.datasets.sample import Dataset
from facewright.models.detector import FaceDetector
from facewright.training.callbacks import Clock, ShowFirstCanvases, ShowProgress, StopOnNonFinite
from facewright.training.data import open_pool, open_validation
from facewright.training.devices import Device, choose_device
from facewright.training.module import DetectorModule
from facewright.training.recipe import Recipe, resolved

WEIGHTS, LAST, BEST = "weights.safetensors", "last.ckpt", "best.ckpt"


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
) -> Path:
    """Train `recipe` in `folder`; returns the path of the weights (safetensors).

    resume: go on from the folder's last checkpoint, canvas for canvas as if it had never stopped.
    init: weights to begin with instead of random ones. Raises FacewrightError subclasses for all that a user can mend.
    """
    console = console or Console(stderr=True)
    if threads is not None:
        torch.set_num_threads(threads)
    where = choose_device(device)
    console.print(f"training {recipe.name} on {where.remark}", highlight=False, soft_wrap=True)
    pl.seed_everything(recipe.seed, verbose=False)
    network = FaceDetector(recipe.network.size)
    if init is not None:
        load_weights(network, init)
    pool, sets = open_pool(recipe, cache, offset=offset, limit=limit)
    validation = open_validation(recipe, cache)
    _report_sets(sets + validation, console)

    folder.mkdir(parents=True, exist_ok=True)
    module = DetectorModule(recipe, network, pool, validation)
    _quiet_lightning()
    record = _record(recipe, sets, where)
    if not resume:
        _write_json(folder / "recipe.json", resolved(recipe))
    _write_json(folder / "run.json", record)

    clock = Clock()
    trainer = _trainer(recipe, folder, where, clock, console)
    started = time.monotonic()
    trainer.fit(module, ckpt_path=str(folder / LAST) if resume else None, weights_only=True)
    if trainer.interrupted:
        raise KeyboardInterrupt
    best = trainer.checkpoint_callbacks[1]
    assert isinstance(best, ModelCheckpoint)
    record |= {
        "seconds": round(time.monotonic() - started),
        "steps": trainer.global_step,
        "canvases_per_second": round(clock.rate, 1),
        "waiting_for_data": round(clock.waiting, 4),
        "best_ap50": None if best.best_model_score is None else round(float(best.best_model_score), 4),
    }
    _write_json(folder / "run.json", record)
    weights = folder / WEIGHTS
    save_weights(folder / BEST if (folder / BEST).exists() else folder / LAST, weights)
    console.print(
        f"{clock.rate:.0f} canvases a second, {clock.waiting:.1%} of the time waiting for data; "
        f"best AP@.5 on validation {record['best_ap50']}; weights in {weights}",
        highlight=False,
        soft_wrap=True,
    )
    return weights


def load_weights(network: torch.nn.Module, weights: dict[str, torch.Tensor]) -> None:
    """Put named weights into a network; a sentence, not a traceback, when they belong to another one."""
    own = network.state_dict()
    wrong = [name for name in own if name not in weights or weights[name].shape != own[name].shape]
    wrong = [name for name in wrong if not name.endswith("num_batches_tracked")]  # a counter, not a weight
    if wrong:
        raise UsageError(
            f"the weights given to begin with are of another network: {len(wrong)} of {len(own)} arrays do not fit "
            f"(first: {wrong[0]}); choose the recipe of the same size"
        )
    network.load_state_dict({name: weights.get(name, value) for name, value in own.items()})


def save_weights(checkpoint: Path, target: Path) -> None:
    """The network's (averaged) weights out of a checkpoint, as safetensors."""
    state = torch.load(checkpoint, map_location="cpu", weights_only=True)["state_dict"]
    prefix = "network."
    save_file(
        {
            name.removeprefix(prefix): value.contiguous()
            for name, value in state.items()
            if name.startswith(prefix)
        },
        target,
    )


def _trainer(recipe: Recipe, folder: Path, where: Device, clock: Clock, console: Console) -> pl.Trainer:
    every = recipe.evaluation.every
    callbacks: list[pl.Callback] = [
        WeightAveraging(multi_avg_fn=get_ema_multi_avg_fn(recipe.averaging.decay)),
        clock,
        ShowProgress(clock, recipe.rounds * recipe.steps, console),
        ShowFirstCanvases(folder / "canvases.png"),
        StopOnNonFinite(folder),
    ]
    if recipe.evaluation.patience is not None:
        callbacks.append(EarlyStopping("val/ap50", mode="max", patience=recipe.evaluation.patience))
    overwrite: dict[str, Any] = {"dirpath": folder, "enable_version_counter": False}
    callbacks.append(
        ModelCheckpoint(filename="last", every_n_epochs=1, save_on_train_epoch_end=True, **overwrite)
    )
    callbacks.append(ModelCheckpoint(filename="best", monitor="val/ap50", mode="max", **overwrite))
    return pl.Trainer(
        accelerator=where.accelerator,
        devices=1,
        precision=where.precision,  # type: ignore[arg-type]
        max_epochs=recipe.rounds,
        gradient_clip_val=recipe.optimiser.clip,
        reload_dataloaders_every_n_epochs=1,
        check_val_every_n_epoch=every,
        num_sanity_val_steps=0,
        log_every_n_steps=min(50, recipe.steps),
        callbacks=callbacks,
        logger=[CSVLogger(folder, name="", version=""), TensorBoardLogger(folder, name="", version="")],
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
        faces = sum(len(sample.boxes) for sample in dataset)
        console.print(
            f"  {dataset.name}: {len(dataset)} pictures, {faces} faces", highlight=False, soft_wrap=True
        )
        for problem in dataset.problems[:3]:
            console.print(f"    {problem}", highlight=False, soft_wrap=True)
        if len(dataset.problems) > 3:
            console.print(f"    and {len(dataset.problems) - 3} more problems in its files", highlight=False)


def _record(recipe: Recipe, sets: Sequence[Dataset], where: Device) -> dict[str, Any]:
    packages = ("facewright", "torch", "lightning", "albumentations", "numpy", "pillow")
    return {
        "name": recipe.name,
        "command": " ".join(sys.argv[1:]),
        "device": where.remark,
        "python": platform.python_version(),
        "versions": {package: version(package) for package in packages},
        "sets": [
            {
                "name": dataset.name,
                "pictures": len(dataset),
                "faces": sum(len(sample.boxes) for sample in dataset),
                "problems": len(dataset.problems),
            }
            for dataset in sets
        ],
    }


def _write_json(path: Path, record: Any) -> None:
    beside = path.with_suffix(".tmp")
    beside.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    beside.replace(path)


def new_folder(runs: Path, name: str) -> Path:
    """runs/NAME, or runs/NAME-2, -3 ... when a run of that name is already there."""
    for i in range(1, 10_000):
        folder = runs / (name if i == 1 else f"{name}-{i}")
        if not folder.exists():
            return folder
    raise TrainingError(f"{runs}: ten thousand runs called {name}; name another folder with --output")
