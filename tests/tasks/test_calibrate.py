"""Calibration gives back the probabilities that drew the labels, and decides at one half."""

import numpy as np
import pytest

from facewright.core.logits import sigmoid
from facewright.tasks.calibrate import best_threshold, calibrate, calibrated_by_halves, platt


def drawn(slope: float, offset: float, count: int = 20000, seed: int = 0):
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, 2, count)
    return logits, rng.random(count) < sigmoid(slope * logits + offset)


@pytest.mark.parametrize(("slope", "offset"), [(1.0, 0.0), (0.4, -2.0), (3.0, 1.0)])
def test_platt_finds_the_slope_and_offset_that_drew_the_labels(slope, offset):
    found = platt(*drawn(slope, offset))
    assert found == pytest.approx((slope, offset), rel=0.06, abs=0.06)


def test_who_counts_twice_counts_as_if_there_twice():
    logits, yes = drawn(2.0, -1.0, 3000)
    counts = np.where(np.arange(3000) % 3 == 0, 2, 1)
    weighted = platt(logits, yes, 7.0 * counts)  # only their proportions count
    assert weighted == pytest.approx(platt(np.repeat(logits, counts), np.repeat(yes, counts)), rel=0.01)


def test_platt_stays_finite_when_scores_divide_the_labels_and_when_they_are_large():
    z = np.array([-300.0, -200, 200, 300])
    slope, offset = platt(z, z > 0)
    p = sigmoid(slope * z + offset)
    assert np.isfinite([slope, offset]).all() and slope > 0
    assert p == pytest.approx([0.25, 0.25, 0.75, 0.75], abs=0.06)  # the targets inside 0 and 1


def test_the_threshold_reaches_the_best_f1():
    logits, yes = drawn(2.0, -4.0)
    p = sigmoid(2.0 * logits - 4.0)

    def f1(threshold: float) -> float:
        said = p >= threshold
        return 2 * (said & yes).sum() / (said.sum() + yes.sum())

    best = max(f1(t) for t in np.linspace(0.05, 0.95, 91))
    assert best_threshold(p) < 0.48 and f1(best_threshold(p)) > best - 0.005 and f1(0.5) < best


def test_one_half_decides_and_leaning_to_accuracy_leaves_the_probability_alone():
    logits, yes = drawn(2.0, -4.0)
    labels = yes.astype(np.int8)[:, None]
    plain, moved = (calibrate(logits[:, None], labels, lean=lean) for lean in (0.0, 1.0))
    p = [sigmoid(c.slope * logits[:, None] + c.offset)[:, 0] for c in (plain, moved)]
    assert plain.threshold == [0.5] and abs(p[0].mean() - yes.mean()) < 0.005
    assert moved.threshold[0] == pytest.approx(best_threshold(p[0]))
    assert (p[1] >= 0.5).tolist() == (p[0] >= moved.threshold[0]).tolist()


def test_what_is_unknown_or_never_there_is_left_alone():
    logits, yes = drawn(1.0, 0.0, 2000)
    labels = np.stack([np.where(np.arange(2000) < 1000, yes, -1), np.zeros(2000)], axis=1).astype(np.int8)
    both = np.stack([logits, logits], axis=1)
    both[1000:, 0] = 1e6  # unknown: must not count
    found = calibrate(both, labels, lean=0.0)
    assert found.slope[0] == pytest.approx(1.0, abs=0.2)
    assert (found.slope[1], found.offset[1], found.threshold[1]) == (1.0, 0.0, 0.5)


def test_no_label_says_anything_of_the_calibration_of_its_own_half():
    logits, yes = drawn(3.0, 1.0, 400)
    labels = np.stack([yes, ~yes], axis=1).astype(np.int8)
    logits = np.stack([logits, -logits], axis=1)
    found = calibrated_by_halves(logits, labels, lean=0.0)
    labels[::2] = 1 - labels[::2]
    other = calibrated_by_halves(logits, labels, lean=0.0)
    assert (found[::2] == other[::2]).all()  # by the odd ones, which are as they were
    assert (found[1::2] != other[1::2]).all()
    expected = calibrate(logits[1::2], labels[1::2], lean=0.0)
    np.testing.assert_allclose(found[::2], logits[::2] * expected.slope + expected.offset)
