"""The judgement of face-or-not as text and as a page."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from facewright.datasets.sample import Problem
from facewright.metrics.classification import THRESHOLD, Classification, Judged, balanced_accuracy
from facewright.metrics.roc import RATES, tpr_interval
from facewright.reports.html import figure_svg, picture_uri, plot_style, render
from facewright.reports.roc import roc_figure
from facewright.reports.text import share

MOST_MISTAKES = 24
INTERVAL = ("from (95 %, bootstrap)", "to")


def classification_lines(result: Classification) -> list[str]:
    """The figures as a table for a terminal of 80 columns."""
    both = (result.colour, result.grey)
    lines = [
        f"{result.colour.faces} faces, {result.colour.others} windows without one",
        "",
        f"{'':<34}{'colour':>10}{'grey':>10}",
        _row(f"accuracy (both kinds alike, {THRESHOLD:g})", *map(balanced_accuracy, both)),
        _row("AUC", *(curve.auc for curve in both)),
    ]
    for rate in RATES:
        lines.append(
            _row(f"faces found at {rate:g} false alarms", *(curve.at_fpr(rate).tpr for curve in both))
        )
        ends = [tpr_interval(result.labels, found, rate) for found in result.probabilities]
        lines += [
            _row(f"  {name}", *values) for name, values in zip(INTERVAL, zip(*ends, strict=True), strict=True)
        ]
    lines += ["", f"{'told right':<34}{'colour':>10}{'grey':>10}{'windows':>10}"]
    for part in result.sets:
        what = f"{part.name}, {'faces' if part.face else 'none'}"
        lines.append(_row(what, part.colour, part.grey) + f"{part.windows:>10}")
    return lines


def protocol(side: int, margin: float, seed: int) -> list[str]:
    """The rules that the figures follow, for people."""
    return [
        f"Seen: squares of {side} x {side} pixels; faces with {margin:g} of their longer side around them, "
        "pictures of faces without boxes and npz crops whole, squashed.",
        f"Without a face: random square windows (seed {seed}) that touch no annotated face.",
        "Grey: the same windows without their colour.",
        "Accuracy: mean of the share of faces and of the share of other windows told right.",
    ]


def classification_page(
    result: Classification,
    parts: Sequence[Judged],
    *,
    title: str,
    rules: Sequence[str],
    problems: Sequence[Problem],
) -> str:
    """The same as an HTML page, with the ROC curve and the surest mistakes as pictures."""
    with plot_style():
        plot = figure_svg(roc_figure({"colour": result.colour, "grey": result.grey}))
    return render(
        "classification",
        title=title,
        result=result,
        accuracies=[balanced_accuracy(curve) for curve in (result.colour, result.grey)],
        rates=RATES,
        plot=plot,
        mistakes=_mistakes(result, parts),
        problems=[str(problem) for problem in problems],
        protocol=rules,
    )


def _row(name: str, colour: float, grey: float) -> str:
    return f"{name:<34}{share(colour, 4):>10}{share(grey, 4):>10}"


def _mistakes(result: Classification, parts: Sequence[Judged]) -> list[dict[str, Any]]:
    """The windows that the model was surest and wrong of, in colour."""
    windows = [(part, window) for part in parts for window in part.windows]
    found = result.probabilities[0]
    gap = np.abs(found - np.array([part.face for part, _ in windows], float))
    tiles = []
    for i in np.argsort(-gap, kind="stable")[:MOST_MISTAKES]:
        part, window = windows[i]
        if gap[i] > THRESHOLD:
            tiles.append({"uri": picture_uri(window), "caption": f"{part.name}: {share(float(found[i]))}"})
    return tiles
