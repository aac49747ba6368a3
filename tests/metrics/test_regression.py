import math

import pytest

from facewright.metrics.regression import regression_figures


def test_by_hand():
    found = regression_figures([1.0, 2.0, 6.0], [1.0, 4.0, 4.0])
    assert found.points == 3
    assert found.rmse == pytest.approx(math.sqrt(8 / 3))
    assert found.mae == pytest.approx(4 / 3)
    assert found.largest == 2
    assert found.spread == pytest.approx(math.sqrt(2))
    assert found.r2 == pytest.approx(1 - (8 / 3) / 2)


def test_the_mean_has_an_r2_of_0_and_the_truth_of_1():
    assert regression_figures([2, 2], [1, 3]).r2 == 0
    assert regression_figures([1, 3], [1, 3]).r2 == 1


def test_equal_values_have_no_r2():
    found = regression_figures([1, 2], [2, 2])
    assert math.isnan(found.r2) and found.to_dict()["r2"] is None and found.to_dict()["largest"] == 1


@pytest.mark.parametrize(("predicted", "values"), [([], []), ([1], [1, 2]), ([[1]], [[1]])])
def test_what_does_not_fit_is_refused(predicted, values):
    with pytest.raises(ValueError, match="must be"):
        regression_figures(predicted, values)
