import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from facewright.metrics.bootstrap import Difference, difference, drawn, ratio
from facewright.metrics.comparison import measure


@given(st.lists(st.integers(0, 5), min_size=1, max_size=30), st.integers(0, 3))
def test_groups_are_drawn_whole_and_as_many_as_there_are(groups, seed):
    counts = drawn(groups, resamples=20, seed=seed)
    assert counts.shape == (20 if len(set(groups)) > 1 else 0, len(groups))
    firsts = {group: groups.index(group) for group in groups}
    for i, group in enumerate(groups):
        assert (counts[:, i] == counts[:, firsts[group]]).all()
    assert (counts[:, list(firsts.values())].sum(axis=1) == len(firsts)).all()


def test_each_stratum_keeps_its_size_and_the_seed_decides():
    strata = ["a"] * 7 + ["b"] * 3
    counts = drawn(range(10), strata)
    assert (counts[:, :7].sum(axis=1) == 7).all() and (counts[:, 7:].sum(axis=1) == 3).all()
    assert (counts == drawn(range(10), strata)).all()
    assert (counts != drawn(range(10), strata, seed=1)).any()
    with pytest.raises(ValueError, match="10 groups but 1 strata"):
        drawn(range(10), ["a"])


def test_the_interval_of_a_mean_is_that_of_theory():
    values = np.random.default_rng(3).normal(0.5, 1, 400)
    resampled = ratio(values, np.ones(400), drawn(range(400), resamples=4000))
    found = difference(values.mean(), 0.0, resampled, np.zeros(4000))
    error = values.std() / 20
    assert found.low == pytest.approx(values.mean() - 1.96 * error, abs=0.15 * error)
    assert found.high == pytest.approx(values.mean() + 1.96 * error, abs=0.15 * error)


def test_pairs_make_a_small_difference_sure():
    hard = np.random.default_rng(0).uniform(0, 1, 200)  # pictures differ far more than the models do
    counts = drawn(range(200))
    one, other = (ratio(hard + shift, np.ones(200), counts) for shift in (0.0, 0.01))
    found = difference(hard.mean() + 0.01, hard.mean(), other, one)
    assert found.sure and found.low == pytest.approx(0.01) and found.high == pytest.approx(0.01)
    apart = difference(hard.mean() + 0.01, hard.mean(), other, one[::-1])
    assert not apart.sure


def test_what_is_not_defined_is_left_out():
    assert difference(0.5, 0.4, [np.nan, 0.5], [0.4, 0.4]) == pytest.approx((0.1, 0.1, 0.1))
    assert difference(0.5, 0.4, [np.nan], [0.4]) is None
    assert difference(np.nan, 0.4, [0.1], [0.4]) is None
    assert np.isnan(ratio([1, 0], [0, 0], np.ones((1, 2), np.uint16))).all()


def test_a_measure_is_better_or_worse_only_where_chance_does_not_explain_it():
    sure, unsure = np.full(9, 0.2), np.linspace(-1, 1, 9)
    found = measure("alarms", [0.0, 0.2, 0.0], [np.zeros(9), sure, unsure], better=-1)
    assert [found.verdict(i) for i in range(3)] == ["", "worse", ""]
    assert found.differences[1] == Difference(0.2, 0.2, 0.2)
    assert found.gap_text(1) == "+0.200 [+0.200, +0.200]" and found.gap_text(0) == ""
    record = measure("x", [np.nan, 1.0]).to_dict(["a", "b"])
    assert record["values"] == {"a": None, "b": 1.0} and record["differences"] == {"b": None}
    assert measure("x", [np.nan]).text(0) == "-"


def test_one_clip_drawn_again_and_again_tells_nothing_of_chance():
    for counts in (drawn(["clip"] * 5), drawn(list("aabbb"), [0, 0, 1, 1, 1])):
        assert counts.shape == (0, 5)
        resampled = [ratio(values, np.ones(5), counts) for values in (np.arange(5.0), np.zeros(5))]
        assert difference(2.0, 0.0, *resampled) is None
