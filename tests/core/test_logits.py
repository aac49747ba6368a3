import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from facewright.core.logits import logit, sigmoid


@given(st.floats(-700, 30))
def test_one_is_the_inverse_of_the_other(x):
    near_one = 4e-16 * math.exp(x)  # where a probability has few digits left
    assert float(logit(sigmoid(x))) == pytest.approx(x, rel=1e-9, abs=1e-9 + near_one)


@given(st.floats(-30, 30))
def test_a_probability_is_what_the_formula_says(x):
    assert float(sigmoid(x)) == pytest.approx(1 / (1 + math.exp(-x)))


@given(st.floats(1e-300, 0.5))
def test_small_probabilities_keep_their_digits(p):
    assert float(sigmoid(logit(p))) == pytest.approx(p, rel=1e-9)


def test_the_ends_are_infinite_and_not_a_warning():
    assert logit([0, 0.5, 1]).tolist() == [-np.inf, 0, np.inf]
    assert sigmoid([-np.inf, -1e4, 0, 1e4, np.inf]).tolist() == [0, 0, 0.5, 1, 1]
    assert logit([0, 0.5, 1], within=1e-7) == pytest.approx([-16.118, 0, 16.118], abs=0.001)
    assert logit([]).shape == (0,)
