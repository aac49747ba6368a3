"""Recipes as TOML: found by name, changed from the command line, checked by the model of their task."""

import json
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from facewright.core.errors import ModelError, RecipeError
from facewright.core.suggest import nearest
from facewright.inference.session import Session
from facewright.training.recipe import Recipe

P = TypeVar("P", bound=BaseModel)
TASKS = {
    "detection": "detection.DetectionRecipe",
    "grid-detection": "grid_detection.GridDetectionRecipe",
    "localisation": "localisation.LocalisationRecipe",
    "attributes": "attributes.AttributesRecipe",
    "classification": "classification.ClassificationRecipe",
    "regression": "regression.RegressionRecipe",
}
"""a recipe's task -> the class that checks it, imported when it is needed"""


def recipe_folder() -> Path:
    """Where the recipes are: inside an installed package, or at the root of a checkout."""
    packaged = Path(__file__).parents[1] / "recipes"
    return packaged if packaged.is_dir() else Path(__file__).parents[3] / "recipes"


def recipe_names() -> list[str]:
    """Names of the recipes that come with facewright."""
    return sorted(
        path.stem for path in recipe_folder().glob("*.toml") if path.stem not in ("sets", "sources")
    )


def find_recipe(name_or_path: str) -> Path:
    """The file of a recipe given by path or by name. Raises RecipeError with the nearest name."""
    if (found := find_toml(name_or_path, recipe_folder())) is not None:
        return found
    path = Path(name_or_path)
    if path.suffix == ".toml" or len(path.parts) > 1:
        raise RecipeError(
            f"{name_or_path}: no such recipe file; facewright recipes lists those that come with it"
        )
    raise RecipeError(f"there is no recipe {name_or_path!r}{nearest(name_or_path, recipe_names())}")


def find_toml(name_or_path: str, folder: Path) -> Path | None:
    """A TOML file given by path, or by the name of one in `folder`; None where there is neither."""
    path = Path(name_or_path)
    if path.is_file():
        return path
    named = folder / f"{name_or_path}.toml"
    return named if path.suffix != ".toml" and named.is_file() else None


def read_toml(path: Path) -> dict[str, Any]:
    """Raises RecipeError for what is no TOML."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RecipeError(f"{path}: not a TOML file: {error}") from error


def load_recipe(name_or_path: str, changes: Sequence[str] = ()) -> Recipe:
    """Read, change by `key.sub=value` (values as in TOML) and check a recipe. Raises RecipeError."""
    path = find_recipe(name_or_path)
    table = read_toml(path)
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


def load_made(name_or_path: str) -> Recipe:
    """The recipe that a finished network was made by: of a run's folder, a model file or a shipped model.

    Raises ModelError where there is no such model or it keeps no recipe, RecipeError for a damaged one.
    """
    folder = Path(name_or_path)
    if folder.is_dir():
        return load_resolved(folder / "recipe.json")
    session = Session(name_or_path, threads=1)
    if not (text := session.card.recipe):
        raise ModelError(
            f"{session.path}: its card keeps no recipe; give a run's folder, or a file exported from one"
        )
    return _checked(json.loads(text), session.path)


def _checked(table: Any, path: Path) -> Recipe:
    return validated(_class_of(table, path), table, path)


def validated(kind: type[P], table: Any, path: Path) -> P:
    """The table of a file, checked. Raises RecipeError that says the first thing that is wrong."""
    try:
        return kind.model_validate(table)
    except ValidationError as error:
        raise RecipeError(f"{path}: {_sentence(error, kind)}") from error


def _class_of(table: Any, path: Path) -> type[Recipe]:
    if not isinstance(table, dict):
        raise RecipeError(f"{path}: a recipe is a table of keys, not {type(table).__name__}")
    if "task" not in table:
        raise RecipeError(f"{path}: the key 'task' is missing; it is one of {', '.join(TASKS)}")
    task = table["task"]
    if not isinstance(task, str) or task not in TASKS:
        raise RecipeError(f"{path}: there is no task {task!r}{nearest(str(task), TASKS)}")
    module, name = TASKS[task].split(".")
    return getattr(import_module(f"facewright.training.{module}"), name)


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


def _sentence(error: ValidationError, kind: type[BaseModel]) -> str:
    """The first thing that is wrong, the nearest right key for an unknown one, how many more there are."""
    details = error.errors()
    # A misspelt key is often the one that is missing too: say that it is misspelt.
    first = next((detail for detail in details if detail["type"] == "extra_forbidden"), details[0])
    *path, key = first["loc"] or ("",)
    keys, tables = _follow(kind, path)
    where = ".".join([*keys, *([str(key)] if key not in ("", "[key]") else [])])
    message = first["msg"].removeprefix("Value error, ")
    if first["type"] == "extra_forbidden":
        text = f"unknown key {where!r}{nearest(str(key), [name for t in tables for name in t.model_fields])}"
    elif first["type"] == "missing":
        text = f"the key {where!r} is missing"
    elif first["type"] == "union_tag_invalid":
        tag, known = first["ctx"]["tag"], first["ctx"]["expected_tags"].replace("'", "").split(", ")
        text = f"{where}.name: there is no {tag!r}{nearest(tag, known)}"
    elif not first["loc"]:  # of several keys together: the sentence names them
        text = message
    else:
        given = json.dumps(first["input"], default=str)
        text = f"{where}: {message[0].lower()}{message[1:]}, not {given}"
    more = len(details) - 1
    return text + (f" (and {more} more)" if more else "")


def _follow(kind: type[BaseModel], path: Iterable[int | str]) -> tuple[list[str], list[type[BaseModel]]]:
    """The keys of a path, and the tables that can stand at its end.

    Where a table is one of several, chosen by its `name`, pydantic puts that name into the path: no key.
    """
    keys: list[str] = []
    tables = [kind]
    for part in path:
        fields = [table.model_fields[part] for table in tables if part in table.model_fields]
        chosen = [table for table in tables if _is_name(part, table)]
        if fields:
            tables = [table for field in fields for table in _tables(field.annotation)]
        elif chosen:
            tables = chosen
            continue
        keys.append(str(part))
    return keys, tables


def _is_name(part: int | str, table: type[BaseModel]) -> bool:
    return "name" in table.model_fields and part in get_args(table.model_fields["name"].annotation)


def _tables(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [table for part in get_args(annotation) for table in _tables(part)]


def resolved(recipe: Recipe) -> Mapping[str, Any]:
    """The recipe as plain values, defaults filled in: what a run folder and a model's card keep."""
    return recipe.model_dump(mode="json")
