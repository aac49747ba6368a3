"""The judgement of a localiser as text, as a page, and as the plot in which a lean to the middle shows."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from facewright.datasets.sample import Problem
from facewright.metrics.localisation import LEAST_FACES, LeanBin, Localisation
from facewright.metrics.matching import IOU
from facewright.reports.html import INK, figure_svg, plot_style, render
from facewright.reports.plots import save_plot
from facewright.reports.text import share

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def localisation_lines(result: Localisation, threshold: float) -> list[str]:
    """The figures as a table for a terminal of 80 columns; a dash where there is nothing to measure."""
    lines = [
        summary(result),
        "",
        f"{'mean IoU':<38}{share(result.iou)}",
        f"{f'IoU > {IOU:g}':<38}{share(result.hits)}",
        f"{'AP@.5':<38}{share(result.ap50)}",
        f"{f'faces missed (threshold {threshold:g})':<38}{share(result.missed)}",
        f"{f'faceless with a face (threshold {threshold:g})':<38}{share(result.false_faces)}",
        f"{'mean IoU of the best constant box':<38}{share(result.constant_iou)}",
    ]
    if result.lean:
        lines += ["", _row("from the middle", "faces", "IoU", "constant box")]
        lines += [
            _row(f"{b.low:.1f} - {b.high:.1f}", str(b.faces), share(b.iou), share(b.constant))
            for b in result.lean
        ]
        lines += ["", f"{'greatest difference of IoU':<38}{share(result.flatness)}"]
    return lines


def summary(result: Localisation) -> str:
    """What was judged, in a line."""
    several = f", {result.left_out} with several left out" if result.left_out else ""
    return f"{result.pictures} pictures: {result.faces} with one face, {result.faceless} without{several}"


def protocol(threshold: float, side: int | None, framing: str | None) -> list[str]:
    """The rules that the figures follow, for people."""
    seen = f"{side} x {side} pixels, {framing}" if side else "at its own size"
    return [
        f"Seen: {seen}.",
        "IoU: of the box with the highest score, however low; 0 without one. Pictures with one face only.",
        f"Faceless: share of pictures without a face in which one scores {threshold:g} or more.",
        "Middle: distance of the face's centre from the picture's, in halves of the picture's diagonal.",
        "Constant box: the same share of every picture, fitted to the very faces judged.",
        f"Greatest difference: between the bins with at least {LEAST_FACES} faces.",
    ]


def localisation_page(
    result: Localisation, *, title: str, threshold: float, rules: Sequence[str], problems: Sequence[Problem]
) -> str:
    """The same as an HTML page, with the plot."""
    with plot_style():
        plot = figure_svg(lean_figure({"IoU": result.lean}))
    return render(
        "localisation",
        title=title,
        result=result,
        threshold=threshold,
        plot=plot,
        problems=[str(problem) for problem in problems],
        protocol=rules,
    )


def lean_figure(systems: Mapping[str, Sequence[LeanBin]]) -> "Figure":
    """IoU against the face's distance from the middle, one line a system, beside the best constant box.

    All systems judged on the same faces: the constant box is that of the first. Bins with fewer than
    `LEAST_FACES` faces are left out. Draw and save it inside `html.plot_style`.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4, 4.0))
    axes = figure.add_subplot()
    kept = {name: [b for b in bins if b.faces >= LEAST_FACES] for name, bins in systems.items()}
    for name, bins in kept.items():
        axes.plot([(b.low + b.high) / 2 for b in bins], [b.iou for b in bins], marker="o", label=name)
    first = next(iter(kept.values()), [])
    axes.plot(
        [(b.low + b.high) / 2 for b in first],
        [b.constant for b in first],
        color=INK,
        linestyle=":",
        label="best constant box",
    )
    axes.set(
        xlabel="distance of the face from the picture's middle (1: a corner)",
        ylabel="mean IoU",
        xlim=(0, None),
        ylim=(0, 1),
    )
    axes.legend(loc="lower left")
    return figure


def write_lean_plot(systems: Mapping[str, Sequence[LeanBin]], path: Path) -> Path:
    """`lean_figure` as a picture file (PNG, SVG, ...). Raises UsageError; see `save_plot`."""
    with plot_style():
        return save_plot(lean_figure(systems), path)


def _row(*cells: str) -> str:
    return f"{cells[0]:<18}" + "".join(f"{cell:>14}" for cell in cells[1:])
