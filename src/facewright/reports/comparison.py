"""What a comparison of models comes to, whatever their task: as lines for a terminal, and as a record."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from facewright.datasets.sample import Problem
from facewright.inference.timing import Timing
from facewright.metrics.comparison import Section
from facewright.reports.compared import Compared, Row, fact_rows, recipe_rows

MOST_PICTURES = 12
"""of those that models disagree on, in a page"""
MOST_KEYS = 12
"""of the recipes' differences, in a terminal"""


@dataclass(frozen=True)
class Disagreement:
    """A picture, or a part of it, of which models say different things."""

    name: str
    measure: float
    said: tuple[str, ...]
    """what each model does"""
    pictures: Callable[[], list[NDArray[np.uint8]]]
    """one a model, or one for all: drawn when a page is made"""


@dataclass(frozen=True)
class Judgement:
    """What a task's judges say of all models."""

    summary: str
    sections: list[Section]
    plots: Callable[[], list[Markup]]
    """drawn when a page is made"""
    disagreements: list[Disagreement]
    ranked_by: str
    """what their measure is"""
    rules: list[str]
    problems: list[Problem]
    unread: int = 0
    """pictures left out because some model could not read them"""
    boxes: bool = False
    """whether the pictures show boxes"""
    redrawn: str = "pictures, whole groups (persons, clips) of them, drawn anew from each set"
    """what a resample is made of"""


@dataclass(frozen=True)
class Comparison:
    """All that is told of several models."""

    models: list[Compared]
    data: list[str]
    judgement: Judgement
    timings: dict[str, dict[str, Timing]]
    """what was timed -> model -> how long it took"""
    machine: dict[str, str]
    rules: list[str]
    warnings: list[str]

    @property
    def names(self) -> list[str]:
        return [one.name for one in self.models]

    @property
    def title(self) -> str:
        data = " ".join(self.data) if len(self.data) < 3 else f"{len(self.data)} sets"
        return f"{' / '.join(self.names)} on {data}"

    def to_dict(self) -> dict[str, Any]:
        """Plain numbers for JSON, unrounded."""
        judged, names = self.judgement, self.names
        return {
            "task": self.models[0].card.task,
            "reference": names[0],
            "models": {one.name: one.to_dict() for one in self.models},
            "data": self.data,
            "figures": [section.to_dict(names) for section in judged.sections],
            "machine": self.machine,
            "latency": {
                what: {name: took._asdict() for name, took in all_.items()}
                for what, all_ in self.timings.items()
            },
            "recipe_differences": {
                row.name: dict(zip(names, row.cells, strict=True)) for row in recipe_rows(self.models)
            },
            "disagreements": [
                {"name": one.name, "measure": one.measure, "said": dict(zip(names, one.said, strict=True))}
                for one in judged.disagreements
            ],
            "disagreements_ranked_by": judged.ranked_by,
            "warnings": self.warnings,
            "protocol": self.rules,
            "problems": [str(problem) for problem in judged.problems],
        }


def comparison_lines(found: Comparison) -> list[str]:
    """The figures as a table for a terminal: a line a figure, a column a model."""
    names, judged = found.names, found.judgement
    rows: list[Row | str] = [judged.summary]
    for section in judged.sections:
        rows += ["", section.title]
        for one in section.measures:
            rows.append(Row(one.name, tuple(one.text(i) for i in range(len(names)))))
            if any(one.differences):
                gaps = (f"{one.gap_text(i)} {one.verdict(i)}".rstrip() for i in range(len(names)))
                rows.append(Row("  difference", tuple(gaps)))
    if found.timings:
        rows += ["", f"Milliseconds (ratio to {names[0]})"]
        rows += timing_rows(found)
    rows += ["", "Models", *fact_rows(found.models)]
    if keys := recipe_rows(found.models):
        rows += ["", "Recipes: what differs", *keys[:MOST_KEYS]]
        if len(keys) > MOST_KEYS:
            rows.append(f"  and {len(keys) - MOST_KEYS} keys more (all of them: --html, --json)")
    if judged.disagreements:
        rows += ["", f"Most disagreement ({judged.ranked_by})"]
        rows += [Row(one.name, one.said) for one in judged.disagreements[:3]]
    head = Row("", tuple(names))
    table = [row for row in (head, *rows) if isinstance(row, Row)]
    label = max(len(row.name) for row in table)
    widths = [max(len(row.cells[i]) for row in table) for i in range(len(names))]
    return [
        row if isinstance(row, str) else _line(row, label, widths) for row in (rows[0], "", head, *rows[1:])
    ]


def timing_rows(found: Comparison) -> list[Row]:
    """What was timed, with the ratio to the first model behind."""
    return [
        Row(what, tuple(_took(all_[name]) for name in found.names)) for what, all_ in found.timings.items()
    ]


def _took(timing: Timing) -> str:
    digits = 1 if timing.ms >= 2 else 2 if timing.ms >= 0.2 else 3
    ratio = "" if timing.ratio is None else f" ({timing.ratio:.2f})"
    return f"{timing.ms:.{digits}f}{ratio}"


def _line(row: Row, label: int, widths: Sequence[int]) -> str:
    cells = (f"{cell:>{width}}" for cell, width in zip(row.cells, widths, strict=True))
    return f"{row.name:<{label}}  {'  '.join(cells)}".rstrip()
