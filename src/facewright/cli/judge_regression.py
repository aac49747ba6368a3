"""What `facewright evaluate` does with a regression: RMSE over a table's points, and its plot."""

from pathlib import Path

import numpy as np

from facewright.cli.judging import record_of, tell
from facewright.datasets.points import open_points
from facewright.inference.regressor import Regressor
from facewright.metrics.regression import regression_figures
from facewright.reports.surface import RULES, regression_lines, regression_page


def judge(
    model: str,
    data: str,
    *,
    json: str | None = None,
    html: Path | None = None,
    limit: int | None = None,
    threads: int | None = None,
) -> int:
    """Judge a regression's model file on points whose value is known; returns the exit status, 0.

    model: name or path; data: csv:FILE or saddle:COUNT, see `datasets.points`; its input columns are found by
    the names in the model's card, the value in the last column or in that given with ?target=. json, html:
    files to write (`-`: standard output, the table then goes to standard error); limit: at most so many
    points, spread evenly. Raises FacewrightError subclasses for all that a user can mend.
    """
    regressor = Regressor(model, threads=threads)
    card = regressor.card
    points = open_points(data, inputs=regressor.columns)
    everything = len(points)
    if limit is not None:
        points = points.spread(limit)
    predicted = regressor(points.inputs)
    result = regression_figures(predicted, points.target)
    title = f"{card.name} on {data}"
    rules = list(RULES)
    if len(points) < everything:
        rules.insert(0, f"Points: {len(points)} of {everything}, spread evenly.")
    tell(
        title,
        regression_lines(result),
        rules,
        points.problems,
        record_of(card, data, rules, points.problems) | result.to_dict(),
        lambda: regression_page(
            result, points, np.asarray(predicted), title=title, rules=rules, problems=points.problems
        ),
        json=json,
        html=html,
    )
    return 0
