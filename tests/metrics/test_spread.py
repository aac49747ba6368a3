import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from facewright.metrics.spread import BINS, chance_share, effects, groups, spread


def test_spread_is_that_of_a_single_training():
    found = spread([0.5, 0.7, math.nan, 0.6])
    assert (found.mean, found.lowest, found.highest) == pytest.approx((0.6, 0.5, 0.7))
    assert found.deviation == pytest.approx(np.std([0.5, 0.6, 0.7], ddof=1))
    assert found.trainings == 3


def test_one_training_has_no_spread_and_none_has_nothing():
    assert math.isnan(spread([0.5]).deviation)
    assert spread([0.5]).mean == 0.5
    assert spread([math.nan]).trainings == 0
    assert math.isnan(spread([]).mean)


def test_the_key_that_decides_has_the_whole_variance():
    settings = [{"a": a, "b": b} for a in (1, 2, 3) for b in ("x", "y")]
    assert effects(settings, [row["a"] * 10 for row in settings]) == pytest.approx({"a": 1, "b": 0})


def test_shares_worked_by_hand():
    # mean 3, whole 4 + 1 + 0 + 9 = 14; a's means 1.5 and 4.5: 4 x 1.5^2 = 9; b's means 2 and 4: 4 x 1^2 = 4
    settings = [{"a": a, "b": b} for a in (0, 1) for b in (0, 1)]
    assert effects(settings, [1, 2, 3, 6]) == pytest.approx({"a": 9 / 14, "b": 4 / 14})


def test_a_key_that_does_nothing_has_its_chance_share():
    rng = np.random.default_rng(0)
    values = list(rng.uniform(size=13))  # four bins
    shares = [effects([{"a": v} for v in values], rng.normal(size=13))["a"] for _ in range(2000)]
    assert np.mean(shares) == pytest.approx(chance_share(values), abs=0.01)
    assert chance_share(values) == 3 / 12


def test_interplay_belongs_to_no_key_alone():
    settings = [{"a": a, "b": b} for a in (0, 1) for b in (0, 1)]
    assert effects(settings, [row["a"] ^ row["b"] for row in settings]) == pytest.approx({"a": 0, "b": 0})


def test_what_failed_is_left_out_and_what_stands_still_has_no_share():
    settings = [{"a": a} for a in (1, 1, 2, 2)]
    assert effects(settings, [0.0, 0.0, 1.0, math.nan]) == pytest.approx({"a": 1})
    assert math.isnan(effects(settings, [0.3] * 4)["a"])


@given(st.lists(st.floats(0.01, 1), min_size=4, max_size=12), st.randoms())
def test_shares_of_a_full_grid_add_up_to_at_most_one(values, random):
    settings = [{"a": i % 2, "b": i // 2} for i in range(4)]
    figures = [values[i] for i in range(4)]
    shares = effects(settings, figures)
    if not math.isnan(shares["a"]):
        assert min(shares.values()) >= -1e-9
        assert sum(shares.values()) <= 1 + 1e-9
        order = list(range(4))
        random.shuffle(order)
        assert effects([settings[i] for i in order], [figures[i] for i in order]) == pytest.approx(shares)


def test_numbers_nearly_all_different_go_into_bins_of_as_many():
    values = list(np.random.default_rng(0).permutation(40) / 7)
    assert np.bincount(groups(values)).tolist() == [10] * BINS
    assert groups([3, 1, 2, 1]).tolist() == [2, 0, 1, 0]
    assert groups(["sgd", "adam"]).tolist() == [1, 0]
    assert groups([True, False, True]).tolist() == [1, 0, 1]
