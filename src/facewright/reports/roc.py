"""The ROC curves of several classifiers in one plot, and their figures side by side."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from facewright.metrics.roc import RATES, Roc, roc, tpr_interval
from facewright.reports.html import COLOURS, plot_style
from facewright.reports.plots import save_plot

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def roc_lines(labels: ArrayLike, scores: ArrayLike, chosen: float) -> list[str]:
    """AUC, faces found at small false positive rates with 95 % bootstrap intervals, and accuracies.

    labels (N,), 1 a face and 0 none, and probabilities (N,); chosen: the best threshold by other windows, see
    `Roc.best`. Raises ValueError where a kind is missing.
    """
    curve = roc(labels, scores)
    lines = [f"{curve.faces} faces, {curve.others} others", f"{'AUC':<38}{curve.auc:.5f}"]
    for rate in RATES:
        low, high = tpr_interval(labels, scores, rate)
        found = curve.at_fpr(rate).tpr
        lines.append(f"{f'TPR at FPR {rate:g}':<38}{found:.4f}  ({low:.4f} to {high:.4f})")
    for name, threshold in (("one half", 0.5), ("the chosen threshold", chosen)):
        _, tpr, fpr = curve.at_threshold(threshold)
        accuracy = (tpr + 1 - fpr) / 2
        lines.append(
            f"{f'accuracy at {name} ({threshold:.3g})':<38}{accuracy:.4f}  (TPR {tpr:.4f}, FPR {fpr:.4f})"
        )
    return lines


def roc_figure(systems: Mapping[str, Roc]) -> "Figure":
    """The curves of several systems on the same windows: over all rates, and over small ones.

    Draw and save it inside `html.plot_style`.
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


def write_roc_plot(systems: Mapping[str, Roc], path: Path) -> Path:
    """`roc_figure` as a picture file (PNG, SVG, ...). Raises UsageError; see `save_plot`."""
    with plot_style():
        return save_plot(roc_figure(systems), path)


def _small_rates(axes: "Axes", curve: Roc) -> None:
    # a logarithmic axis has no place for no false positive at all: half the least there is stands for it
    rates = np.maximum(curve.fpr, 0.5 / curve.others)
    (line,) = axes.plot(rates, curve.tpr, drawstyle="steps-post")
    axes.plot(RATES, [curve.at_fpr(rate).tpr for rate in RATES], "o", color=line.get_color())
