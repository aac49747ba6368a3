"""Lightning's Trainer as a run needs it: what watches, what is kept, and how processes train together."""

import logging
import signal
import warnings
from pathlib import Path
from typing import Any

import lightning.pytorch as pl
from lightning.pytorch.callbacks import WeightAveraging
from lightning.pytorch.loggers import Logger, TensorBoardLogger
from lightning.pytorch.plugins.environments import TorchElasticEnvironment
from lightning.pytorch.strategies import DDPStrategy
from rich.console import Console
from torch.optim.swa_utils import get_ema_multi_avg_fn

from facewright.training.callbacks import (
    Clock,
    LookAtTheEnd,
    ShowFirstBatch,
    ShowProgress,
    StopOnNonFinite,
    tell,
)
from facewright.training.checkpoints import WholeFiles
from facewright.training.curve import CurveFile
from facewright.training.devices import Device
from facewright.training.module import Module
from facewright.training.recipe import Recipe
from facewright.training.share import ALONE, Share
from facewright.training.shared_norms import SharedNorms
from facewright.training.system import System


def fit(trainer: pl.Trainer, module: Module, checkpoint: Path | None) -> None:
    """Train, from a checkpoint on if one is given. Raises KeyboardInterrupt for Ctrl-C."""
    interrupt = signal.getsignal(signal.SIGINT)
    try:
        trainer.fit(module, ckpt_path=checkpoint, weights_only=True)
    except SystemExit as stop:
        if not isinstance(stop.__context__, KeyboardInterrupt):
            raise
        # Lightning makes this of Ctrl-C, and is deaf to more of them
        signal.signal(signal.SIGINT, interrupt)
        raise KeyboardInterrupt from stop


class ModelCheckpoint(pl.callbacks.ModelCheckpoint):
    """Knows what it kept also where its run's folder was moved since: Lightning would forget the best score,
    and the next look, however bad, would replace the best weights."""

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        here = Path(str(self.dirpath))

        def moved(path: str) -> str:
            return str(here / Path(path).name) if path else path

        paths = ("best_model_path", "kth_best_model_path", "last_model_path")
        super().load_state_dict(
            state_dict
            | {"dirpath": self.dirpath}
            | {name: moved(state_dict.get(name, "")) for name in paths}
            | {"best_k_models": {moved(k): score for k, score in state_dict["best_k_models"].items()}}
        )


class EarlyStopping(pl.callbacks.EarlyStopping):
    """Ends a run that no longer gets better, and says so."""

    def __init__(self, figure: str, patience: int, console: Console) -> None:
        super().__init__(figure, mode="max", patience=patience, check_on_train_epoch_end=False)
        self._console = console

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        if self.wait_count >= self.patience:  # resumed, after it had ended
            trainer.should_stop = True

    def on_train_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        if self.stopped_epoch:
            tell(
                self._console,
                f"ended after round {self.stopped_epoch + 1} of {trainer.max_epochs}: for {self.patience} "
                f"looks {self.monitor.removeprefix('val/')} on validation was not better than "
                f"{self.best_score:.4f}",
            )


def best_checkpoint(system: System[Recipe], folder: Path) -> ModelCheckpoint:
    """What keeps the weights of the best look at the validation sets."""
    return _checkpoint(
        folder, "best", monitor=f"val/{system.figures[0]}", mode="max", save_on_train_epoch_end=False
    )


def make_trainer(
    system: System[Recipe],
    folder: Path,
    where: Device,
    share: Share,
    clock: Clock,
    best: ModelCheckpoint,
    step: int,
    console: Console,
) -> pl.Trainer:
    """step: how many are done already."""
    _quiet_lightning()
    recipe = system.recipe
    callbacks: list[pl.Callback] = [
        WeightAveraging(multi_avg_fn=get_ema_multi_avg_fn(recipe.averaging.decay)),
        clock,
        StopOnNonFinite(system, folder, share),
        LookAtTheEnd(),
    ]
    loggers: list[Logger] = []
    if share.first:
        callbacks += [
            ShowProgress(clock, recipe.rounds * recipe.steps, console),
            ShowFirstBatch(system, folder / "first-batch.png"),
        ]
        columns = [f"train/{term}" for term in (*system.terms, "loss")]
        columns += [f"val/{figure}" for figure in system.figures]
        curve = CurveFile(folder / "metrics.csv", columns, resumed_at=step)
        loggers = [curve, TensorBoardLogger(folder, name="", version="")]
    if recipe.evaluation.patience is not None:
        callbacks.append(EarlyStopping(f"val/{system.figures[0]}", recipe.evaluation.patience, console))
    # The last one is written at the very end of a round, after `best`, so that it knows what the best one is.
    callbacks += [best, _checkpoint(folder, "last", save_on_train_epoch_end=True)]
    processes, plugins = _processes(recipe, where, share)
    return pl.Trainer(
        accelerator=where.accelerator,
        precision=where.precision,  # type: ignore[arg-type]
        max_epochs=recipe.rounds,
        gradient_clip_val=recipe.optimiser.clip,
        reload_dataloaders_every_n_epochs=1,
        check_val_every_n_epoch=recipe.evaluation.every,
        num_sanity_val_steps=0,
        log_every_n_steps=min(50, recipe.steps),
        callbacks=callbacks,
        logger=loggers,
        plugins=[WholeFiles(), *plugins],
        enable_progress_bar=False,
        enable_model_summary=False,
        use_distributed_sampler=False,
        **processes,
    )


def _processes(recipe: Recipe, where: Device, share: Share) -> tuple[dict[str, Any], list[Any]]:
    """Options and plugins of the Trainer by which `share` trains with the others."""
    if share == ALONE:
        return {"devices": 1}, []
    # What a stage freezes has no gradient to wait for.
    frozen = any(stage.frozen for stage in recipe.stages)
    options: dict[str, Any] = {
        "devices": share.local_processes,
        "num_nodes": share.processes // share.local_processes,
        "strategy": DDPStrategy(find_unused_parameters=frozen),
    }
    if where.accelerator == "cuda":
        return options | {"sync_batchnorm": True}, [TorchElasticEnvironment()]
    return options, [TorchElasticEnvironment(), SharedNorms()]


def _checkpoint(folder: Path, name: str, **options: Any) -> ModelCheckpoint:
    return ModelCheckpoint(folder, name, enable_version_counter=False, **options)


def _quiet_lightning() -> None:
    """Keep its advertisements and advice off the screen, and PyTorch's; what went wrong they raise."""
    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    # It advises more workers, which the recipe has decided, and uses a tree class that PyTorch renamed.
    warnings.filterwarnings("ignore", category=UserWarning, module=r"lightning\..*")
    warnings.filterwarnings("ignore", message=r".*LeafSpec.*", category=FutureWarning)
    # More workers than cores: said once, in our words, by `training.run.train`.
    warnings.filterwarnings("ignore", message="This DataLoader will create", category=UserWarning)
