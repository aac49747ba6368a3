"""A study's answer: a table of means and spreads over seeds, what moves each figure, and plots of both."""

import csv
import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from facewright.core.errors import RecipeError
from facewright.core.suggest import nearest
from facewright.metrics.spread import Spread, effects, groups, spread
from facewright.reports.html import COLOURS
from facewright.training.study import Study, name_of
from facewright.training.trials import Outcome

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST = 20
"""times the lowest value of a key that its highest may be before its axis is logarithmic"""


def shown_figures(study: Study, outcomes: Sequence[Outcome]) -> dict[str, list[float]]:
    """Name in the table -> each trial's figure, NaN where it failed. Raises RecipeError for one that there
    is none of."""
    known = next((list(outcome.figures) for outcome in outcomes if outcome.figures), [])
    wanted = study.figures or {name: name for name in known}
    out = {}
    for name, given in wanted.items():
        parts = [given] if isinstance(given, str) else given
        for part in parts:
            if known and part not in known:
                raise RecipeError(f"figures: this task gives no {part!r}{nearest(part, known)}")
        out[name] = [
            float(np.mean([o.figures[part] for part in parts])) if o.figures else math.nan for o in outcomes
        ]
    return out


def study_table(study: Study, outcomes: Sequence[Outcome]) -> list[str]:
    """Markdown: for each setting mean and standard deviation of each figure over its seeds."""
    figures = shown_figures(study, outcomes)
    lines = [_row(["setting", "seeds", *figures]), _row(["---", *["--:"] * (len(figures) + 1)])]
    for setting, places in _settings(outcomes).items():
        cells = [spread([values[place] for place in places]) for values in figures.values()]
        lines.append(_row([setting, str(cells[0].trainings if cells else 0), *map(_cell, cells)]))
    if study.keys:
        lines += ["", _row(["share of the variance", *figures]), _row(["---", *["--:"] * len(figures)])]
        shares = {name: effects(_columns(study, outcomes), values) for name, values in figures.items()}
        for key in [*study.keys, "seed"]:
            lines.append(_row([key, *(_number(shares[name][key], 2) for name in figures)]))
    failed = [o for o in outcomes if o.failure]
    lines += [f"\n{o.trial.setting}, seed {o.trial.seed}: {o.failure}" for o in failed]
    return lines


def study_figure(study: Study, outcomes: Sequence[Outcome]) -> "Figure":
    """Of a study of variants, each figure as a panel with a row a variant; of a grid or a random search, each
    figure over each key. A dot is a training, a bar the mean. Draw inside `html.plot_style`."""
    from matplotlib.figure import Figure

    figures = shown_figures(study, outcomes)
    if not study.keys:
        settings = _settings(outcomes)
        figure = Figure(figsize=(2.2 + 2.7 * len(figures), 1.1 + 0.42 * len(settings)), layout="constrained")
        panels = figure.subplots(1, len(figures), sharey=True, squeeze=False)[0]
        for axes, (name, values) in zip(panels, figures.items(), strict=True):
            _draw_variants(axes, settings, values)
            axes.set_xlabel(name)
        return figure
    figure = Figure(figsize=(0.6 + 3.1 * len(study.keys), 0.4 + 2.3 * len(figures)), layout="constrained")
    grid = figure.subplots(len(figures), len(study.keys), sharey="row", sharex="col", squeeze=False)
    for row, (name, values) in zip(grid, figures.items(), strict=True):
        for axes, key in zip(row, study.keys, strict=True):
            _draw_key(axes, [o.trial.values[key] for o in outcomes], values)
        row[0].set_ylabel(name)
    for axes, key in zip(grid[-1], study.keys, strict=True):
        axes.set_xlabel(key)
    return figure


