"""A recipe: everything that decides what a training run does, as TOML checked against this model."""

import json
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from facewright.core.errors import RecipeError
from facewright.core.suggest import nearest
from facewright.transforms.canvas import CanvasStyle


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Network(_Part):
    size: Literal["nano", "small", "medium"] = "nano"


class Data(_Part):
    """DATA strings (`format:path`, or a set's name such as `helen/train`) and how often each is drawn."""

    train: dict[str, Annotated[float, Field(gt=0)]] = Field(min_length=1)
    faceless: list[str] = []
    validation: list[str] = Field(min_length=1)
    validation_faceless: list[str] = Field(
        [], description="pictures without faces: export limits the false alarms on them"
    )
    validation_limit: int = Field(
        100, ge=1, description="pictures of each validation set looked at while training"
    )
    max_side: int = Field(640, ge=32, description="pictures are kept in the cache at this long side")
    workers: int = Field(1, ge=0, description="processes that make canvases; 0: the training process does")


class Stage(CanvasStyle):
    """A stretch of the curriculum: so many rounds of canvases in one style."""

    rounds: int = Field(ge=1)
    batch: int = Field(16, ge=1, description="canvases a step")


class Loss(_Part):
    """Weights of the loss's terms."""

    score: float = Field(1.0, ge=0)
    box: float = Field(2.0, ge=0)
    landmarks: float = Field(1.0, ge=0)


class Optimiser(_Part):
    """AdamW under a linear warm-up and a cosine fall over all stages."""

    rate: float = Field(3e-3, gt=0)
    last: float = Field(0.01, ge=0, le=1, description="share of the rate that is left at the end")
    warmup: int = Field(300, ge=0, description="steps")
    weight_decay: float = Field(0.01, ge=0)
    clip: float = Field(10.0, gt=0, description="largest norm of the gradient")


class Averaging(_Part):
    decay: float = Field(0.998, gt=0, lt=1, description="of the moving average of the weights, a step")


class Evaluation(_Part):
    every: int = Field(10, ge=1, description="rounds between two looks at the validation sets")
    patience: int | None = Field(
        None, ge=1, description="looks without a better one before training stops early"
    )
    size: int = Field(640, ge=32, description="validation pictures are shown at this long side at most")


