"""What `facewright compare` does with regressions: errors at the same points."""

from collections.abc import Sequence

import numpy as np

from facewright.core.errors import DataError
from facewright.datasets.points import open_points
from facewright.datasets.sample import Problem
from facewright.inference.regressor import Regressor
from facewright.metrics.bootstrap import drawn, ratio
from facewright.metrics.comparison import Section, measure
from facewright.metrics.disagreement import largest_ranges
from facewright.metrics.regression import regression_figures
from facewright.reports.compared import Compared
from facewright.reports.comparison import MOST_PICTURES, Disagreement, Judgement
from facewright.reports.curves_overlaid import regression_plots
from facewright.reports.surface import RULES

RANKED_BY = "range of the predicted value"


def compare(
    models: Sequence[Compared], data: Sequence[str], *, limit: int | None, threads: int | None
) -> Judgement:
    """Judge regressions on the same points of one or more tables, taken together."""
    regressors = [Regressor(one.path, threads=threads) for one in models]
    rules: list[str] = []
    problems: list[Problem] = []
    truth, predicted, where = [], [], []
    for name in data:
        tables = [open_points(name, inputs=one.columns) for one in regressors]
        if any(not np.array_equal(table.target, tables[0].target) for table in tables):
            raise DataError(f"{name}: gives the models different rows; mend those that only some can use")
        everything = len(tables[0])
        if limit is not None and limit < everything:
            tables = [table.spread(limit) for table in tables]
            rules.append(f"{name}: {limit} of {everything} points, spread evenly.")
        truth.append(tables[0].target.astype(np.float64))
        predicted.append(np.stack([one(table.inputs) for one, table in zip(regressors, tables, strict=True)]))
        columns = tables[0].input_names
        where += [
            ", ".join(f"{column} {value:g}" for column, value in zip(columns, row, strict=True))
            for row in tables[0].inputs.tolist()
        ]
        problems += tables[0].problems
    target, said = np.concatenate(truth), np.concatenate(predicted, axis=1).astype(np.float64)
    results = [regression_figures(one, target) for one in said]
    errors = np.abs(said - target)
    counts = drawn(range(len(target)))
    every = np.ones(len(target))
    rows = (
        measure(
            "RMSE",
            [one.rmse for one in results],
            [np.sqrt(ratio(one**2, every, counts)) for one in errors],
            better=-1,
            form=".4g",
        ),
        measure(
            "mean absolute error",
            [one.mae for one in results],
            [ratio(one, every, counts) for one in errors],
            better=-1,
            form=".4g",
        ),
        measure("largest error", [one.largest for one in results], better=-1, form=".4g"),
        measure("R2", [one.r2 for one in results], form=".6f"),
    )

    def told(place: int, gap: float) -> Disagreement:
        return Disagreement(
            f"{where[place]}: {target[place]:g}",
            gap,
            tuple(f"{one[place]:g}" for one in said),
            list,
        )

    named = dict(zip([one.name for one in models], errors, strict=True))
    return Judgement(
        f"{len(target)} points",
        [Section(" ".join(data), rows)],
        lambda: regression_plots(named),
        [told(*one) for one in largest_ranges(said, MOST_PICTURES)],
        RANKED_BY,
        [*rules, *RULES],
        problems,
        redrawn="points, drawn anew",
    )
