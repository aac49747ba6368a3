"""What a YOLO set says of itself, in data.yaml or a list of names: classes, its parts, key points."""

import re
from collections.abc import Mapping
from pathlib import Path

import yaml

from facewright.core.errors import DataError
from facewright.datasets.labels import BadLabel, is_file, is_folder, text_of

NAME_LISTS = ("classes.txt", "labels/classes.txt", "obj.names")
"""a name a line, as Label Studio, LabelImg and CVAT write them"""
Items = Mapping[int, str]
Settings = Mapping[str, Items]


def read_settings(root: Path, data_yaml: Path) -> Settings:
    """Of the set in the folder `root`: `names`, the places of `train`, `val` ... and `kpt_shape` by number,
    as far as they are said. Raises DataError for a file that is no text or no YAML."""
    lists = (root / name for name in NAME_LISTS)
    file = data_yaml if is_file(data_yaml) else next((file for file in lists if file.is_file()), None)
    if file is None:
        return {}
    try:
        return read_yaml(text_of(file)) if file == data_yaml else {"names": _lines(text_of(file))}
    except BadLabel as error:
        raise DataError(f"{file}: {error}; mend it or take it away") from error


def _lines(text: str) -> Items:
    return {number: name.strip() for number, name in enumerate(text.splitlines()) if name.strip()}


def read_yaml(text: str) -> Settings:
    """The top-level keys of a data.yaml, each with its items by number: a value, a list or numbered names.

    What is nested deeper means nothing here. Raises BadLabel for what is no YAML, or has no keys.
    """
    try:
        said = yaml.load(text, yaml.BaseLoader)  # all words stay words: a class may be called `no`
    except yaml.MarkedYAMLError as error:
        where = error.problem_mark or error.context_mark
        line = f"line {where.line + 1}: " if where else ""
        raise BadLabel(f"it is no YAML ({line}{error.problem})") from error
    except (yaml.YAMLError, RecursionError) as error:
        raise BadLabel(f"it is no YAML ({' '.join(str(error).split())})") from error
    if not isinstance(said, dict | None):
        raise BadLabel("it is no data.yaml, as it has no keys, such as `names: [face]`")
    return {key: _items(value) for key, value in (said or {}).items()}


def _items(value: object) -> Items:
    """The words of a value by number: those of a list by their places, of a mapping by its keys."""
    if isinstance(value, dict):
        numbered = {int(key): word for key, word in value.items() if re.fullmatch("[0-9]{1,9}", key)}
    else:
        numbered = dict(enumerate(value if isinstance(value, list) else [value]))
    return {number: word for number, word in numbered.items() if isinstance(word, str) and word}


def stated_folder(data_yaml: Path, settings: Settings) -> Path | None:
    """The folder that a data.yaml is about: its `path` or, where it has none, its own folder.

    None for a `path` that is not there, as of a set that was moved.
    """
    stated = data_yaml.parent / settings.get("path", {}).get(0, "").replace("\\", "/")
    return stated if is_folder(stated) else None
