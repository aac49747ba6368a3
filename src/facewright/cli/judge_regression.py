"""What `facewright evaluate` does with a regression: RMSE over a table's points, and its plot."""

import contextlib
import sys
from pathlib import Path

import numpy as np

from facewright.cli.judging import tell_problems
from facewright.cli.outputs import STDOUT, check_writable, write_json
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
    check_writable("--json", json)
    check_writable("--html", html)
    regressor = Regressor(model, threads)
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
    out = sys.stderr if json == STDOUT else sys.stdout
    with contextlib.redirect_stdout(out):
        print(title, *regression_lines(result), "", "Protocol", *(f"  {rule}" for rule in rules), sep="\n")
    tell_problems(points.problems)
    if html is not None:
        from facewright.reports.html import write_page

        page = regression_page(
            result, points, np.asarray(predicted), title=title, rules=rules, problems=points.problems
        )
        print(f"\npage: {write_page(page, html)}", file=out)
    if json is not None:
        record = {
            "model": card.name,
            "version": card.version,
            "task": card.task,
            "parameters": card.parameters,
            "data": data,
            "protocol": rules,
            "problems": [str(problem) for problem in points.problems],
        }
        write_json(json, record | result.to_dict())
    return 0
