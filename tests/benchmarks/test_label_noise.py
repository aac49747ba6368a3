"""Labels with a known share of mistakes, and pictures that are copies."""

import math

import numpy as np
import pytest

from facewright.datasets.sample import Dataset, Sample, no_landmarks
from label_noise import agreement, differing_in_a_person, pairs_of_one_person


def test_by_hand():
    first = np.array([1, 1, 0, 0, 1, -1], np.int8)
    second = np.array([1, 0, 0, 0, 1, 1], np.int8)
    found = agreement(first, second)
    assert (found.pairs, found.yes, found.differ) == (5, 0.5, 0.2)
    assert found.wrong == pytest.approx((1 - 0.6**0.5) / 2)
    assert found.f1 == pytest.approx(2 * 2 / (3 + 2)) and found.kappa == pytest.approx(0.6)


def test_the_share_of_mistakes_is_found_again():
    rng = np.random.default_rng(0)
    true = rng.random(200_000) < 0.3
    first, second = ((true ^ (rng.random(true.shape) < 0.08)).astype(np.int8) for _ in range(2))
    assert agreement(first, second).wrong == pytest.approx(0.08, abs=0.003)
    strangers = agreement(first, rng.permutation(second))
    assert strangers.kappa == pytest.approx(0, abs=0.01)


def test_nothing_known_and_nobody_there_are_no_numbers():
    assert math.isnan(agreement(np.array([-1], np.int8), np.array([1], np.int8)).differ)
    never = agreement(np.zeros(3, np.int8), np.zeros(3, np.int8))
    assert never.differ == never.wrong == 0 and math.isnan(never.f1) and math.isnan(never.kappa)


def test_any_two_of_a_person():
    labels = np.array([1, 0, 0, 1, 1, -1], np.int8)
    # of a's three pairs two differ, of b's one (the third picture is not known) none
    assert differing_in_a_person(labels, ["a", "a", "a", "b", "b", "b"]) == 2 / 4
    assert math.isnan(differing_in_a_person(labels, list("abcdef")))


def test_pairs_are_copies_of_one_person():
    rng = np.random.default_rng(0)
    one, other = (rng.integers(0, 256, (64, 64, 3), np.uint8) for _ in range(2))
    box = np.full((1, 4), np.nan, np.float32)
    shown = [(one, "ada"), (other, "ada"), (one[:, ::-1].copy(), "ada"), (one, "eve"), (one, ""), (one, "")]
    samples = [Sample(str(i), p, box, no_landmarks(1), group=g) for i, (p, g) in enumerate(shown)]
    assert pairs_of_one_person(Dataset("d", samples), 30).tolist() == [[0, 2]]