def curves_figure(outcomes: Sequence[Outcome], folder: Path, column: str, across: str = "round") -> "Figure":
    """Loss in training and the figure `column` on validation, round by round: the mean over seeds of each
    setting, and between the lowest and the highest. Draw inside `html.plot_style`."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 4), layout="constrained")
    panels = figure.subplots(1, 2)
    for axes, name in zip(panels, ("train/loss", f"val/{column}"), strict=True):
        for setting, places in _settings(outcomes).items():
            curves = [_curve(folder / outcomes[place].trial.folder / "metrics.csv", name) for place in places]
            rounds = sorted(set.intersection(*(set(curve) for curve in curves)))
            values = np.array([[curve[r] for r in rounds] for curve in curves])
            (line,) = axes.plot(rounds, values.mean(0), label=setting)
            axes.fill_between(rounds, values.min(0), values.max(0), color=line.get_color(), alpha=0.2)
        axes.set(xlabel=across, ylabel=name.replace("/", ": ").replace("val", "validation"))
    panels[0].set_yscale("log")
    panels[1].legend()
    return figure


def _settings(outcomes: Sequence[Outcome]) -> dict[str, list[int]]:
    """Setting -> places of its trials, in the study's order."""
    out: dict[str, list[int]] = {}
    for place, outcome in enumerate(outcomes):
        out.setdefault(outcome.trial.setting, []).append(place)
    return out


def _columns(study: Study, outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    """The values of a grid's keys, each in a form that can be compared, and the seed."""
    rows = []
    for outcome in outcomes:
        values = {key: outcome.trial.values[key] for key in study.keys}
        plain = {k: name_of({k: v}) if isinstance(v, list | dict) else v for k, v in values.items()}
        rows.append(plain | {"seed": outcome.trial.seed})
    return rows


def _draw_variants(axes: "Axes", settings: dict[str, list[int]], values: Sequence[float]) -> None:
    for row, places in enumerate(settings.values()):
        own = [values[place] for place in places]
        axes.plot(own, [row] * len(own), "o", color=COLOURS["line"], alpha=0.55, markersize=6)
        mean = spread(own).mean
        axes.plot([mean, mean], [row - 0.3, row + 0.3], color=COLOURS["mark"], linewidth=2)
    axes.set_yticks(range(len(settings)), list(settings))
    axes.set_ylim(len(settings) - 0.5, -0.5)
    axes.margins(x=0.12)


def _draw_key(axes: "Axes", given: Sequence[Any], values: Sequence[float]) -> None:
    """A figure over one key of a grid or a random search, and the mean of each value (or bin of values)."""
    figures = np.asarray(values, np.float64)
    numbers = all(isinstance(value, int | float) and not isinstance(value, bool) for value in given)
    plain = [v if isinstance(v, int | float | str) else name_of({"": v}).strip() for v in given]
    group = groups(plain)
    if numbers:
        places = np.asarray(given, np.float64)
        if places.min() > 0 and places.max() / places.min() >= MOST:
            axes.set_xscale("log")
    else:
        places = group.astype(np.float64)
        names = {int(g): str(v) for g, v in zip(group, plain, strict=True)}
        axes.set_xticks(sorted(names), [names[g] for g in sorted(names)])
        axes.margins(x=0.2)
    axes.plot(places, figures, "o", color=COLOURS["line"], alpha=0.55, markersize=5)
    known = ~np.isnan(figures)
    means = [
        (np.mean(places[chosen]), np.mean(figures[chosen]))
        for g in np.unique(group)
        if (chosen := (group == g) & known).any()
    ]
    axes.plot(*zip(*means, strict=True), color=COLOURS["mark"], marker="_", markersize=14, linewidth=1.2)


def _curve(path: Path, column: str) -> dict[int, float]:
    """Round (counted from 1) -> mean of a column in it."""
    found: dict[int, list[float]] = {}
    with path.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row.get(column):
                found.setdefault(int(row["epoch"]) + 1, []).append(float(row[column]))
    return {round_: float(np.mean(values)) for round_, values in found.items()}


def _cell(figure: Spread) -> str:
    if math.isnan(figure.deviation):
        return _number(figure.mean)
    return f"{_number(figure.mean)} ± {_number(figure.deviation)}"


def _number(value: float, digits: int = 3) -> str:
    return "" if math.isnan(value) else f"{value:.{digits}f}"


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
