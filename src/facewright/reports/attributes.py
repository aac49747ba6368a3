"""The judgement of an attribute model as text and as a page with plots and its worst mistakes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from facewright.core.attributes import phrase
from facewright.core.pictures import resize_picture
from facewright.datasets.sample import Dataset, Problem
from facewright.metrics.attributes import BINS, AttributesEvaluation
from facewright.metrics.reliability import reliability
from facewright.reports.html import COLOURS, figure_svg, picture_uri, plot_style, render
from facewright.reports.reliability import draw_reliability
from facewright.reports.text import share

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLUMNS = ("accuracy", "majority", "balanced_accuracy", "precision", "recall", "f1", "ap", "ece")
TITLES = {
    "accuracy": "acc.",
    "majority": "always",
    "balanced_accuracy": "bal.",
    "precision": "prec.",
    "recall": "recall",
    "f1": "F1",
    "ap": "AP",
    "ece": "ECE",
    "prevalence": "yes",
}
TILE = 160


@dataclass(frozen=True)
class Mistake:
    """A wrong answer that the model was sure of."""

    picture: int
    name: str
    probability: float


def attributes_lines(result: AttributesEvaluation) -> list[str]:
    """The figures as a table for a terminal; a dash where there is nothing to measure."""
    lines = [f"{result.pictures} pictures", "", _row("", ["prevalence", *COLUMNS], titles=True)]
    for name, one in result.attributes.items():
        values = [share(getattr(one, column)) for column in ("prevalence", *COLUMNS)]
        lines.append(_row(name, values))
    for name, means in _means(result).items():
        lines.append(_row(name, [share(means[column]) for column in ("prevalence", *COLUMNS)]))
    if result.hair is not None:
        hair = result.hair
        lines += [
            "",
            f"hair as one answer: right {share(hair.right)}, none told {share(hair.untold)} "
            f"({hair.pictures} pictures with exactly one)",
        ]
    return lines


def protocol(calibration: Mapping[str, object], side: int) -> list[str]:
    """The rules that the figures follow, for people."""
    fitted = ", ".join(map(str, calibration.get("data", ())))  # type: ignore[call-overload]
    return [
        f"Seen: each picture whole, squashed to {side} x {side} pixels; one face a picture.",
        "Yes: a probability of .5 and more"
        + (
            f"; calibrated, and .5 placed, on {fitted}." if fitted else "; the network's own, not calibrated."
        ),
        "always: accuracy of giving the commoner answer of these very pictures. bal.: mean of both recalls.",
        f"AP: area under precision over recall, in steps. ECE: calibration error in {BINS} bins.",
        "Means leave out attributes for which a figure is not defined (no yes among the pictures).",
    ]


def attributes_page(
    result: AttributesEvaluation,
    dataset: Dataset,
    probabilities: NDArray[np.floating],
    labels: NDArray[np.int8],
    *,
    title: str,
    rules: Sequence[str],
    problems: Sequence[Problem],
) -> str:
    """The same as an HTML page, with plots and the surest mistakes of each attribute as pictures.

    dataset, probabilities (N, A) and labels (N, A) are those of the judged pictures, in one order.
    """
    names = list(result.attributes)
    with plot_style():
        plots = [figure_svg(prevalence_figure(result)), figure_svg(_reliability(probabilities, labels))]
    return render(
        "attributes",
        title=title,
        result=result,
        means=_means(result),
        columns=("prevalence", *COLUMNS),
        titles=TITLES,
        plots=plots,
        mistakes=[_tile(dataset, m) for m in worst_mistakes(probabilities, labels, names)],
        problems=[str(problem) for problem in problems],
        protocol=rules,
    )


def worst_mistakes(
    probabilities: NDArray[np.floating], labels: NDArray[np.int8], names: Sequence[str]
) -> list[Mistake]:
    """Of each attribute the surest wrong yes and the surest wrong no."""
    out = []
    for i, name in enumerate(names):
        p, y = probabilities[:, i], labels[:, i]
        for wrong, order in (((p >= 0.5) & (y == 0), -p), ((p < 0.5) & (y == 1), p)):
            if wrong.any():
                found = int(np.where(wrong, order, np.inf).argmin())
                out.append(Mistake(found, name, float(p[found])))
    return out


def prevalence_figure(result: AttributesEvaluation) -> "Figure":
    """How often each attribute holds, and how often the model says so. Draw inside `html.plot_style`."""
    from matplotlib.figure import Figure

    order = sorted(result.attributes, key=lambda name: result.attributes[name].prevalence)
    ones = [result.attributes[name] for name in order]
    figure = Figure(figsize=(5.6, 0.8 + 0.2 * len(order)))
    axes = figure.add_subplot()
    axes.barh(order, [one.prevalence for one in ones], color=COLOURS["line"], label="true")
    said = [one.said / max(one.pictures, 1) for one in ones]
    axes.plot(said, order, "|", markersize=9, markeredgewidth=2, color=COLOURS["mark"], label="said")
    axes.set(xlim=(0, 1), xlabel="share of the pictures", ylim=(-0.6, len(order) - 0.4))
    axes.tick_params(axis="y", labelsize=8)
    axes.legend(loc="lower right")
    axes.set_title("How often each attribute holds")
    return figure


def _reliability(probabilities: NDArray[np.floating], labels: NDArray[np.int8]) -> "Figure":
    """Said against true over all attributes together."""
    from matplotlib.figure import Figure

    known = labels >= 0
    p, y = probabilities[known], labels[known] == 1
    figure = Figure(figsize=(5.2, 3.6))
    axes = figure.add_subplot()
    draw_reliability(axes, reliability(p.astype(np.float64), y, BINS))
    axes.set(xlabel="probability said", ylabel="share that is so")
    axes.set_title("Calibration, all attributes")
    return figure


def _tile(dataset: Dataset, mistake: Mistake) -> dict[str, str | Markup]:
    picture = resize_picture(dataset[mistake.picture].read(), TILE, enlarge=True)
    said = phrase(mistake.name, mistake.probability)
    caption = f"said: {said.words} ({said.probability:.2f}) · {dataset[mistake.picture].name}"
    return {"uri": picture_uri(picture), "caption": caption}


def _means(result: AttributesEvaluation) -> dict[str, dict[str, float]]:
    means = {f"mean of {len(result.attributes)}": result.means()}
    if result.s1 is not None and len(result.attributes) > 15:
        means["mean of S1's 15"] = result.s1
    return means


def _row(name: str, cells: Sequence[str], *, titles: bool = False) -> str:
    shown = [TITLES[cell] for cell in cells] if titles else cells
    return f"{name:<20}" + "".join(f"{cell:>7}" for cell in shown)
