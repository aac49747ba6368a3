import numpy as np
import pytest

from facewright.core.errors import ModelError, UsageError
from facewright.inference.regressor import Regressor


def test_one_value_a_point(saddle):
    regressor = Regressor(saddle)
    points = np.random.default_rng(0).uniform(-10, 10, (50, 2))
    x, y = points.T
    assert regressor.columns == ("x", "y")
    assert regressor(points) == pytest.approx(x**3 - 3 * x * y**2, rel=1e-4, abs=1e-2)
    assert regressor([[1, 2], [3, 4]]).tolist() == [-11, -117]
    assert regressor(np.zeros((0, 2))).shape == (0,)


@pytest.mark.parametrize(
    "points",
    [[1, 2], [[1, 2, 3]], [[1, float("nan")]], [[1, float("inf")]], [[1e39, 0]], [["a", "b"]], [[1, 2], [3]]],
)
def test_what_is_no_point_is_refused(saddle, points):
    with pytest.raises(UsageError, match="points must be"):
        Regressor(saddle)(points)


def test_a_value_that_is_not_finite_is_refused(saddle):
    with pytest.raises(UsageError, match="no finite value for point 2"):
        Regressor(saddle)([[1, 2], [1e30, 2]])


def test_a_card_with_other_columns_than_the_file_has_is_one_sentence(make_model):
    regressor = Regressor(make_model(graph="regression", task="regression", inputs=["a", "b", "c"]))
    with pytest.raises(ModelError, match=r"failed on 4x3"):
        regressor(np.zeros((4, 3)))


def test_another_kind_of_model_is_refused(colour_model):
    with pytest.raises(ModelError, match="a model for detection, not for regression"):
        Regressor(colour_model)
