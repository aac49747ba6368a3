"""What watches a run: progress and waiting time, the first canvases to look at, and non-finite losses."""

import time
from pathlib import Path
from typing import Any

import lightning.pytorch as pl
import numpy as np
import torch
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from facewright.core.draw import IGNORED, contact_sheet, draw_boxes
from facewright.core.errors import TrainingError
from facewright.core.pictures import write_picture
from facewright.tasks.detection.batch import Batch


def tell(console: Console, text: str) -> None:
    """A line for people, as it is: names of files and sets are no markup."""
    console.print(text, highlight=False, markup=False, emoji=False, soft_wrap=True)


class Clock(pl.Callback):
    """Counts canvases, seconds in training steps, seconds spent waiting for data, and all seconds.

    It lives in the checkpoints, so that it tells of the whole run, however often that was interrupted.
    """

    def __init__(self) -> None:
        self.canvases, self.busy, self.waited = 0, 0.0, 0.0
        self._began = time.perf_counter()

    @property
    def seconds(self) -> float:
        """Since the run began, validation included."""
        return time.perf_counter() - self._began

    @property
    def rate(self) -> float:
        """Canvases a second, validation not counted."""
        return self.canvases / max(self.busy + self.waited, 1e-9)

    @property
    def waiting(self) -> float:
        """Share of the training time in which the network waited for canvases."""
        return self.waited / max(self.busy + self.waited, 1e-9)

    def state_dict(self) -> dict[str, Any]:
        return {
            "canvases": self.canvases,
            "busy": self.busy,
            "waited": self.waited,
            "seconds": self.seconds,
        }

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        self.canvases, self.busy, self.waited = (state_dict[key] for key in ("canvases", "busy", "waited"))
        self._began = time.perf_counter() - state_dict["seconds"]

    def on_train_epoch_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        self._since = time.perf_counter()

    def on_train_batch_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule, *_: Any) -> None:
        now = time.perf_counter()
        self.waited += now - self._since
        self._since = now

    def on_train_batch_end(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, outputs: Any, batch: Batch, *_: Any
    ) -> None:
        now = time.perf_counter()
        self.busy += now - self._since
        self.canvases += len(batch.pixels)
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
            f"loss {loss:.3f}, {clock.rate:.0f} canvases/s, {clock.waiting:.1%} of the time waiting for data"
        )


class LookAtTheEnd(pl.Callback):
    """Validates after the last round too, whatever its number: its weights are the ones to choose from."""

    def on_train_epoch_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        if trainer.current_epoch + 1 == trainer.max_epochs:
            trainer.check_val_every_n_epoch = 1


class ShowFirstCanvases(pl.Callback):
    """Writes what the network really sees, labels drawn in, from the first batch of a run."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def on_train_batch_start(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, batch: Batch, batch_idx: int
    ) -> None:
        if trainer.global_step == 0:
            write_picture(batch_sheet(batch), self._path)


class StopOnNonFinite(pl.Callback):
    """Stops the run at the first loss that is not finite, and saves the batch that caused it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def on_train_batch_end(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, outputs: Any, batch: Batch, batch_idx: int
    ) -> None:
        loss = outputs["loss"]
        if torch.isfinite(loss):
            return
        terms = {k: float(v) for k, v in trainer.callback_metrics.items() if k.startswith("train/")}
        sheet, arrays = self._folder / "non-finite-batch.png", self._folder / "non-finite-batch.npz"
        write_picture(batch_sheet(batch), sheet)
        faces = {f"boxes_{i}": truth.boxes.cpu().numpy() for i, truth in enumerate(batch.truths)}
        np.savez_compressed(arrays, pixels=batch.pixels.cpu().numpy(), **faces)  # type: ignore[arg-type]
        named = ", ".join(f"{name.removeprefix('train/')} {value:g}" for name, value in terms.items())
        raise TrainingError(
            f"the loss is no longer finite at step {trainer.global_step} ({named}); the batch is in {sheet} "
            f"and {arrays}; look at it, or lower optimiser.rate and begin again"
        )


def batch_sheet(batch: Batch) -> np.ndarray:
    """A contact sheet of a batch: faces, their landmarks, and dashed the regions that are ignored."""
    tiles, captions = [], []
    pixels = batch.pixels.permute(0, 2, 3, 1).cpu().numpy()
    for picture, truth in zip(pixels, batch.truths, strict=True):
        boxes, landmarks, ignore = (part.cpu().numpy() for part in truth)
        seen = draw_boxes(draw_boxes(picture, ignore, IGNORED, dashed=True), boxes, landmarks=landmarks)
        tiles.append(seen)
        captions.append(f"{len(boxes)} faces")
    return contact_sheet(tiles, tile=256, captions=captions)
