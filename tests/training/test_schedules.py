import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from facewright.training.recipe import Optimiser
from facewright.training.schedules import rate_at


def settings(**values):
    return Optimiser.model_validate({"rate": 1e-3, "warmup": 0} | values)


@pytest.mark.parametrize("mode", ["triangular", "triangular2", "exp_range"])
def test_cyclical_rates_are_those_of_pytorch(mode):
    ours = settings(schedule=mode, lowest=1e-4, cycle=7, gamma=0.97)
    optimiser = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    theirs = torch.optim.lr_scheduler.CyclicLR(
        optimiser, 1e-4, 1e-3, step_size_up=7, mode=mode, gamma=0.97, cycle_momentum=False
    )
    for step in range(60):
        assert rate_at(step, 60, ours) == pytest.approx(theirs.get_last_lr()[0], rel=1e-9)
        optimiser.step()
        theirs.step()


def test_a_cosine_begins_at_the_rate_and_ends_at_its_last_share():
    falling = settings(last=0.1)
    assert rate_at(0, 100, falling) == pytest.approx(1e-3)
    assert rate_at(50, 100, falling) == pytest.approx(1e-3 * 0.55)
    assert rate_at(100, 100, falling) == pytest.approx(1e-4)
    assert rate_at(500, 100, falling) == pytest.approx(1e-4)


def test_steps_divide_the_rate_by_ten_at_their_shares():
    stepped = settings(schedule="steps", drops=[0.5, 0.75])
    assert [round(math.log10(rate_at(step, 100, stepped))) for step in (0, 49, 50, 74, 75, 99)] == [
        -3, -3, -4, -4, -5, -5
    ]  # fmt: skip


@given(
    st.sampled_from(["cosine", "constant", "steps", "triangular", "triangular2", "exp_range"]),
    st.integers(0, 2000),
    st.integers(0, 50),
)
def test_a_rate_is_never_above_the_highest_nor_below_nothing(schedule, step, warmup):
    rate = rate_at(step, 1000, settings(schedule=schedule, warmup=warmup, drops=[0.5]))
    assert 0 <= rate <= 1e-3 * (1 + 1e-9)
    if step < warmup:
        assert rate == pytest.approx(1e-3 * (step + 1) / warmup)
