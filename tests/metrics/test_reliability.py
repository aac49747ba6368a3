"""Said against true, worked out by hand."""

import math

import numpy as np
import pytest

from facewright.metrics.reliability import calibration_error, reliability

SAID, RIGHT = np.array([0.95, 1.0, 0.05, 0.05]), np.array([True, False, False, False])


def test_a_bin_compares_the_mean_score_with_the_share_that_is_right():
    low, high = reliability(SAID, RIGHT, bins=10)
    assert low == (0, 0.1, 2, 0.05, 0)
    assert (high.low, high.high, high.answers, high.share_right) == (0.9, 1, 2, 0.5)
    assert high.mean_score == pytest.approx(0.975)
    assert reliability(np.zeros(0), np.zeros(0, bool), bins=10) == []


def test_calibration_error_by_hand():
    # two bins of two: .975 said, .5 true; .05 said, 0 true
    assert calibration_error(SAID, RIGHT, bins=10) == pytest.approx((0.475 + 0.05) / 2)
    assert math.isnan(calibration_error(np.zeros(0), np.zeros(0, bool), bins=10))


def test_an_answer_of_weight_two_counts_as_if_it_were_there_twice():
    twice = np.array([0, 0, 1, 2, 3, 3])
    weighted = calibration_error(SAID, RIGHT, 10, np.array([2.0, 1, 1, 2]))
    assert weighted == pytest.approx(calibration_error(SAID[twice], RIGHT[twice], 10))
