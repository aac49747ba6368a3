"""The learning-rate range test: how the loss answers to rates from far too low to far too high.

Source: Smith, "Cyclical Learning Rates for Training Neural Networks", 2017. One short run whose rate grows by
the same factor each step; where the loss begins to fall is a good `lowest`, and somewhat before it rises
again a good `rate`.
"""

import csv
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import nn

from facewright.core.errors import TrainingError
from facewright.core.whole import whole_file
from facewright.training.devices import choose_device
from facewright.training.int8 import rounding
from facewright.training.module import check_stages, hold_still, make_optimiser
from facewright.training.recipe import Recipe

LOWEST, HIGHEST = 1e-6, 1.0
SMOOTH = 0.95
"""of the moving average of the losses, a step"""
LOST = 4.0
"""the test ends when the smoothed loss is so many times its least one"""
APART = 5
"""steps between which a fall of the loss is looked at; as many at the beginning tell nothing yet"""
FEWEST = 2 * APART + 1


class Trial(NamedTuple):
    """One step of the test."""

    rate: float
    loss: float
    smooth: float
    """moving average of the losses so far, each counted as if it had begun there"""


def range_test(
    recipe: Recipe, cache: Path, *, steps: int = 200, device: str = "auto", low: float = LOWEST
) -> list[Trial]:
    """Train a fresh network of `recipe` for at most `steps` steps, the rate growing from `low` to `HIGHEST`.

    Frozen is what the first stage freezes, and gradients are clipped as in training. Nothing is kept. Raises
    TrainingError when fewer than `FEWEST` steps were finite.
    """
    where = choose_device(device, recipe.precision)
    kind = {"cuda": "cuda", "mps": "mps"}.get(where.accelerator, "cpu")
    torch.manual_seed(recipe.seed)
    stage = recipe.stages[0].model_copy(update={"rounds": 1, "accumulate": 1})
    long = recipe.model_copy(update={"steps": steps, "stages": [stage]})
    system = long.system()
    system.open(cache)
    network = system.network()
    system.begin(network)
    network.to(kind)
    check_stages(recipe, network)
    hold_still(network, recipe.stages[0].frozen)
    optimiser = make_optimiser(network, recipe.optimiser)
    weights = recipe.loss.model_dump()
    trials: list[Trial] = []
    average, least = 0.0, math.inf
    for step, batch in enumerate(system.loader(0)):
        rate = low * (HIGHEST / low) ** (step / max(steps - 1, 1))
        for group in optimiser.param_groups:
            group["lr"] = rate
        half = torch.autocast(kind, torch.bfloat16, enabled=where.precision.startswith("bf16"))
        with half, rounding(stage.int8):
            terms = system.loss(network, _moved(batch, kind))
        loss = torch.stack([weights[name] * terms[name] for name in system.terms]).sum()
        if not torch.isfinite(loss):
            break
        value = loss.item()
        average = SMOOTH * average + (1 - SMOOTH) * value
        smooth = average / (1 - SMOOTH ** (step + 1))
        least = min(least, smooth)
        trials.append(Trial(rate, value, smooth))
        if smooth > LOST * least and step > 10:
            break
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), recipe.optimiser.clip)
        optimiser.step()
    if len(trials) < FEWEST:
        raise TrainingError(f"the loss was not finite after {len(trials)} steps; look at the data first")
    return trials


def steepest(trials: Sequence[Trial]) -> float:
    """The rate at which the smoothed loss falls fastest: a cautious choice for `optimiser.rate`."""
    falls = [
        (later.smooth - earlier.smooth, later.rate)
        for earlier, later in zip(trials[APART:], trials[2 * APART :], strict=False)
    ]
    return min(falls)[1]


def write_trials(trials: Sequence[Trial], table: Path) -> None:
    """As CSV: rate, loss, smoothed loss."""
    table.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(table) as partial, partial.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(Trial._fields)
        writer.writerows(trials)


def _moved(batch: Any, kind: str) -> Any:
    return type(batch)(*(part.to(kind) if isinstance(part, torch.Tensor) else part for part in batch))
