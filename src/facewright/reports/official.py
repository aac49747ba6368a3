"""The figures of a published benchmark as text, as JSON, and as a part of a page with its curves."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from facewright.metrics import fddb, wider_face
from facewright.metrics.benchmarks import Benchmark, Fddb, WiderFace
from facewright.metrics.fddb import FALSE_POSITIVES, FOLDS, FddbCurve, FddbResult
from facewright.metrics.wider_face import SubsetResult
from facewright.reports.text import share

if TYPE_CHECKING:
    from markupsafe import Markup
    from matplotlib.axes import Axes

DIGITS = 4


@dataclass(frozen=True)
class Table:
    """Its rows start with a name; the other cells are text."""

    header: Sequence[str]
    rows: Sequence[Sequence[str]]

    def lines(self) -> list[str]:
        """For a terminal of 80 columns."""
        return [
            f"{name:<22}" + "".join(f"{cell:>11}" for cell in cells)
            for name, *cells in (self.header, *self.rows)
        ]


@dataclass(frozen=True)
class Official:
    """What a benchmark's protocol gives, in the forms that the commands show."""

    title: str
    tables: Sequence[Table]
    numbers: dict[str, str]
    """the few that stand large on a page"""
    rules: Sequence[str]
    record: dict[str, Any]
    """for JSON: plain numbers, unrounded"""
    draw: "Sequence[Callable[[Axes], None]]"

    def lines(self) -> list[str]:
        """The figures as tables for a terminal."""
        return [self.title, *(line for table in self.tables for line in ("", *table.lines()))]

    def plots(self) -> "list[Markup]":
        """The curves, as SVG."""
        from matplotlib.figure import Figure

        from facewright.reports.html import figure_svg, plot_style

        drawn = []
        with plot_style():
            for draw in self.draw:
                figure = Figure(figsize=(5.2, 3.6))
                draw(figure.add_subplot())
                drawn.append(figure_svg(figure))
        return drawn


def official_page(official: Official, *, title: str, protocol: Sequence[str], problems: Sequence[Any]) -> str:
    """The benchmark's figures alone, as a page."""
    from facewright.reports.html import render

    return render(
        "official",
        title=title,
        official=official,
        plots=official.plots(),
        protocol=protocol,
        problems=[str(problem) for problem in problems],
    )


def official_of(benchmark: Benchmark[Any, Any], result: Any) -> Official:
    """Of what `benchmark.judge` gave."""
    if isinstance(benchmark, WiderFace):
        return _wider_face(benchmark, result)
    assert isinstance(benchmark, Fddb)
    return _fddb(benchmark, result)


def _wider_face(benchmark: WiderFace, results: dict[str, SubsetResult]) -> Official:
    rows = [[name, str(result.faces), share(result.ap, DIGITS)] for name, result in results.items()]
    return Official(
        f"{benchmark.title}, {len(benchmark.names)} pictures",
        [Table(["subset", "faces", "AP"], rows)],
        {f"AP {name}": share(result.ap, DIGITS) for name, result in results.items()},
        wider_face.protocol(results),
        wider_face.to_dict(results),
        [partial(_precision_recall, results=results)],
    )


def _fddb(benchmark: Fddb, result: FddbResult) -> Official:
    overall = result.overall
    rates = [overall.at(number) for number in FALSE_POSITIVES]
    tenths = [number // FOLDS for number in FALSE_POSITIVES]
    tables = [
        Table(
            ["false positives", *map(str, FALSE_POSITIVES)],
            [[kind, *(share(getattr(rate, kind), DIGITS) for rate in rates)] for kind in fddb.Rates._fields],
        ),
        Table(
            ["fold, discrete at", "faces", *map(str, tenths)],
            [
                [f"{fold or '-'}", str(curve.faces), *(share(curve.at(n).discrete, DIGITS) for n in tenths)]
                for fold, curve in result.folds.items()
            ],
        ),
    ]
    return Official(
        f"{benchmark.title}, {overall.pictures} pictures, {overall.faces} ellipses",
        tables,
        {
            f"{kind} at {number}": share(getattr(overall.at(number), kind), DIGITS)
            for kind in fddb.Rates._fields
            for number in (FALSE_POSITIVES[0], FALSE_POSITIVES[-1])
        },
        fddb.protocol(bool(benchmark.truth.sizes)),
        result.to_dict(),
        [partial(_roc, curve=overall, kind=kind) for kind in fddb.Rates._fields],
    )


def _precision_recall(axes: "Axes", results: dict[str, SubsetResult]) -> None:
    from facewright.reports.html import COLOURS

    for (name, result), colour in zip(results.items(), ("right", "line", "wrong"), strict=True):
        if result.faces:
            label = f"{name}, AP {share(result.ap, DIGITS)}"
            axes.plot(result.recall, result.precision, color=COLOURS[colour], label=label)
    axes.legend(loc="lower left")
    axes.set(xlim=(0, 1.01), ylim=(0, 1.02), xlabel="recall", ylabel="precision", title=WiderFace.title)


def _roc(axes: "Axes", curve: FddbCurve, kind: str) -> None:
    from facewright.reports.html import COLOURS

    most = FALSE_POSITIVES[-1]
    if curve.faces:
        wrong, rates = (np.append(0, values) for values in (curve.false_positives, getattr(curve, kind)))
        axes.plot(wrong, rates, color=COLOURS["line"])
        axes.plot(
            FALSE_POSITIVES, [getattr(curve.at(n), kind) for n in FALSE_POSITIVES], "o", color=COLOURS["mark"]
        )
    axes.set(xlim=(0, most * 1.02), ylim=(0, 1.02), xlabel="false positives", ylabel="true positive rate")
    axes.set_title(f"FDDB, {kind} score")
