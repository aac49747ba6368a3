"""A study's answer: a table of means and spreads over seeds, what moves each figure, and plots of both."""

import math
import textwrap
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from facewright.core.errors import RecipeError
from facewright.core.suggest import nearest
from facewright.metrics.spread import Spread, chance_share, effects, groups, spread
from facewright.reports.html import COLOURS
from facewright.reports.run_curves import curve_rows
from facewright.training.study import Study, name_of
from facewright.training.trials import Outcome

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST = 20
"""times the lowest value of a key that its highest may be before its axis is logarithmic"""
DRAWN = 8
"""figures that a plot has room for"""
ACROSS = 4
"""panels of variants beside one another"""


def shown_figures(study: Study, outcomes: Sequence[Outcome]) -> dict[str, list[float]]:
    """Name in the table -> each trial's figure, NaN where it failed; of a study that names none, those told
    while training. Raises RecipeError for one that there is none of, and where the settings have none in
    common."""
    first, *others = [outcome.figures for outcome in outcomes if outcome.figures] or [{}]
    known = [name for name in first if all(name in other for other in others)]
    if first and not known:
        raise RecipeError("the settings have no figure in common; say under [figures] which to tell")
    told = next((outcome.told for outcome in outcomes if outcome.figures), ())
    wanted = study.parts or {name: [name] for name in known if name in told}
    out = {}
    for name, parts in wanted.items():
        for part in parts:
            if known and part not in known:
                raise RecipeError(f"figures: this task gives no {part!r}{nearest(part, known)}")
        out[name] = [
            float(np.mean([o.figures[part] for part in parts])) if o.figures else math.nan for o in outcomes
        ]
    return out


def study_table(study: Study, outcomes: Sequence[Outcome]) -> list[str]:
    """Markdown: for each setting mean and standard deviation of each figure over its seeds; of a grid or a
    random search also the share of each key, beside what one that does nothing has on average."""
    figures = shown_figures(study, outcomes)
    lines = [_row(["setting", "seeds", *figures]), _row(["---", *["--:"] * (len(figures) + 1)])]
    for setting, places in _settings(outcomes).items():
        cells = [spread([values[place] for place in places]) for values in figures.values()]
        lines.append(_row([setting, str(cells[0].trainings if cells else 0), *map(_cell, cells)]))
    if study.keys:
        columns = _columns(study, outcomes)
        trained = [row for row, outcome in zip(columns, outcomes, strict=True) if not outcome.failure]
        head = ["share of the variance", "by chance", *figures]
        lines += ["", _row(head), _row(["---", *["--:"] * (len(figures) + 1)])]
        shares = {name: effects(columns, values) for name, values in figures.items()}
        for key in [*study.keys, "seed"]:
            told = [chance_share([row[key] for row in trained]), *(shares[name][key] for name in figures)]
            lines.append(_row([key, *(_number(cell, 2) for cell in told)]))
    failed = [o for o in outcomes if o.failure]
    lines += [f"\n{o.trial.setting}, seed {o.trial.seed}: {o.failure}" for o in failed]
    return lines


def study_figure(study: Study, outcomes: Sequence[Outcome]) -> "Figure":
    """Of a study of variants, each figure as a panel with a row a variant; of a grid or a random search, each
    figure over each key. A dot is a training, a bar the mean. Draw inside `html.plot_style`."""
    from matplotlib.figure import Figure

    every = shown_figures(study, outcomes)
    figures = dict(islice(every.items(), DRAWN))
    if not study.keys:
        settings = {textwrap.fill(name, 34): places for name, places in _settings(outcomes).items()}
        room = 0.6 + 0.08 * max(len(line) for name in settings for line in name.split("\n"))
        height = 1.1 + sum(0.25 + 0.17 * (name.count("\n") + 1) for name in settings)
        across = min(len(figures), ACROSS)
        down = math.ceil(len(figures) / across)
        figure = Figure(figsize=(room + 2.7 * across, height * down), layout="constrained")
        panels = figure.subplots(down, across, sharey=True, squeeze=False).ravel()
        for axes, (name, values) in zip(panels, figures.items(), strict=False):
            _draw_variants(axes, settings, values)
            axes.set_xlabel(_wrapped(name, 30))
        for axes in panels[len(figures) :]:
            axes.remove()
        _tell_left_out(figure, every)
        return figure
    figure = Figure(figsize=(0.6 + 3.1 * len(study.keys), 0.4 + 2.3 * len(figures)), layout="constrained")
    grid = figure.subplots(len(figures), len(study.keys), sharey="row", sharex="col", squeeze=False)
    for row, (name, values) in zip(grid, figures.items(), strict=True):
        for axes, key in zip(row, study.keys, strict=True):
            _draw_key(axes, [o.trial.values[key] for o in outcomes], values)
        row[0].set_ylabel(_wrapped(name, 26))
    for axes, key in zip(grid[-1], study.keys, strict=True):
        axes.set_xlabel(_wrapped(key, 34))
    _tell_left_out(figure, every)
    return figure


def _tell_left_out(figure: "Figure", every: dict[str, list[float]]) -> None:
    if len(every) > DRAWN:
        figure.suptitle(f"the first {DRAWN} of {len(every)} figures; the table has all", fontsize=9)


def _wrapped(name: str, width: int) -> str:
    """On lines of so many characters; a name that takes more than four is cut."""
    return textwrap.fill(name, width, max_lines=4, placeholder=" …")


def curves_figure(outcomes: Sequence[Outcome], folder: Path, column: str, across: str = "round") -> "Figure":
    """Loss in training and the figure `column` on validation, round by round: the mean over seeds of each
    setting, and between the lowest and the highest. Draw inside `html.plot_style`."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 4), layout="constrained")
    panels = figure.subplots(1, 2)
    for axes, name in zip(panels, ("train/loss", f"val/{column}"), strict=True):
        for setting, places in _settings(outcomes).items():
            curves = [_curve(folder / outcomes[place].trial.folder, name) for place in places]
            rounds = sorted(set.intersection(*(set(curve) for curve in curves)))
            values = np.array([[curve[r] for r in rounds] for curve in curves])
            (line,) = axes.plot(rounds, values.mean(0), label=_wrapped(setting, 34))
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
        rows.append(plain | {"seed": str(outcome.trial.seed)})  # a name: its size means nothing
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
        width = max(27 // len(names), 8)
        axes.set_xticks(sorted(names), [_wrapped(names[g], width) for g in sorted(names)], fontsize=8)
        if len(names) > 4:  # side by side they would run into each other
            axes.tick_params(axis="x", rotation=90)
        axes.margins(x=0.2)
    axes.plot(places, figures, "o", color=COLOURS["line"], alpha=0.55, markersize=5)
    known = ~np.isnan(figures)
    means = [
        (np.mean(places[chosen]), np.mean(figures[chosen]))
        for g in np.unique(group)
        if (chosen := (group == g) & known).any()
    ]
    axes.plot(*zip(*means, strict=True), color=COLOURS["mark"], marker="_", markersize=14, linewidth=1.2)


def _curve(folder: Path, column: str) -> dict[int, float]:
    """Round (counted from 1) -> mean of a column in it."""
    found: dict[int, list[float]] = {}
    for row in curve_rows(folder):
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
