"""The evaluation of a regression: lines, a page, and truth beside prediction in three dimensions."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from facewright.core.boxes import Floats
from facewright.datasets.csv_points import Points
from facewright.datasets.sample import Problem
from facewright.metrics.regression import RegressionFigures
from facewright.reports.html import COLOURS, figure_svg, plot_style, render

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_POINTS = 4000
"""drawn: more hide one another, and make the page large"""
RULES = (
    "RMSE: the root of the mean squared error over all points, in the units of the table.",
    "R2: 1 - (RMSE / spread)^2; spread: the standard deviation of the true values, the RMSE of their mean.",
)


def regression_lines(result: RegressionFigures) -> list[str]:
    """The figures for a terminal of 80 columns."""
    return [
        f"{result.points} points",
        "",
        f"{'RMSE':<38}{result.rmse:.6g}",
        f"{'mean absolute error':<38}{result.mae:.6g}",
        f"{'largest error':<38}{result.largest:.6g}",
        f"{'spread of the values':<38}{result.spread:.6g}",
        f"{'R2':<38}{result.r2:.10f}",
    ]


def regression_page(
    result: RegressionFigures,
    points: Points,
    predicted: ArrayLike,
    *,
    title: str,
    rules: Sequence[str] = RULES,
    problems: Sequence[Problem] = (),
) -> str:
    """The figures as an HTML page, with the plot."""
    with plot_style():
        plot = figure_svg(surface_figure(points, predicted))
    return render(
        "regression",
        title=title,
        result=result,
        plot=plot,
        protocol=rules,
        problems=[str(problem) for problem in problems],
    )


def surface_figure(points: Points, predicted: ArrayLike) -> "Figure":
    """Truth, prediction and error over the points' two columns (of one column: over that), side by side.

    Draw and save it inside `html.plot_style`. Of more than two columns the first two are shown.
    """
    from matplotlib.figure import Figure

    chosen = np.linspace(0, len(points) - 1, min(len(points), MOST_POINTS)).round().astype(int)
    truth, guess = points.target[chosen], np.asarray(predicted, np.float32)[chosen]
    columns, names = points.inputs[chosen, :2], points.input_names[:2]
    panels = (("truth", truth), ("prediction", guess), ("prediction - truth", guess - truth))
    figure = Figure(figsize=(13, 4.6))
    for place, (title, values) in enumerate(panels, 1):
        if columns.shape[1] == 1:
            axes = figure.add_subplot(1, 3, place)
            axes.plot(columns[:, 0], values, ".", color=COLOURS["line"], markersize=3)
            axes.set(title=title, xlabel=names[0], ylabel=points.target_name)
        else:
            _surface(figure, place, columns, values, names)
            figure.axes[-1].set(title=title, zlabel=points.target_name)
    return figure


def _surface(figure: "Figure", place: int, columns: Floats, values: Floats, names: Sequence[str]) -> None:
    axes = figure.add_subplot(1, 3, place, projection="3d")
    axes.scatter(*columns.T, values, c=values, cmap="viridis", s=4, linewidths=0, rasterized=True)
    axes.set(xlabel=names[0], ylabel=names[1])
