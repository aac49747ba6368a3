"""What a finished training tells: over-fitting, waiting for data, an idle GPU, nothing kept."""

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import fmean, median

from facewright.doctor.checking import check
from facewright.doctor.finding import Evidence
from facewright.doctor.training.subject import Run

LOOKS = 6
"""at the validation data, from which on a curve tells"""
LATE = 0.7
"""a best look before this share of the training is early"""
NOISES = 3.0
"""typical changes from look to look that a figure must have got worse by"""
WAITING = 0.25
"""share of the time, from which on more workers or cheaper augmentation pay"""


@check(
    "run-overfits",
    "warning",
    Run,
    about="From some step on the validation figure gets worse while the training loss still falls: what is "
    "learned from there on is the training data by heart.",
    cure="Train for fewer steps, or with more data, augmentation or regularisation; use the best weights.",
    needs=("curve", "figure"),
)
def overfits(run: Run) -> Iterator[Evidence]:
    assert run.figure is not None
    looks = _points(run, run.figure)
    if len(looks) < LOOKS:
        return
    sign = 1.0 if run.higher_is_better else -1.0
    values = [sign * value for _, value in looks]
    best = max(range(len(values)), key=values.__getitem__)
    late = values[-max(len(values) // 4, 2) :]
    noise = median(abs(later - earlier) for earlier, later in pairwise(values))
    if best > LATE * (len(values) - 1) or values[best] - fmean(late) <= NOISES * noise:
        return
    step, last = looks[best][0], looks[-1][0]
    then, now = _loss_around(run, step), _loss_around(run, last)
    if then is None or now is None or now >= then:
        return
    end = sign * fmean(late)
    yield Evidence(
        f"{run.figure} was best at step {step:.0f} of {last:.0f} ({sign * values[best]:.4g}) and ended at "
        f"{end:.4g}, "
        f"while the training loss fell from {then:.4g} to {now:.4g}.",
        {"step": step, "steps": last, "best": sign * values[best], "end": end, "loss": [then, now]},
    )


@check(
    "run-not-finite",
    "error",
    Run,
    about="The training's loss was not a number, or infinite, at some step: whatever followed is worthless.",
    cure="Look at the batch of that step; lower the rate, or clip gradients.",
    needs=("curve",),
)
def not_finite(run: Run) -> Iterator[Evidence]:
    assert run.curve is not None
    steps = [
        row["step"]
        for row in run.curve
        if run.training_loss in row and not math.isfinite(row[run.training_loss])
    ]
    if steps:
        yield Evidence(
            f"{run.training_loss} was not finite in {len(steps)} rows, first at step {steps[0]:.0f}.",
            {"rows": len(steps), "step": steps[0]},
        )


DIVERGED = 2.0
"""times its first value at the end: a harder stage raises a loss by less, or the figure rises all the same"""
ROWS = 10


@check(
    "run-diverged",
    "error",
    Run,
    about="The training loss ended far above where it began: the steps were too large, and what they left is "
    "worse than nothing learnt.",
    cure="Lower the rate (facewright train RECIPE --range-test finds one), or warm it up over more steps.",
    needs=("curve",),
)
def diverged(run: Run) -> Iterator[Evidence]:
    points = _points(run, run.training_loss)
    if len(points) < 2 * ROWS:
        return
    first, last = (fmean(value for _, value in some) for some in (points[:ROWS], points[-ROWS:]))
    if first > 0 and last > DIVERGED * first and not _got_better(run):
        yield Evidence(
            f"{run.training_loss} was {first:.4g} in the first {ROWS} rows and {last:.4g} in the last.",
            {"first": first, "last": last},
        )


@check(
    "run-waits-for-data",
    "warning",
    Run,
    about="The network waits for examples much of the time: a faster device would not train faster.",
    cure="Use more workers, a packed cache of small pictures, or cheaper augmentation.",
    needs=("waiting",),
)
def waits_for_data(run: Run) -> Iterator[Evidence]:
    assert run.waiting is not None
    if run.waiting > WAITING:
        yield Evidence(
            f"The network waited for data {run.waiting:.0%} of the training time.", {"waiting": run.waiting}
        )


@check(
    "run-gpu-idle",
    "warning",
    Run,
    about="The machine has a GPU, and the training ran on the processor: often because PyTorch was installed "
    "without support for it.",
    cure="Install the PyTorch that fits the GPU, and train with --device cuda (or mps).",
    needs=("device", "available"),
)
def gpu_idle(run: Run) -> Iterator[Evidence]:
    assert run.available is not None
    idle = sorted(set(run.available) - {"cpu"})
    if run.device == "cpu" and idle:
        yield Evidence(f"Trained on the processor, though there is {' and '.join(idle)}.", {"idle": idle})


@check(
    "run-keeps-nothing",
    "error",
    Run,
    about="The training left no weights: what it learned was gone when it ended.",
    cure="Save a checkpoint whenever the validation figure is the best one, and at the end.",
    needs=("checkpoints",),
)
def keeps_nothing(run: Run) -> Iterator[Evidence]:
    if not run.checkpoints:
        yield Evidence("The training left no file of weights.", {"checkpoints": 0})


def _points(run: Run, name: str) -> list[tuple[float, float]]:
    """(step, value) where the curve has it."""
    assert run.curve is not None
    return [(row["step"], row[name]) for row in run.curve if name in row and math.isfinite(row[name])]


def _got_better(run: Run) -> bool:
    """Whether the last look at the validation data is better than the first."""
    looks = _points(run, run.figure) if run.figure is not None else []
    change = looks[-1][1] - looks[0][1] if looks else 0.0
    return change > 0 if run.higher_is_better else change < 0


def _loss_around(run: Run, step: float) -> float | None:
    """The training loss near a step: the mean of the ten nearest that were written down."""
    points: Sequence[tuple[float, float]] = _points(run, run.training_loss)
    near = sorted(points, key=lambda point: abs(point[0] - step))[:10]
    return fmean(value for _, value in near) if near else None
