"""A model that is compared with others, and what is told of it beside its figures."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from facewright.datasets.overlap import share_pictures
from facewright.inference.card import Card
from facewright.inference.detections import FINDING

NOTHING = "-"
WORDS = ("name", "about", "reached")
"""keys of a recipe that change nothing"""


class Row(NamedTuple):
    """Something told of all models."""

    name: str
    cells: tuple[str, ...]
    """one a model"""


@dataclass(frozen=True)
class Compared:
    """One of the models compared."""

    name: str
    """of its card; where several have it, what the user wrote"""
    given: str
    """what the user wrote"""
    path: Path
    """of its model file"""
    card: Card
    run: Path | None = None
    """folder of the run that it was given as"""
    note: str = ""
    """what was done to have a model file"""

    @property
    def recipe(self) -> dict[str, Any]:
        """As it was run; empty where the card does not tell."""
        return json.loads(self.card.recipe) if self.card.recipe else {}

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; the recipe is told by its differences."""
        told = self.card.model_dump(exclude={"recipe"})
        return {"given": self.given, "run": self.run is not None, "note": self.note,
                "bytes": self.path.stat().st_size, "card": told}  # fmt: skip


def fact_rows(models: Sequence[Compared]) -> list[Row]:
    """What the files and their cards say; what none of them says is left out."""
    rows = [
        Row("given as", tuple(one.given for one in models)),
        Row("parameters", tuple(f"{one.card.parameters:,}" for one in models)),
        Row("file", tuple(f"{one.path.stat().st_size / 1024:,.0f} KiB" for one in models)),
        Row("precision", tuple(one.card.precision for one in models)),
        Row("sees", tuple(_seen(one.card) for one in models)),
    ]
    if models[0].card.task in FINDING:
        rows.append(Row("threshold in use", tuple(f"{one.card.score_threshold:g}" for one in models)))
    rows += [
        Row("recipe", tuple(one.recipe.get("name", NOTHING) for one in models)),
        Row("steps", tuple(_told(one, "steps", "{:,}") for one in models)),
        Row("trained for", tuple(_minutes(one.card.training.get("seconds")) for one in models)),
        Row("trained on device", tuple(_told(one, "device", "{}") for one in models)),
        Row("best while training", tuple(_best(one.card.training) for one in models)),
    ]
    if rows[0].cells == tuple(one.name for one in models):
        rows = rows[1:]
    return [row for row in rows if set(row.cells) != {NOTHING}]


def term_rows(models: Sequence[Compared]) -> list[Row]:
    """What the weights may be used for, and what they were trained on: whole sentences."""
    rows = [
        Row("terms", tuple(one.card.terms for one in models)),
        Row("training data", tuple(_sets(one.card) for one in models)),
    ]
    return [row for row in rows if set(row.cells) != {NOTHING}]


def recipe_rows(models: Sequence[Compared]) -> list[Row]:
    """The keys in which their recipes differ; none where fewer than two cards hold a recipe."""
    recipes = [_flat({k: v for k, v in one.recipe.items() if k not in WORDS}) for one in models]
    known = [recipe for recipe in recipes if recipe]
    if len(known) < 2:
        return []
    keys = dict.fromkeys(key for recipe in known for key in recipe)
    return [
        Row(key, tuple(recipe.get(key, NOTHING) for recipe in recipes))
        for key in keys
        if len({recipe.get(key) for recipe in known}) > 1
    ]


def trained_on(card: Card, data: str) -> bool:
    """Whether the card says that the model has learnt from these very pictures, or from some of them."""
    return any(share_pictures(one.name, data) for one in card.data)


def _flat(value: Any, key: str = "") -> dict[str, str]:
    """Tables in tables as dotted keys with plain texts, as --set of `facewright train` writes them."""
    if isinstance(value, Mapping):
        pairs = [(str(name), inner) for name, inner in value.items()]
    elif isinstance(value, list) and any(isinstance(inner, Mapping) for inner in value):
        pairs = [(str(i), inner) for i, inner in enumerate(value)]
    else:
        return {key: value if isinstance(value, str) else json.dumps(value)}
    out: dict[str, str] = {}
    for name, inner in pairs:
        out |= _flat(inner, f"{key}.{name}" if key else name)
    return out


def _seen(card: Card) -> str:
    return (
        f"{card.side} x {card.side}, {card.framing}" if card.side else NOTHING if card.inputs else "any size"
    )


def _told(one: Compared, key: str, form: str) -> str:
    value = one.card.training.get(key)
    return NOTHING if value is None else form.format(value)


def _minutes(seconds: float | None) -> str:
    if seconds is None:
        return NOTHING
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


def _best(training: Mapping[str, Any]) -> str:
    if training.get("best") is None:
        return NOTHING
    return f"{training.get('chosen_by', '')} {training['best']:g}".strip()


def _sets(card: Card) -> str:
    parts = []
    for one in card.data:
        count, what = (one.points, "points") if one.points else (one.pictures, "pictures")
        parts.append(f"{one.name} ({count:,} {what})")
    return ", ".join(parts) or NOTHING
