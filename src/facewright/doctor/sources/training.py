"""How a system trains, as a subject: its batches, loss, optimiser, stages and rates."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from functools import cache
from typing import Any

import torch
from torch import Tensor, nn

from facewright.doctor.sources.network import weighted
from facewright.doctor.training.subject import Training
from facewright.tasks.classification.batch import Batch as WindowBatch
from facewright.training.classification import ClassificationSystem
from facewright.training.module import hold_still, make_optimiser, make_schedule
from facewright.training.recipe import Optimiser, Recipe
from facewright.training.system import System

VALIDATED = 32
"""windows a batch of those that are validated on"""


def training_of(name: str, recipe: Recipe, system: System[Recipe]) -> Training:
    """`recipe` as it is trained; `system` is open and that of `small(recipe)`."""
    settings, total = recipe.optimiser, recipe.rounds * recipe.steps

    def loss(network: nn.Module, batch: Any) -> dict[str, Tensor]:
        return weighted(system, system.loss(network, batch))

    return Training(
        f"{name}: training",
        network=system.network,
        batches=system.loader,
        loss=loss,
        optimiser=lambda network: make_optimiser(network, settings),
        stages=len(recipe.stages),
        prepare=lambda network, stage: hold_still(network, recipe.stages[stage].frozen),
        validation=_validation(system),
        classes=_classes(recipe.task),
        rate=_rate_of(settings, total),
        steps=total,
        warmup=settings.warmup,
        lowest=lowest_rate(settings),
        highest=settings.rate,
        cycle=2 * settings.cycle if settings.schedule in ("triangular", "triangular2", "exp_range") else None,
    )


def _rate_of(settings: Optimiser, total: int) -> Callable[[int], float]:
    """The rate that an optimiser is given at a step, by training's own schedule, stepped through."""

    @cache
    def rates() -> list[float]:
        optimiser = torch.optim.SGD([nn.Parameter(torch.zeros(1))], settings.rate)
        schedule = make_schedule(optimiser, settings, total)
        given = []
        for _ in range(total + 1):
            given.append(optimiser.param_groups[0]["lr"])
            optimiser.step()
            schedule.step()
        return given

    return lambda step: rates()[step]


def lowest_rate(settings: Optimiser) -> float:
    """What a recipe states, after its warm-up."""
    match settings.schedule:
        case "constant":
            return settings.rate
        case "steps":
            return settings.rate * 0.1 ** len(settings.drops)
        case "cosine":
            return settings.rate * settings.last
    return min(settings.lowest, settings.rate)


def _validation(system: System[Recipe]) -> Callable[[], Iterable[Any]] | None:
    """Of a classifier the windows that it is judged on; other systems judge pictures one by one."""
    if not isinstance(system, ClassificationSystem):
        return None

    def batches() -> Iterator[WindowBatch]:
        for face, windows in system.judged:
            for start in range(0, len(windows), VALIDATED):
                part = torch.from_numpy(windows[start : start + VALIDATED]).permute(0, 3, 1, 2)
                yield WindowBatch(part, torch.full((len(part),), face, dtype=torch.int8))

    return batches


def _classes(task: str) -> Callable[[Any], Sequence[Hashable]] | None:
    if task == "classification":
        return lambda batch: batch.labels.tolist()
    return None