class Recipe(_Part):
    """One trainable system."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    about: str = ""
    task: Literal["detection"]
    seed: int = Field(0, ge=0, lt=2**32)
    steps: int = Field(
        250, ge=1, description="optimiser steps a round; a checkpoint is written after each round"
    )
    network: Network = Network()
    data: Data
    stages: list[Stage] = Field(min_length=1)
    loss: Loss = Loss()
    optimiser: Optimiser = Optimiser()
    averaging: Averaging = Averaging()
    evaluation: Evaluation = Evaluation()

    @property
    def rounds(self) -> int:
        return sum(stage.rounds for stage in self.stages)

    def stage_of(self, round_: int) -> tuple[int, int]:
        """(index of the stage, canvases made before this round): what a round needs to go on exactly."""
        before = 0
        for i, stage in enumerate(self.stages):
            if round_ < stage.rounds:
                return i, before + round_ * self.steps * stage.batch
            round_ -= stage.rounds
            before += stage.rounds * self.steps * stage.batch
        raise ValueError(f"the recipe has {self.rounds} rounds")


def recipe_folder() -> Path:
    """Where the recipes are: inside an installed package, or at the root of a checkout."""
    packaged = Path(__file__).parents[1] / "recipes"
    return packaged if packaged.is_dir() else Path(__file__).parents[3] / "recipes"


def recipe_names() -> list[str]:
    """Names of the recipes that come with facewright."""
    return sorted(path.stem for path in recipe_folder().glob("*.toml") if path.stem != "sets")


def find_recipe(name_or_path: str) -> Path:
    """The file of a recipe given by path or by name. Raises RecipeError with the nearest name."""
    path = Path(name_or_path)
    if path.is_file():
        return path
    shipped = recipe_folder() / f"{name_or_path}.toml"
    if path.suffix != ".toml" and shipped.is_file():
        return shipped
    if path.suffix == ".toml" or len(path.parts) > 1:
        raise RecipeError(
            f"{name_or_path}: no such recipe file; facewright recipes lists those that come with it"
        )
    raise RecipeError(f"there is no recipe {name_or_path!r}{nearest(name_or_path, recipe_names())}")


def load_recipe(name_or_path: str, changes: Sequence[str] = ()) -> Recipe:
    """Read, change by `key.sub=value` (values as in TOML) and check a recipe. Raises RecipeError."""
    path = find_recipe(name_or_path)
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RecipeError(f"{path}: not a TOML file: {error}") from error
    for change in changes:
        _apply(table, change)
    return _checked(table, path)


def load_resolved(path: Path) -> Recipe:
    """The recipe that a run folder keeps (recipe.json), for going on with the run. Raises RecipeError."""
    try:
        return _checked(json.loads(path.read_text(encoding="utf-8")), path)
    except FileNotFoundError:
        raise RecipeError(f"{path}: the recipe of this run is missing; begin the run again") from None
    except ValueError as error:  # not JSON, or not text
        raise RecipeError(f"{path}: the recipe of this run is damaged ({error}); begin again") from error


def _checked(table: Any, path: Path) -> Recipe:
    try:
        return Recipe.model_validate(table)
    except ValidationError as error:
        raise RecipeError(f"{path}: {_sentence(error)}") from error


def _apply(table: dict[str, Any], change: str) -> None:
    key, equals, text = change.partition("=")
    if not equals or not key.strip():
        raise RecipeError(f"--set takes key=value, for example optimiser.rate=1e-3, not {change!r}")
    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        value = text  # a bare word: --set network.size=small
    *path, last = _parts(key.strip())
    here: Any = table
    for part in path:
        here = _step(here, part, change)
    if isinstance(here, dict):
        here[last] = value
    else:
        _step(here, last, change)
        here[int(last)] = value


def _parts(key: str) -> list[str]:
    """`data.train."helen/train"` -> data, train, helen/train; without quotes dots divide."""
    try:
        table: Any = tomllib.loads(f"{key} = 0")
    except tomllib.TOMLDecodeError:
        return key.split(".")
    parts = []
    while isinstance(table, dict):
        (name, table), *_ = table.items()
        parts.append(name)
    return parts


def _step(here: Any, part: str, change: str) -> Any:
    if isinstance(here, dict):
        return here.setdefault(part, {})
    if isinstance(here, list) and part.isdigit() and int(part) < len(here):
        return here[int(part)]
    raise RecipeError(f"--set {change}: there is nothing called {part!r} at this place of the recipe")


def _sentence(error: ValidationError) -> str:
    """The first thing that is wrong, the nearest right key for an unknown one, how many more there are."""
    details = error.errors()
    # A misspelt key is often the one that is missing too: say that it is misspelt.
    first = next((detail for detail in details if detail["type"] == "extra_forbidden"), details[0])
    where = ".".join(str(part) for part in first["loc"] if part != "[key]")
    if first["type"] == "extra_forbidden":
        *path, key = first["loc"]
        text = f"unknown key {where!r}{nearest(str(key), _keys_at(path))}"
    elif first["type"] == "missing":
        text = f"the key {where!r} is missing"
    else:
        message = first["msg"].removeprefix("Value error, ")
        given = json.dumps(first["input"], default=str)
        text = f"{where}: {message[0].lower()}{message[1:]}, not {given}"
    more = len(details) - 1
    return text + (f" (and {more} more)" if more else "")


def _keys_at(path: Iterable[int | str]) -> list[str]:
    model: Any = Recipe
    for part in path:
        if isinstance(part, int):
            continue
        annotation = model.model_fields[part].annotation
        inner = getattr(annotation, "__args__", [annotation])[-1]
        if not (isinstance(inner, type) and issubclass(inner, BaseModel)):
            return []
        model = inner
    return list(model.model_fields)


def resolved(recipe: Recipe) -> Mapping[str, Any]:
    """The recipe as plain values, defaults filled in: what a run folder and a model's card keep."""
    return recipe.model_dump(mode="json")


def shortened(recipe: Recipe) -> Recipe:
    """The same recipe for a few steps: every stage for one round of three, every set with a few pictures."""
    return recipe.model_copy(
        update={
            "steps": 3,
            "stages": [
                stage.model_copy(update={"rounds": 1, "batch": min(stage.batch, 4)})
                for stage in recipe.stages
            ],
            "data": recipe.data.model_copy(update={"validation_limit": 4}),
            "evaluation": recipe.evaluation.model_copy(update={"every": 1}),
        }
    )
