"""What runs wrote down while they trained, one line a run: validation figures and loss over the steps.

Draw inside `html.plot_style`.
"""

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from facewright.core.errors import UsageError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LOSS = "train/loss"


def curves_figure(runs: Mapping[str, Path], figure_name: str = "ap", across: str = "step") -> "Figure":
    """A validation figure over training, one line a run; `runs`: name -> run folder.

    across: step, or epoch (rounds). Raises UsageError for a folder without such a curve.
    """
    return _figure(runs, f"val/{figure_name}", f"validation {figure_name}", across)


def loss_figure(runs: Mapping[str, Path]) -> "Figure":
    """The training loss over the steps. Raises UsageError for a folder without it."""
    return _figure(runs, LOSS, "training loss", "step")


def validation_figures(folder: Path) -> list[str]:
    """Names of the validation figures that a run holds a curve of; none where it holds no curves at all."""
    file = folder / "metrics.csv"
    if not file.is_file():
        return []
    rows = curve_rows(folder)
    return [
        key.removeprefix("val/")
        for key in rows[0]
        if key.startswith("val/") and any(row[key] for row in rows)
    ]


def _figure(runs: Mapping[str, Path], column: str, title: str, across: str) -> "Figure":
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4, 4.0))
    axes = figure.add_subplot()
    for name, folder in runs.items():
        _draw_curve(axes, name, folder, column, across)
    axes.set(xlabel={"step": "optimiser step", "epoch": "round"}[across], ylabel=title)
    axes.legend(loc="best" if column == LOSS else "lower right")
    return figure


def _draw_curve(axes: "Axes", name: str, folder: Path, column: str, across: str) -> None:
    rows = [row for row in curve_rows(folder) if row.get(column)]
    if not rows:
        raise UsageError(f"{folder}: its metrics.csv holds no {column} yet")
    places, values = [int(row[across]) + 1 for row in rows], [float(row[column]) for row in rows]
    axes.plot(places, values, marker="" if column == LOSS else "o", label=name)


def curve_rows(folder: Path) -> list[dict[str, str]]:
    """What a run wrote into its metrics.csv. Raises UsageError for a folder without one."""
    try:
        with (folder / "metrics.csv").open(newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))
    except FileNotFoundError:
        raise UsageError(f"{folder}: no metrics.csv; give the folder of a training run") from None
