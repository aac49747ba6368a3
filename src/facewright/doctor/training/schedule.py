"""The learning rate and the early stop: are they what is stated, and what a range test supports?"""

import math
from collections.abc import Iterator
from itertools import pairwise

from facewright.doctor.checking import check
from facewright.doctor.finding import Evidence
from facewright.doctor.training.subject import Training

MOST = 50_000
"""steps that are asked for their rate"""
OFF = 0.05
"""share by which a rate may miss what is stated, as a foot or top between two steps does"""
SHORT = 200
"""steps from which on the last one of a schedule is as low as any"""
LOOKS = 1000
"""looks at a curve that only rises after which any early stop should have stopped"""
RISEN = 0.25
"""of the fall in a range test: a loss that has risen by so much again is on its way up for good"""


@check(
    "rate-not-as-stated",
    "error",
    Training,
    about="The learning rate is not the one that is stated, because the schedule adds, multiplies or repeats "
    "something once too often: the training is another one than was written down.",
    cure="Plot the rate of every step, and mend the schedule where it leaves what is stated.",
    needs=("rate", "steps"),
)
def rate_not_as_stated(training: Training) -> Iterator[Evidence]:
    rates = _rates(training)
    wrong = [step for step, rate in rates.items() if not (math.isfinite(rate) and rate >= 0)]
    if wrong:
        yield Evidence(
            f"The rate is {rates[wrong[0]]:g} at step {wrong[0]}.", {"steps": wrong[:20], "count": len(wrong)}
        )
        return
    after = {step: rate for step, rate in rates.items() if step >= training.warmup}
    if not after:
        highest = max(rates.values())
        if training.highest is not None and len(rates) >= SHORT and highest < training.highest / 2:
            yield Evidence(
                f"The warm-up takes {training.warmup} steps and the training {training.steps}: its highest "
                f"rate is {highest:.4g}, not {training.highest:g}.",
                {"highest": highest, "steps": training.steps, "warmup": training.warmup},
            )
        return
    said = []
    lowest, highest = min(after.values()), max(rates.values())
    # A short training need not reach the top of its first cycle, nor the foot of its cosine.
    arrived = max(after) - training.warmup >= (training.cycle or SHORT)
    if training.highest is not None:
        off = training.highest * OFF
        # Where the tops shrink from cycle to cycle, the first one may be lower than stated.
        if highest > training.highest + off or (arrived and highest < training.highest / 2):
            said.append(f"its highest is {highest:.4g}, not {training.highest:g}")
    if training.lowest is not None:
        off = training.lowest * OFF + (training.highest or 0.0) * OFF / 5
        below = sum(rate < training.lowest * (1 - OFF) for rate in after.values()) / len(after)
        if below:
            said.append(
                f"its lowest is {lowest:.4g}, not {training.lowest:g}, and it is below that for {below:.0%} "
                "of the steps"
            )
        elif arrived and lowest > training.lowest + off:
            said.append(f"its lowest is {lowest:.4g}, not {training.lowest:g}")
    measured = _period(training)
    if training.cycle is not None and measured is not None:
        off = max(training.cycle * OFF, 1)
        if abs(measured - training.cycle) > off:
            said.append(f"its cycle takes {measured:.0f} steps, not {training.cycle}")
    if said:
        yield Evidence(
            f"Over {training.steps} steps the learning rate is not as stated: {'; '.join(said)}.",
            {"lowest": lowest, "highest": highest, "steps": training.steps},
        )


@check(
    "rate-outside-range-test",
    "warning",
    Training,
    about="The highest learning rate is outside what the range test found useful: above it the loss grows, "
    "far below it the loss hardly moves.",
    cure="Take the highest rate from where the loss still falls steeply in the range test.",
    needs=("range_test",),
)
def outside_range_test(training: Training) -> Iterator[Evidence]:
    assert training.range_test is not None
    top = max(_rates(training).values()) if training.rate is not None and training.steps else training.highest
    if top is None or len(training.range_test) < 3:
        return
    rates, losses = zip(*training.range_test, strict=True)
    least = min(range(len(losses)), key=losses.__getitem__)
    fall = losses[0] - losses[least]
    if fall <= 0:
        yield Evidence("No rate of the range test made the loss fall.", {"loss": losses[0]})
        return
    begins = next(r for r, loss in zip(rates, losses, strict=True) if losses[0] - loss >= 0.1 * fall)
    rising = zip(rates[least:], losses[least:], strict=True)
    ends = next((r for r, loss in rising if loss - losses[least] > RISEN * fall), math.inf)
    numbers = {"highest": top, "begins": begins, "ends": ends if math.isfinite(ends) else None}
    if top > ends:
        yield Evidence(
            f"The highest rate is {top:g}; from {ends:.2g} on the range test's loss grows.", numbers
        )
    elif top < begins / 10:
        yield Evidence(f"The highest rate is {top:g}; below {begins:.2g} the loss hardly moves.", numbers)


@check(
    "early-stop-never-fires",
    "warning",
    Training,
    about="The early stop does not stop, however long the validation loss rises: it waits for something that "
    "cannot come, such as a loss below what can be reached.",
    cure="Stop after so many looks without a new best.",
    needs=("stop",),
)
def stop_never_fires(training: Training) -> Iterator[Evidence]:
    assert training.stop is not None
    # Falls to .5 of its first, and then only rises: nothing is left to wait for.
    falling = [1.0 - 0.05 * look for look in range(11)]
    curve = falling + [0.5 + 0.5 * (1 - 0.99**look) for look in range(1, LOOKS)]
    if not any(training.stop(curve[: look + 1]) for look in range(len(falling), len(curve))):
        yield Evidence(
            f"A validation loss that fell to .5 and then rose for {LOOKS} looks did not stop the training.",
            {"looks": LOOKS},
        )


@check(
    "early-stop-while-better",
    "warning",
    Training,
    about="The early stop stops a training whose validation loss still falls at every look; often because it "
    "takes a higher figure for a better one.",
    cure="Tell the early stop whether higher or lower is better.",
    needs=("stop",),
)
def stops_while_better(training: Training) -> Iterator[Evidence]:
    assert training.stop is not None
    curve = [0.99**look for look in range(20)]
    for look in range(1, len(curve) + 1):
        if training.stop(curve[:look]):
            yield Evidence(
                f"The training stopped at look {look} of a loss that fell by a hundredth at every look.",
                {"look": look},
            )
            return


def _rates(training: Training) -> dict[int, float]:
    """Step -> rate; of a very long training every few steps, and the last one."""
    assert training.rate is not None and training.steps is not None
    last = training.steps - 1
    return {step: training.rate(step) for step in [*range(0, last, last // MOST + 1), last]}


def _period(training: Training) -> float | None:
    """Mean number of steps from one foot to the next; None where there are not two."""
    assert training.rate is not None and training.steps is not None
    rates = [training.rate(step) for step in range(training.warmup, min(training.steps, MOST))]
    signs = [(later > earlier) - (later < earlier) for earlier, later in pairwise(rates)]
    moves = [(step, sign) for step, sign in enumerate(signs) if sign]
    feet = [later[0] for earlier, later in pairwise(moves) if earlier[1] < 0 < later[1]]
    return (feet[-1] - feet[0]) / (len(feet) - 1) if len(feet) > 1 else None
