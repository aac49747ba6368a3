"""A study: one question, asked by training variants of a recipe, each with several seeds.

A study is a TOML file. It varies a recipe in one of three ways:

    [variants]                       named changes, one after another
    "all negatives" = []
    "noise only" = ["stages.0.faceless=noise"]

    [grid]                           every combination of these values
    "loss.coordinates" = [1.0, 3.0, 10.0]
    "loss.no_object" = [0.03, 0.1, 0.5]

    [random]                         so many settings drawn at random
    trials = 12
    keys."optimiser.rate" = { low = 1e-4, high = 1e-2, log = true }
    keys."optimiser.kind" = ["adam", "sgd"]
"""

import itertools
import json
import math
import re
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, NamedTuple, Self

import numpy as np
from pydantic import Field, field_validator, model_validator

from facewright.core.errors import RecipeError
from facewright.core.suggest import nearest
from facewright.training.loading import find_toml, load_recipe, read_toml, recipe_folder, validated
from facewright.training.recipe import Part, Recipe

DRAWS = 100
"""times as many settings as wanted are drawn before there are taken to be no more"""
LONGEST = 100
"""characters of a setting in the name of its folder"""
Value = bool | int | float | str | list[Any] | dict[str, Any]


class Variant(Part):
    """One way to train; written as a list of changes where it is nothing more."""

    base: str | None = Field(None, description="another recipe than the study's")
    changes: list[str] = Field([], description="key=value, as after --set")
    init: str | None = Field(None, description="begin with these weights: what --init takes")
    after: str | None = Field(None, description="begin with the weights that this variant reached, same seed")
    limit: int | None = Field(None, ge=1, description="at most so many pictures of each training set")


class Range(Part):
    """Values between two numbers, both included."""

    low: float
    high: float
    log: bool = Field(False, description="any factor as likely as another")
    whole: bool = Field(False, description="whole numbers")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.low < self.high or (self.log and self.low <= 0):
            raise ValueError("low must be below high, and above 0 where log is true")
        if self.whole and math.ceil(self.low) > math.floor(self.high):
            raise ValueError("no whole number lies between low and high")
        return self

    def draw(self, rng: np.random.Generator) -> float | int:
        # Half a number more at both ends, or the first and the last whole one would be half as likely.
        low, high = (
            (self.low - 0.5, self.high + 0.5) if self.whole and not self.log else (self.low, self.high)
        )
        if self.log:
            low, high = math.log(low), math.log(high)
        value = float(rng.uniform(low, high))
        value = math.exp(value) if self.log else value
        if self.whole:
            return min(max(round(value), math.ceil(self.low)), math.floor(self.high))
        return min(max(float(f"{value:.4g}"), self.low), self.high)


class Random(Part):
    trials: int = Field(ge=2)
    seed: int = Field(0, ge=0, description="of the settings drawn; trainings have their own")
    keys: dict[str, Range | Annotated[list[Value], Field(min_length=2)]] = Field(min_length=1)


class Study(Part):
    about: str = Field(description="the question")
    found: str = Field("", description="what its runs showed; docs/studies.md tells the rest")
    base: str = Field(description="the recipe that is varied")
    changes: list[str] = Field([], description="to every training")
    judge: list[str] = Field(
        [], description="changes to the recipe when all is trained and the figures are taken: other pictures"
    )
    figures: dict[str, str | Annotated[list[str], Field(min_length=1)]] = Field(
        {},
        description="name in the table -> a figure of the task, or several and their mean; empty: those that "
        "are told in training and that every setting has",
    )
    seeds: list[Annotated[int, Field(ge=0)]] = Field([1, 2, 3], min_length=1)
    variants: dict[str, Variant] = Field({})
    grid: dict[str, Annotated[list[Value], Field(min_length=2)]] = Field({})
    random: Random | None = None

    @field_validator("variants", mode="before")
    @classmethod
    def _lists_are_changes(cls, value: Any) -> Any:
        if not isinstance(value, Mapping):
            return value
        return {name: {"changes": v} if isinstance(v, list) else v for name, v in value.items()}

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if sum((bool(self.variants), bool(self.grid), self.random is not None)) != 1:
            raise ValueError("a study has one of [variants], [grid] and [random]")
        if len(set(self.seeds)) < len(self.seeds):
            raise ValueError("seeds must differ")
        names = list(self.variants)
        for place, (name, variant) in enumerate(self.variants.items()):
            if variant.after is not None and variant.after not in names[:place]:
                raise ValueError(
                    f"variants.{name}.after: no variant {variant.after!r} stands before it"
                    f"{nearest(variant.after, names[:place])}"
                )
            if variant.after is not None and variant.init is not None:
                raise ValueError(f"variants.{name}: begins with init or after, not with both")
        if not all(slug(name) for name in names):
            raise ValueError("a variant's name needs a letter from a to z or a digit, for its folder")
        if len({slug(name) for name in names}) < len(names):
            raise ValueError("two variants would have the same folder: let their names differ in letters")
        return self

    @property
    def keys(self) -> list[str]:
        """Of the recipe, those that a grid or a random search varies."""
        return list(self.random.keys if self.random is not None else self.grid)

    @property
    def parts(self) -> dict[str, list[str]]:
        """Name in the table -> the figures of the task that its mean is of."""
        return {name: [given] if isinstance(given, str) else given for name, given in self.figures.items()}


