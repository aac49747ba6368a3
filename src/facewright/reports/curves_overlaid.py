"""The curves of several models laid over each other. Each figure is drawn inside `html.plot_style`."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from markupsafe import Markup

from facewright.metrics.bootstrap import Doubles
from facewright.metrics.evaluation import Evaluation
from facewright.metrics.roc import Roc
from facewright.reports.html import INK, figure_svg, plot_style
from facewright.reports.roc import roc_figure
from facewright.reports.text import share

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SIZE = (5.2, 3.9)


def drawn(*draw: "Callable[[], Figure]") -> list[Markup]:
    """The figures as they stand in a page."""
    with plot_style():
        return [figure_svg(one()) for one in draw]


def detection_plots(results: Mapping[str, Evaluation]) -> list[Markup]:
    """Precision over recall, and recall over false alarms; a dot where each is used."""
    return drawn(lambda: _one(_precision_recall, results), lambda: _one(_recall_false_alarms, results))


def localisation_plots(overlaps: Mapping[str, Doubles]) -> list[Markup]:
    """Share of the faces whose box reaches an IoU; (N,) a model."""
    return drawn(lambda: _one(_overlaps, overlaps))


def attribute_plots(names: Sequence[str], precisions: Mapping[str, Sequence[float]]) -> list[Markup]:
    """AP of each attribute, a bar a model."""
    return drawn(lambda: _bars(names, precisions))


def classification_plots(curves: Mapping[str, Roc]) -> list[Markup]:
    """ROC."""
    return drawn(lambda: roc_figure(curves))


def regression_plots(errors: Mapping[str, Doubles]) -> list[Markup]:
    """Share of the points whose error is at most so large; absolute errors (N,) a model."""
    return drawn(lambda: _one(_errors, errors))


def _one(draw: "Callable[[Axes, Any], None]", values: Any) -> "Figure":
    from matplotlib.figure import Figure

    figure = Figure(figsize=SIZE)
    draw(figure.add_subplot(), values)
    return figure


def _precision_recall(axes: "Axes", results: Mapping[str, Evaluation]) -> None:
    for name, one in results.items():
        (line,) = axes.plot(one.curve.recall, one.curve.precision, label=f"{name}, AP {share(one.ap50)}")
        axes.plot(one.in_use.recall, one.in_use.precision, "o", color=line.get_color())
    axes.set(xlim=(0, 1.01), ylim=(0, 1.02), xlabel="recall", ylabel="precision")
    axes.set_title("Precision and recall (dot: in use)")
    axes.legend(loc="lower left")


def _recall_false_alarms(axes: "Axes", results: Mapping[str, Evaluation]) -> None:
    most, least = 2.0, 1.0
    for name, one in results.items():
        # a logarithmic axis has no place for no false alarm at all: half the least there is stands for it
        least = 0.5 / one.pictures
        at = np.maximum(one.curve.false_alarms, least)
        (line,) = axes.plot(at, one.curve.recall, drawstyle="steps-post", label=name)
        axes.plot(max(one.in_use.false_alarms, least), one.in_use.recall, "o", color=line.get_color())
        most = max(most, float(at.max(initial=0)))
    axes.set(xscale="log", xlim=(least, most), ylim=(0, 1.02))
    axes.set(xlabel="false alarms a picture", ylabel="recall")
    axes.set_title("Recall and false alarms (dot: in use)")
    axes.legend(loc="lower right")


def _overlaps(axes: "Axes", overlaps: Mapping[str, Doubles]) -> None:
    for name, values in overlaps.items():
        at = np.sort(values)
        axes.plot(at, 1 - np.arange(len(at)) / max(len(at), 1), label=f"{name}, mean {share(at.mean())}")
    axes.axvline(0.5, color=INK, linestyle=":", linewidth=1)
    axes.set(xlim=(0, 1), ylim=(0, 1.02), xlabel="IoU", ylabel="share of faces with at least that IoU")
    axes.set_title("IoU of the box")
    axes.legend(loc="lower left")


def _errors(axes: "Axes", errors: Mapping[str, Doubles]) -> None:
    for name, values in errors.items():
        at = np.sort(values)
        axes.plot(at, np.arange(1, len(at) + 1) / len(at), drawstyle="steps-post", label=name)
    axes.set(ylim=(0, 1.02), xlabel="absolute error", ylabel="share of points with at most that error")
    if max(float(values.max()) for values in errors.values()) > 0:
        axes.set(xscale="log")
    axes.set_title("Error")
    axes.legend(loc="upper left")


def _bars(names: Sequence[str], precisions: Mapping[str, Sequence[float]]) -> "Figure":
    from matplotlib.figure import Figure

    figure = Figure(figsize=(2 * SIZE[0], 1.2 + 0.12 * len(names) * (1 + len(precisions))))
    axes = figure.add_subplot()
    first = np.array(next(iter(precisions.values())))
    order = np.argsort(np.nan_to_num(first), kind="stable")
    thick = 0.8 / len(precisions)
    for i, (name, values) in enumerate(precisions.items()):
        places = np.arange(len(names)) + (len(precisions) / 2 - i - 0.5) * thick
        axes.barh(places, np.array(values)[order], thick, label=name)
    axes.set_yticks(np.arange(len(names)), [names[i] for i in order])
    axes.set(xlim=(0, 1), ylim=(-0.6, len(names) - 0.4), xlabel="AP")
    axes.tick_params(axis="y", labelsize=8)
    axes.legend(loc="lower right")
    axes.set_title("AP of each attribute")
    return figure
