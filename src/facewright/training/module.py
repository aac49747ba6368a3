"""The Lightning module: loss, optimiser and validation of the detector."""

import copy
import math
from collections.abc import Sequence
from typing import Any

import lightning.pytorch as pl
import torch
from torch import Tensor
from torch.utils.data import DataLoader

from facewright.core.faces import Faces
from facewright.datasets.sample import Dataset
from facewright.metrics.average_precision import ap50
from facewright.models.detector import FaceDetector
from facewright.tasks.detection.batch import Batch
from facewright.tasks.detection.loss import detection_loss
from facewright.tasks.detection.points import points
from facewright.tasks.detection.predict import predict
from facewright.training.data import round_loader
from facewright.training.recipe import Recipe
from facewright.transforms.canvas import Pool

LOWEST_SCORE = 0.02
"""detections below it are not asked for while training: they change AP by less than a thousandth"""


class DetectorModule(pl.LightningModule):
    """Trains `network` by a recipe; an epoch of Lightning's is a round of ours."""

    def __init__(
        self, recipe: Recipe, network: FaceDetector, pool: Pool, validation: Sequence[Dataset]
    ) -> None:
        super().__init__()
        self.recipe = recipe
        self.network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._pool, self._validation = pool, validation
        self._found: list[list[Faces]] = []

    def __deepcopy__(self, memo: dict[int, Any]) -> "DetectorModule":
        # The averaged twin needs its own weights, not its own gigabytes of pictures.
        return DetectorModule(self.recipe, copy.deepcopy(self.network, memo), self._pool, self._validation)

    def training_step(self, batch: Batch, batch_index: int) -> Tensor:
        raw = self.network(batch.pixels.float())
        side = batch.pixels.shape[-1]
        terms = detection_loss(raw, batch.truths, points(side, side).to(raw.device))
        weights = self.recipe.loss.model_dump()
        loss = torch.stack([weights[name] * term for name, term in terms.items()]).sum()
        self.log_dict({f"train/{name}": term.detach() for name, term in terms.items()}, batch_size=len(raw))
        self.log("train/loss", loss.detach(), batch_size=len(raw))
        return loss

    def configure_optimizers(self) -> Any:
        settings = self.recipe.optimiser
        decayed = [p for p in self.network.parameters() if p.ndim > 1]
        plain = [p for p in self.network.parameters() if p.ndim <= 1]  # norms and biases are not decayed
        groups: list[dict[str, Any]] = [{"params": decayed}, {"params": plain, "weight_decay": 0.0}]
        optimiser = torch.optim.AdamW(groups, lr=settings.rate, weight_decay=settings.weight_decay)
        total = self.recipe.rounds * self.recipe.steps

        def share(step: int) -> float:
            if step < settings.warmup:
                return (step + 1) / settings.warmup
            done = min((step - settings.warmup) / max(total - settings.warmup, 1), 1.0)
            return settings.last + (1 - settings.last) * (1 + math.cos(math.pi * done)) / 2

        schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, share)
        return {"optimizer": optimiser, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}

    def train_dataloader(self) -> DataLoader[Any]:
        return round_loader(self.recipe, self._pool, self.current_epoch)

    def val_dataloader(self) -> list[DataLoader[int]]:
        # Only numbers travel through Lightning: pictures of any size do not stack into batches.
        return [DataLoader(range(len(dataset)), batch_size=None) for dataset in self._validation]  # type: ignore[arg-type]

    def on_validation_epoch_start(self) -> None:
        self._found = [[] for _ in self._validation]

    def validation_step(self, index: int, batch_index: int, dataloader_idx: int = 0) -> None:
        picture = self._validation[dataloader_idx][index].read()
        self._found[dataloader_idx].append(predict(self.network, picture, score_threshold=LOWEST_SCORE))

    def on_validation_epoch_end(self) -> None:
        scores = {}
        for dataset, found in zip(self._validation, self._found, strict=True):
            scores[dataset.name] = ap50(dataset, found)
        self.log_dict({f"val/{name}": value for name, value in scores.items()})
        self.log("val/ap50", sum(scores.values()) / len(scores), prog_bar=True)