class Trial(NamedTuple):
    """One training of a study."""

    setting: str
    """name of the variant, or the values it has"""
    values: Mapping[str, Any]
    """of the study's keys"""
    seed: int
    recipe: Recipe
    judged: Recipe
    """the same with the data that the figures are taken on"""
    init: str | None = None
    after: str | None = None
    """the setting whose weights it begins with"""
    limit: int | None = None

    @property
    def folder(self) -> str:
        """Of its run, inside the study's."""
        return f"{slug(self.setting)}-seed{self.seed}"


def study_folder() -> Path:
    """Where the studies are that come with facewright."""
    return recipe_folder() / "studies"


def study_names() -> list[str]:
    """Names of the studies that come with facewright."""
    return sorted(path.stem for path in study_folder().glob("*.toml"))


def find_study(name_or_path: str) -> Path:
    """The file of a study given by path or by name. Raises RecipeError with the nearest name."""
    found = find_toml(name_or_path, study_folder())
    if found is None:
        raise RecipeError(f"{name_or_path}: no such study{nearest(Path(name_or_path).stem, study_names())}")
    return found


def load_study(name_or_path: str) -> Study:
    """Read and check a study. Raises RecipeError."""
    path = find_study(name_or_path)
    return validated(Study, read_toml(path), path)


def trials_of(study: Study, changes: Sequence[str] = ()) -> list[Trial]:
    """All trainings of a study, seed by seed, so that a study that is stopped has asked each setting once.

    changes: to every recipe, such as a smaller budget. Raises RecipeError for a change that no recipe takes
    and for two settings that would have the same folder.
    """
    settings: list[tuple[Any, ...]] = [
        (name, {}, v.base or study.base, v.changes, v.init, v.after, v.limit)
        for name, v in study.variants.items()
    ]
    for values in _values(study):
        own = [f"{key}={toml(value)}" for key, value in values.items()]
        settings.append((name_of(values), values, study.base, own, None, None, None))
    folders = Counter(slug(name) for name, *_ in settings)
    if alike := [name for name, *_ in settings if folders[slug(name)] > 1]:
        raise RecipeError(
            f"{alike[0]!r} and {alike[1]!r} would have the same folder; let them differ in letters"
        )
    trials = []
    for seed in study.seeds:
        for name, values, base, own, init, after, limit in settings:
            common = [*study.changes, *own, *changes, f"seed={seed}"]
            recipe, judged = load_recipe(base, common), load_recipe(base, [*common, *study.judge])
            trials.append(Trial(name, values, seed, recipe, judged, init, after, limit))
    return trials


def _values(study: Study) -> list[dict[str, Any]]:
    """The settings of a grid or a random search."""
    if study.random is None:
        if not study.grid:
            return []
        return [
            dict(zip(study.grid, chosen, strict=True)) for chosen in itertools.product(*study.grid.values())
        ]
    rng = np.random.default_rng(study.random.seed)
    found: dict[str, dict[str, Any]] = {}
    for _ in range(DRAWS * study.random.trials):
        values = {
            key: given.draw(rng) if isinstance(given, Range) else given[int(rng.integers(len(given)))]
            for key, given in study.random.keys.items()
        }
        found.setdefault(name_of(values), values)
        if len(found) == study.random.trials:
            return list(found.values())
    raise RecipeError(
        f"random: {study.random.trials} trials, but there are only {len(found)} different settings; "
        "ask for fewer, or for all of them in a [grid]"
    )


def name_of(values: Mapping[str, Any]) -> str:
    """A setting in words: the last part of each key, or where two have the same the whole, and its value.

    >>> name_of({"loss.coordinates": 3.0, "loss.no_object": 0.1})
    'coordinates 3.0, no_object 0.1'
    """
    lasts = Counter(_last(key) for key in values)
    return ", ".join(
        f"{_last(key) if lasts[_last(key)] == 1 else key} {_short(value)}" for key, value in values.items()
    )


def toml(value: Any) -> str:
    """A value as TOML writes it on one line.

    >>> toml({"helen/train": 1, "grey": [True, 0.5]})
    '{"helen/train" = 1, "grey" = [true, 0.5]}'
    """
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{json.dumps(key)} = {toml(v)}" for key, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(toml(v) for v in value) + "]"
    return json.dumps(value)


def slug(name: str) -> str:
    """A name as that of a folder, short enough for every file system.

    >>> slug("No-object .03, twice")
    'no-object-.03-twice'
    >>> slug("rate -1.0")
    'rate-minus-1.0'
    """
    signed = re.sub(r"(?<![^\W_])-(?=\.?\d)", "minus ", name.lower())
    whole = re.sub(r"[^a-z0-9.]+", "-", signed).strip("-.")
    return whole if len(whole) <= LONGEST else f"{whole[:LONGEST]}-{zlib.crc32(name.encode()):08x}"


def _last(key: str) -> str:
    return key.rpartition(".")[2]


def _short(value: Any) -> str:
    return value if isinstance(value, str) else toml(value)
