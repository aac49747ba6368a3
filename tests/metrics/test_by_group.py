"""Errors by group against numbers worked out by hand."""

import math

import numpy as np
import pytest

from facewright.metrics.bootstrap import drawn
from facewright.metrics.by_group import LEAST, Rates, by_group, error_interval, mean_rates

NAMES = ("a", "b")


def test_by_hand():
    labels = np.array([[1, 1], [1, 0], [0, 0], [0, -1], [1, 1], [0, 0]], np.int8)
    said = np.array([[1, 1], [0, 1], [1, 0], [0, 1], [1, 1], [0, 0]], bool)
    women = np.array([True, True, True, True, False, False])
    found = by_group(said, labels, NAMES, {"women": women, "men": ~women, "nobody": women & ~women})
    assert found["women"].pictures == 4
    assert found["women"].attributes == {"a": Rates(0.5, 0.5, 0.5), "b": Rates(1 / 3, 0.5, 0.0)}
    assert found["men"].attributes["a"] == Rates(0, 0, 0)
    assert all(math.isnan(rate) for rate in found["nobody"].attributes["a"])
    assert found["women"].comparable == frozenset()  # far too few


def test_kinds_of_error_are_compared_where_every_group_has_both():
    """Of b, which the second group never has, only the error counts."""
    count = 2 * LEAST
    half = np.arange(count) % 2 == 0
    labels = np.stack([np.tile(half, 2), np.concatenate([half, np.zeros(count, bool)])], axis=1).astype(
        np.int8
    )
    said = labels == 1
    said[:4, 0] ^= True  # two of each kind
    said[:8, 1] ^= True
    first = np.arange(2 * count) < count
    means = mean_rates(by_group(said, labels, NAMES, {"x": first, "y": ~first}), NAMES)
    assert means["x"] == pytest.approx(Rates((4 + 8) / count / 2, 2 / LEAST, 2 / LEAST))
    assert means["y"] == Rates(0, 0, 0)
    alone = mean_rates(by_group(said, labels, NAMES, {"y": ~first}), ["b"])["y"]
    assert alone.error == 0 and math.isnan(alone.false_positives) and math.isnan(alone.false_negatives)


def test_the_interval_holds_the_mean_and_is_wider_for_a_few_people_with_many_pictures():
    rng = np.random.default_rng(0)
    wrong, chosen = rng.random(2000), np.arange(2000) < 1000
    wrong[:1000] = np.repeat(rng.random(50), 20)  # a person's pictures are alike
    as_people, as_pictures = (
        error_interval(wrong, chosen, drawn(groups, resamples=300))
        for groups in ([i // 20 for i in range(2000)], range(2000))
    )
    for low, high in (as_people, as_pictures):
        assert low < wrong[:1000].mean() < high
    assert as_people[1] - as_people[0] > 3 * (as_pictures[1] - as_pictures[0])
    assert all(
        math.isnan(end) for end in error_interval(wrong, chosen & ~chosen, drawn(range(2000), resamples=9))
    )


def test_the_rates_are_those_of_evaluate():
    from facewright.metrics.attributes import evaluate_one

    rng = np.random.default_rng(1)
    probabilities, labels = rng.random(500), rng.integers(0, 2, 500).astype(np.int8)
    rates = by_group(probabilities[:, None] >= 0.5, labels[:, None], ["a"], {"all": np.ones(500, bool)})[
        "all"
    ]
    told = evaluate_one(probabilities, labels == 1)
    assert rates.attributes["a"].error == pytest.approx(1 - told.accuracy)
    assert rates.attributes["a"].false_negatives == pytest.approx(1 - told.recall)
    assert rates.comparable == {"a"}
