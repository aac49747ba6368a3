"""What watches a run: progress and waiting time, the first batch to look at, and non-finite losses."""

import time
from pathlib import Path
from typing import Any, NoReturn

import lightning.pytorch as pl
import numpy as np
import torch
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from facewright.core.errors import NonFiniteError
from facewright.core.pictures import write_picture
from facewright.core.whole import whole_file
from facewright.training.module import Module
from facewright.training.recipe import Recipe
from facewright.training.share import ALONE, Share, gathered
from facewright.training.system import System


def tell(console: Console, text: str) -> None:
    """A line for people, as it is: names of files and sets are no markup."""
    console.print(text, highlight=False, markup=False, emoji=False, soft_wrap=True)


class Clock(pl.Callback):
    """Counts examples, seconds in training steps, seconds spent waiting for data, and all seconds.

    It lives in the checkpoints, so that it tells of the whole run, however often that was interrupted. It
    counts the examples of all processes, and the seconds of its own.
    """

    def __init__(self, processes: int = 1) -> None:
        self.examples, self.busy, self.waited = 0, 0.0, 0.0
        self._processes = processes
        self._began = time.perf_counter()

    @property
    def seconds(self) -> float:
        """Since the run began, validation included."""
        return time.perf_counter() - self._began

    @property
    def rate(self) -> float:
        """Examples a second, validation not counted."""
        return self.examples / max(self.busy + self.waited, 1e-9)

    @property
    def waiting(self) -> float:
        """Share of the training time in which the network waited for examples."""
        return self.waited / max(self.busy + self.waited, 1e-9)

    def state_dict(self) -> dict[str, Any]:
        return {
            "examples": self.examples,
            "busy": self.busy,
            "waited": self.waited,
            "seconds": self.seconds,
        }

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        self.examples, self.busy, self.waited = (state_dict[key] for key in ("examples", "busy", "waited"))
        self._began = time.perf_counter() - state_dict["seconds"]

    def on_train_epoch_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        self._since = time.perf_counter()

    def on_train_batch_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule, *_: Any) -> None:
        now = time.perf_counter()
        self.waited += now - self._since
        self._since = now

    def on_train_batch_end(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, outputs: Any, batch: Any, *_: Any
    ) -> None:
        now = time.perf_counter()
        self.busy += now - self._since
        self.examples += len(batch[0]) * self._processes
        self._since = now


class ShowProgress(pl.Callback):
    """A bar with the time left on a terminal; elsewhere a line a round."""

    def __init__(self, clock: Clock, total_steps: int, console: Console) -> None:
        self._clock, self._console = clock, console
        self._bar = Progress(
            TextColumn("step {task.completed:.0f}/{task.total:.0f}"),
            BarColumn(),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            TextColumn("{task.description}"),
            console=console,
            speed_estimate_period=300,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task("", total=total_steps)

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        self._bar.update(self._task, completed=trainer.global_step)
        self._bar.start()

    def on_train_batch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule, *_: Any) -> None:
        self._bar.update(self._task, completed=trainer.global_step, description=self._note(trainer))

    def on_train_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        if self._bar.disable:
            steps = f"round {trainer.current_epoch + 1}/{trainer.max_epochs}, step {trainer.global_step}"
            tell(self._console, f"{steps}: {self._note(trainer)}")

    def on_validation_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        values = {
            k.removeprefix("val/"): v for k, v in trainer.callback_metrics.items() if k.startswith("val/")
        }
        line = ", ".join(f"{name} {float(value):.3f}" for name, value in values.items())
        tell(self._console, f"validation after step {trainer.global_step}: {line}")

    def teardown(self, trainer: pl.Trainer, pl_module: pl.LightningModule, stage: str) -> None:
        self._bar.stop()

    def on_exception(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, exception: BaseException
    ) -> None:
        self._bar.stop()  # without a teardown, and the terminal would lack its cursor

    def _note(self, trainer: pl.Trainer) -> str:
        loss = float(trainer.callback_metrics.get("train/loss", torch.nan))
        clock = self._clock
        return (
            f"loss {loss:.3f}, {clock.rate:.0f} examples/s, {clock.waiting:.1%} of the time waiting for data"
        )


class LookAtTheEnd(pl.Callback):
    """Validates after the last round too, whatever its number: its weights are the ones to choose from."""

    def on_train_epoch_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        if trainer.current_epoch + 1 == trainer.max_epochs:
            trainer.check_val_every_n_epoch = 1


class ShowFirstBatch(pl.Callback):
    """Writes what the network really sees, labels drawn in, from the first batch of a run."""

    def __init__(self, system: System[Recipe], path: Path) -> None:
        self._system, self._path = system, path

    def on_train_batch_start(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, batch: Any, batch_idx: int
    ) -> None:
        if trainer.global_step == batch_idx == 0 and (sheet := self._system.sheet(batch)) is not None:
            write_picture(sheet, self._path)


class StopOnNonFinite(pl.Callback):
    """Stops the run at the first loss or gradient that is not finite, and saves the batch that caused it.

    A gradient is looked at before it reaches the weights, which the last checkpoint would hold. Of several
    processes all stop, and the first one whose part of the batch it was saves that and tells.
    """

    def __init__(self, system: System[Recipe], folder: Path, share: Share = ALONE) -> None:
        self._system, self._folder, self._share = system, folder, share
        self._batch: Any = None

    def on_train_batch_start(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, batch: Any, batch_idx: int
    ) -> None:
        self._batch = batch

    def on_before_optimizer_step(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, optimizer: torch.optim.Optimizer
    ) -> None:
        assert isinstance(pl_module, Module)
        gradients = [p.grad for p in pl_module.parameters() if p.grad is not None]
        # The same in all processes: each has the sum of all gradients, and the loss of the whole batch.
        if torch.isfinite(pl_module.loss) and not torch.isfinite(torch.nn.utils.get_total_norm(gradients)):
            self._stop(trainer, "gradient", self._batch, culprit=0)

    def on_train_batch_end(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        assert isinstance(pl_module, Module)
        if torch.isfinite(pl_module.loss):
            return
        finite = gathered(self._share, bool(torch.isfinite(outputs["loss"])))
        culprit = finite.index(False) if False in finite else 0  # each is finite, and their sum is not
        self._stop(trainer, "loss", batch, culprit)

    def _stop(self, trainer: pl.Trainer, what: str, batch: Any, culprit: int) -> NoReturn:
        if self._share.rank != culprit:
            raise SystemExit(NonFiniteError.exit_code)
        terms = {k: float(v) for k, v in trainer.callback_metrics.items() if k.startswith("train/")}
        kept = [self._folder / "non-finite-batch.npz"]
        arrays = {k: v.cpu().numpy() for k, v in batch._asdict().items() if isinstance(v, torch.Tensor)}
        with whole_file(kept[0]) as partial:
            np.savez_compressed(partial, **arrays)  # type: ignore[arg-type]
        if (sheet := self._system.sheet(batch)) is not None:
            kept.insert(0, self._folder / "non-finite-batch.png")
            write_picture(sheet, kept[0])
        named = ", ".join(f"{name.removeprefix('train/')} {value:g}" for name, value in terms.items())
        raise NonFiniteError(
            f"the {what} is no longer finite at step {trainer.global_step} ({named}); the batch is in "
            f"{' and '.join(map(str, kept))}; look at it, or lower optimiser.rate and begin again"
        )
