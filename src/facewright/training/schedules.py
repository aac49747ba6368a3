"""Learning rates as pure functions of the step, so that a resumed run needs to remember nothing."""

import math

from facewright.training.recipe import Optimiser


def rate_at(step: int, total: int, settings: Optimiser) -> float:
    """The learning rate of step 0, 1, ... of a run of `total` steps, after a linear warm-up.

    cosine: half a cosine from `rate` down to `last * rate` (Loshchilov and Hutter, "SGDR", 2017).
    steps: a tenth after each of `drops`. triangular, triangular2, exp_range: up from `lowest` to `rate` and
    back in 2 * `cycle` steps; the height stays, halves each time, or shrinks by `gamma` a step (Smith,
    "Cyclical Learning Rates for Training Neural Networks", 2017).
    """
    if step < settings.warmup:
        return settings.rate * (step + 1) / settings.warmup
    done, left = step - settings.warmup, max(total - settings.warmup, 1)
    if settings.schedule == "constant":
        return settings.rate
    if settings.schedule == "steps":
        return settings.rate * 0.1 ** sum(done >= drop * left for drop in settings.drops)
    if settings.schedule == "cosine":
        fall = (1 + math.cos(math.pi * min(done / left, 1.0))) / 2
        return settings.rate * (settings.last + (1 - settings.last) * fall)
    passed, place = divmod(done / settings.cycle, 2)
    height = {"triangular": 1.0, "triangular2": 0.5**passed, "exp_range": settings.gamma**done}
    return (
        settings.lowest + (settings.rate - settings.lowest) * (1 - abs(place - 1)) * height[settings.schedule]
    )
