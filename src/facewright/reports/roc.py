"""The ROC curves of several classifiers in one plot."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from facewright.metrics.roc import RATES, Roc
from facewright.reports.html import COLOURS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def roc_figure(systems: Mapping[str, Roc]) -> "Figure":
    """The curves of several systems on the same windows: over all rates, and over small ones.

    Draw it inside `html.plot_style`.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10.4, 4.2))
    whole, small = figure.subplots(1, 2)
    whole.plot([0, 1], [0, 1], color=COLOURS["mark"], linestyle="--", linewidth=1)
    for name, curve in systems.items():
        label = f"{name}, AUC {curve.auc:.4f}"
        whole.plot(curve.fpr, curve.tpr, drawstyle="steps-post", label=label)
        _small_rates(small, curve)
    whole.set(xlim=(0, 1), ylim=(0, 1.01), xlabel="false positive rate", ylabel="true positive rate")
    whole.legend(loc="lower right")
    least = min(1 / curve.others for curve in systems.values())
    small.set(
        xscale="log",
        xlim=(least / 2, 1),
        ylim=(0, 1.01),
        xlabel="false positive rate, logarithmic",
        ylabel="true positive rate",
    )
    return figure


def _small_rates(axes: "Axes", curve: Roc) -> None:
    # a logarithmic axis has no place for no false positive at all: half the least there is stands for it
    rates = np.maximum(curve.fpr, 0.5 / curve.others)
    (line,) = axes.plot(rates, curve.tpr, drawstyle="steps-post")
    axes.plot(RATES, [curve.at_fpr(rate).tpr for rate in RATES], "o", color=line.get_color())
