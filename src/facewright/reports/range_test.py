"""The learning-rate range test for people: a plot."""

from collections.abc import Sequence
from pathlib import Path

from facewright.reports.html import INK, plot_style
from facewright.reports.plots import save_plot
from facewright.training.range_test import Trial, steepest


def write_range_plot(trials: Sequence[Trial], path: Path) -> Path:
    """Loss against rate, each step and smoothed, and where it falls fastest. Raises UsageError."""
    from matplotlib.figure import Figure

    rates = [trial.rate for trial in trials]
    with plot_style():
        figure = Figure(figsize=(6.4, 4.0))
        axes = figure.add_subplot()
        axes.plot(rates, [trial.loss for trial in trials], color="0.75", label="each step")
        axes.plot(rates, [trial.smooth for trial in trials], label="smoothed")
        fastest = steepest(trials)
        axes.axvline(fastest, color=INK, linestyle=":", label=f"falls fastest at {fastest:.1e}")
        axes.set(xscale="log", xlabel="learning rate", ylabel="loss")
        smooth = [trial.smooth for trial in trials]
        axes.set_ylim(0.9 * min(smooth), 1.1 * max(smooth[: len(smooth) // 2] or smooth))
        axes.legend()
        return save_plot(figure, path)
