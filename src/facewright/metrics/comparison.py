"""Figures of several models side by side, each with its difference to the first."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from facewright.metrics.bootstrap import Difference, Doubles, difference


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure of all models."""

    name: str
    values: tuple[float, ...]
    """one a model; NaN where there is nothing to measure"""
    differences: tuple[Difference | None, ...]
    """to the first; None for the first itself, and throughout for a figure without intervals"""
    better: Literal[1, -1] = 1
    """1: the more the better, -1: the less"""
    form: str = ".3f"
    """how a value is written"""

    def text(self, i: int) -> str:
        """The value of model `i` for people; a dash where there is nothing to measure."""
        return "-" if math.isnan(self.values[i]) else format(self.values[i], self.form)

    def gap_text(self, i: int) -> str:
        """Its difference to the first for people, `+0.032 [+0.010, +0.055]`; empty where there is none."""
        gap = self.differences[i]
        if gap is None:
            return ""
        value, low, high = (format(number, f"+{self.form}") for number in gap)
        return f"{value} [{low}, {high}]"

    def verdict(self, i: int) -> Literal["better", "worse", ""]:
        """Of model `i` beside the first; empty where the difference may be chance, or has no interval."""
        found = self.differences[i]
        if found is None or not found.sure:
            return ""
        return "better" if found.value * self.better > 0 else "worse"

    def to_dict(self, models: Sequence[str]) -> dict[str, Any]:
        """Plain numbers for JSON, unrounded, NaN as None."""
        return {
            "name": self.name,
            "better": "more" if self.better > 0 else "less",
            "values": {
                model: None if math.isnan(value) else value
                for model, value in zip(models, self.values, strict=True)
            },
            "differences": {
                model: None if found is None else found._asdict()
                for model, found in list(zip(models, self.differences, strict=True))[1:]
            },
        }


@dataclass(frozen=True, slots=True)
class Section:
    """Figures that belong together: of all pictures, of one set."""

    title: str
    measures: tuple[Measure, ...]

    def to_dict(self, models: Sequence[str]) -> dict[str, Any]:
        """Plain numbers for JSON."""
        return {"title": self.title, "figures": [one.to_dict(models) for one in self.measures]}


def measure(
    name: str,
    values: Sequence[float],
    resampled: Sequence[Doubles] | None = None,
    *,
    better: Literal[1, -1] = 1,
    form: str = ".3f",
) -> Measure:
    """One figure (a value a model), with intervals where its values in the resamples, (R,) a model, are
    given."""
    gaps: list[Difference | None] = [None] * len(values)
    if resampled is not None:
        for i in range(1, len(values)):
            gaps[i] = difference(values[i], values[0], resampled[i], resampled[0])
    return Measure(name, tuple(values), tuple(gaps), better, form)
