import math

import pytest

from facewright.doctor.examination import examine
from facewright.doctor.training.subject import Training
from facewright.training.recipe import Optimiser
from facewright.training.schedules import rate_at

LOWEST, HIGHEST, HALF = 1e-4, 1e-3, 50


def ids(subject):
    return [finding.id for finding in examine([subject]).findings]


def triangle(*, base_added_twice):
    """Smith's triangular rate; S4's adds its base to a height that holds the base already."""

    def rate(step):
        height = 1 - abs(step / HALF % 2 - 1)
        if base_added_twice:
            return LOWEST + LOWEST + (HIGHEST - LOWEST) * height
        return LOWEST + (HIGHEST - LOWEST) * height

    return Training("cyclical", rate=rate, steps=430, lowest=LOWEST, highest=HIGHEST, cycle=2 * HALF)


def test_s4_triangle_adds_its_base_twice():
    (finding,) = examine([triangle(base_added_twice=True)]).findings
    assert finding.id == "rate-not-as-stated"
    assert finding.evidence["lowest"] == pytest.approx(2e-4)
    assert "its highest is 0.0011, not 0.001; its lowest is 0.0002, not 0.0001" in finding.message


def test_s4_twin_with_the_stated_triangle_is_healthy():
    assert ids(triangle(base_added_twice=False)) == []


def test_a_cycle_of_another_length_is_measured():
    rate = triangle(base_added_twice=False).rate
    stated = Training("half", rate=rate, steps=430, lowest=LOWEST, highest=HIGHEST, cycle=HALF)
    assert "its cycle takes 100 steps, not 50" in examine([stated]).findings[0].message


@pytest.mark.parametrize(
    "schedule", ["cosine", "constant", "steps", "triangular", "triangular2", "exp_range"]
)
@pytest.mark.parametrize("total", [1, 40, 700, 70_001])
def test_the_schedules_of_training_are_as_stated(schedule, total):
    settings = Optimiser(schedule=schedule, rate=1e-3, warmup=30, cycle=110, gamma=0.999, drops=[0.5])
    cyclical = schedule in ("triangular", "triangular2", "exp_range")
    stated = Training(
        schedule,
        rate=lambda step: rate_at(step, total, settings),
        steps=total,
        warmup=30,
        highest=1e-3,
        lowest=1e-4 if cyclical else None,
        cycle=220 if cyclical else None,
    )
    assert ids(stated) == []


@pytest.mark.parametrize("rate", [math.nan, math.inf, -1e-3])
def test_a_rate_that_is_none_is_found(rate):
    assert ids(Training("broken", rate=lambda step: rate, steps=3)) == ["rate-not-as-stated"]


def patience(losses, looks=5):
    return len(losses) - 1 - losses.index(min(losses)) >= looks


def test_s4_early_stop_waits_for_a_loss_that_cannot_be_reached():
    assert ids(Training("floor", stop=lambda losses: losses[-1] < 0.3133)) == ["early-stop-never-fires"]


def test_s4_twin_that_counts_looks_without_a_better_one_is_healthy():
    assert ids(Training("patience", stop=patience)) == []


def test_a_stop_that_takes_higher_for_better_stops_at_once():
    (finding,) = examine(
        [Training("upside down", stop=lambda losses: patience([-x for x in losses]))]
    ).findings
    assert finding.id == "early-stop-while-better" and finding.evidence == {"look": 6}


RANGE = [(10**e, loss) for e, loss in ((-6, 1.0), (-5, 0.99), (-4, 0.8), (-3, 0.4), (-2, 0.3), (-1, 0.7))]


@pytest.mark.parametrize(
    ("highest", "found"),
    [(1e-3, []), (5e-2, []), (0.2, ["rate-outside-range-test"]), (1e-6, ["rate-outside-range-test"])],
)
def test_rates_outside_what_a_range_test_supports(highest, found):
    assert ids(Training("range", highest=highest, range_test=RANGE)) == found


def test_a_range_test_in_which_nothing_falls():
    rising = [(rate, 1.0 + i) for i, (rate, _) in enumerate(RANGE)]
    assert ids(Training("range", highest=1e-3, range_test=rising)) == ["rate-outside-range-test"]


def test_a_rate_that_falls_to_nothing_is_found():
    """A scheduler that was meant to be stepped once an epoch."""
    falling = Training("steps", rate=lambda s: 1e-3 * 0.1 ** (s // 3), steps=1000, highest=1e-3, lowest=1e-5)
    (finding,) = examine([falling]).findings
    assert finding.id == "rate-not-as-stated" and "it is below that for 99% of the steps" in finding.message


def test_a_warm_up_longer_than_the_training_never_reaches_the_rate():
    settings = Optimiser(rate=1e-3, warmup=100_000)
    stated = Training(
        "slow", rate=lambda step: rate_at(step, 1600, settings), steps=1600, warmup=100_000, highest=1e-3
    )
    (finding,) = examine([stated]).findings
    assert finding.id == "rate-not-as-stated"
    assert "warm-up takes 100000 steps and the training 1600" in finding.message
