"""The Lightning module: any system's loss, the optimiser, and one look at the validation sets."""

import copy
import math
from collections.abc import Sequence
from typing import Any

import lightning.pytorch as pl
import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader

from facewright.core.errors import RecipeError, TrainingError
from facewright.core.suggest import nearest
from facewright.tasks.normaliser import counted_together
from facewright.training.int8 import rounding
from facewright.training.recipe import Optimiser, Recipe, Stage
from facewright.training.schedules import rate_at
from facewright.training.share import ALONE, Share, mean_of_all, of_first
from facewright.training.system import System


class Module(pl.LightningModule):
    """Trains `network` for a system; an epoch of Lightning's is a round of ours."""

    loss: Tensor
    """of the whole batch, as far as it is worked through: the same in all processes"""

    def __init__(self, system: System[Recipe], network: nn.Module, share: Share = ALONE) -> None:
        super().__init__()
        self.system, self.share = system, share
        self._seen = torch.zeros(0)
        self.network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def __deepcopy__(self, memo: dict[int, Any]) -> "Module":
        # The averaged twin needs its own weights, not its own gigabytes of pictures.
        return Module(self.system, copy.deepcopy(self.network, memo), self.share)

    def on_train_epoch_start(self) -> None:
        recipe, stage = self.system.recipe, self._stage()
        hold_still(self.network, stage.frozen)
        self.trainer.accumulate_grad_batches = stage.accumulate
        # What dropout leaves out is known by the round too, so that a resumed run leaves out the same.
        seed = np.random.SeedSequence([recipe.seed, self.current_epoch, self.share.rank])
        torch.manual_seed(int(seed.generate_state(1)[0]))

    def training_step(self, batch: Any, batch_index: int) -> Tensor:
        with counted_together(), rounding(self._stage().int8):
            terms = self.system.loss(self.network, batch)
        names, weights = self.system.terms, self.system.recipe.loss.model_dump()
        loss = torch.stack([weights[name] * terms[name] for name in names]).sum()
        part = mean_of_all(torch.stack([*(terms[name] for name in names), loss]).detach(), self.share)
        # A row of the curve is of a whole batch, however many parts it is worked through in.
        done = batch_index % self.trainer.accumulate_grad_batches
        self._seen = part if done == 0 else (self._seen * done + part) / (done + 1)
        self.loss = self._seen[-1]
        seen = zip((*names, "loss"), self._seen, strict=True)
        self.log_dict({f"train/{name}": value for name, value in seen}, batch_size=len(batch[0]))
        return loss

    def _stage(self) -> Stage:
        recipe = self.system.recipe
        return recipe.stages[recipe.stage_of(self.current_epoch)[0]]

    def configure_optimizers(self) -> Any:
        recipe = self.system.recipe
        settings, total = recipe.optimiser, recipe.rounds * recipe.steps
        optimiser = make_optimiser(self.network, settings)
        schedule = make_schedule(optimiser, settings, total)
        return {"optimizer": optimiser, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}

    def train_dataloader(self) -> DataLoader[Any]:
        return self.system.loader(self.current_epoch, self.share)

    def val_dataloader(self) -> DataLoader[int]:
        return DataLoader([0], batch_size=None)  # type: ignore[arg-type]  # one step, which looks at everything

    def validation_step(self, *_: Any) -> None:
        figures = of_first(self.share, self._looked)
        chosen_by = self.system.figures[0]
        if math.isnan(figures[chosen_by]):
            raise TrainingError(
                f"{chosen_by} on validation is not a number, and by it the best weights are chosen: the "
                "validation sets hold nothing to tell it by, such as a face, or one with an attribute"
            )
        for name in self.system.figures:
            self.log(f"val/{name}", figures[name], prog_bar=name == self.system.figures[0], batch_size=1)

    def _looked(self) -> dict[str, float]:
        # In full precision: what half the digits say of a box's corners would choose the wrong weights.
        with torch.autocast(self.device.type, enabled=False):
            return self.system.validate(self.network)


def hold_still(network: nn.Module, frozen: Sequence[str]) -> None:
    """Put a network into training mode but for what begins with one of the names in `frozen`."""
    names = tuple(frozen)
    for name, parameter in network.named_parameters():
        parameter.requires_grad_(not (names and name.startswith(names)))
    for name, module in network.named_modules():
        module.train(not (names and name.startswith(names)))


def check_stages(recipe: Recipe, network: nn.Module) -> None:
    """Raise RecipeError where a stage freezes or rounds what the network does not have."""
    own = [name for name, _ in network.named_parameters()]
    convolves = any(isinstance(module, nn.Conv2d) for module in network.modules())
    for i, stage in enumerate(recipe.stages):
        if stage.int8 and not convolves:
            raise RecipeError(f"stages.{i}.int8: the network has no convolutions, which is what it rounds")
        for frozen in stage.frozen:
            if not any(name.startswith(frozen) for name in own):
                parts = [name for name, _ in network.named_children()]
                raise RecipeError(
                    f"stages.{i}.frozen: the network has nothing that begins with {frozen!r}"
                    f"{nearest(frozen, parts)}; its parts are {', '.join(parts)}"
                )


def make_schedule(
    optimiser: torch.optim.Optimizer, settings: Optimiser, total: int
) -> torch.optim.lr_scheduler.LambdaLR:
    """What gives the optimiser its rate; it wants a step after each of the optimiser's `total`."""
    return torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: rate_at(step, total, settings) / settings.rate
    )


def make_optimiser(network: nn.Module, settings: Optimiser) -> torch.optim.Optimizer:
    """As the recipe says; norms and biases are not decayed."""
    groups: list[dict[str, Any]] = [
        {"params": [p for p in network.parameters() if p.ndim > 1]},
        {"params": [p for p in network.parameters() if p.ndim <= 1], "weight_decay": 0.0},
    ]
    if settings.kind == "sgd":
        return torch.optim.SGD(
            groups, lr=settings.rate, momentum=settings.momentum, weight_decay=settings.weight_decay
        )
    kind = torch.optim.AdamW if settings.kind == "adamw" else torch.optim.Adam
    return kind(groups, lr=settings.rate, weight_decay=settings.weight_decay)
