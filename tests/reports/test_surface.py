import numpy as np

from facewright.datasets.csv_points import Points
from facewright.datasets.points import saddle
from facewright.datasets.sample import Problem
from facewright.metrics.regression import regression_figures
from facewright.reports.html import plot_style
from facewright.reports.surface import (
    regression_lines,
    regression_page,
    surface_figure,
)

POINTS = saddle(60)
GUESS = POINTS.target + np.float32(10)


def test_truth_prediction_and_error_side_by_side():
    with plot_style():
        axes = surface_figure(POINTS, GUESS).axes
    assert [a.get_title() for a in axes] == ["truth", "prediction", "prediction - truth"]
    assert axes[0].get_xlabel() == "x" and axes[0].get_zlabel() == "z"
    heights = [np.asarray(a.collections[0]._offsets3d[2]) for a in axes]
    np.testing.assert_allclose(heights[1] - heights[0], 10, atol=0.02)
    np.testing.assert_allclose(heights[2], 10, atol=0.02)


def test_one_column_is_drawn_flat():
    x = np.arange(5, dtype=np.float32)
    with plot_style():
        axes = surface_figure(Points(x[:, None], x * 2, ("t",), "w"), x * 2).axes
    assert axes[0].get_xlabel() == "t" and axes[0].get_ylabel() == "w"
    assert axes[0].lines[0].get_ydata().tolist() == [0, 2, 4, 6, 8]


def test_lines_and_page_tell_the_figures():
    result = regression_figures(GUESS, POINTS.target)
    lines = "\n".join(regression_lines(result))
    assert "60 points" in lines and f"{result.rmse:.6g}" in lines
    page = regression_page(result, POINTS, GUESS, title="a < b", problems=[Problem("a.csv", "line 3: bad")])
    assert "a &lt; b" in page and "a.csv: line 3: bad" in page and "<svg" in page
