"""What a YOLO set says of itself, in data.yaml or a list of names: its classes, and where its parts lie."""

import os
import re
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from facewright.core.errors import DataError
from facewright.datasets.labels import BadLabel, is_file, is_folder, text_of

NAME_LISTS = ("classes.txt", "labels/classes.txt", "obj.names")
"""a name a line, as Label Studio, LabelImg and CVAT write them"""
COMMENT = re.compile(r"""(?P<quoted>'[^']*'|"[^"]*")|(?:^|\s)#.*""")
"""or what looks like one in quotes, which is none"""

Items = Mapping[int, str]
Settings = Mapping[str, Items]


def read_settings(root: Path, yaml: Path) -> Settings:
    """Of the set in the folder `root`: `names` and the folders of `train`, `val` ... by number, as far as
    they are said. Raises DataError for a file that is no text."""
    if is_file(yaml):
        return read_yaml(_text(yaml))
    file = next((root / name for name in NAME_LISTS if (root / name).is_file()), None)
    names = [] if file is None else _text(file).splitlines()
    return {"names": {number: name.strip() for number, name in enumerate(names) if name.strip()}}


def read_yaml(text: str) -> Settings:
    """The top-level keys of a data.yaml, each with its items by number: a value, a list or numbered names.

    This is the part of YAML that data.yaml files are written in; what is nested deeper means nothing here.
    """
    found: dict[str, dict[int, str]] = {}
    items: dict[int, str] = {}
    in_brackets = False
    for line in text.splitlines():
        line = COMMENT.sub(lambda match: match["quoted"] or "", line).rstrip()
        if not in_brackets and (top := re.match(r"([A-Za-z_]\w*):(?:\s+(.*))?$", line)):
            items = found[top[1]] = {}
            line = top[2] or ""
        line = line.strip()
        in_brackets = in_brackets or line.startswith(("[", "{"))
        words = re.findall(r"(?:'[^']*'|\"[^\"]*\"|[^,'\"])+", line) if in_brackets else [line]
        for word in words:
            number, value = _item(word.strip(" \t[]{}"))
            if value:
                items[len(items) if number is None else number] = value
        in_brackets = in_brackets and not line.endswith(("]", "}"))
    return found


def _item(word: str) -> tuple[int | None, str]:
    """The number, where one stands before it, and the value of `- value`, `0: value` or `value`."""
    match = re.fullmatch(r"(?:-\s+|(['\"]?)(\d{1,9})\1:\s*)?(.*)", word)
    assert match is not None  # as each part may be empty
    return int(match[2]) if match[2] else None, match[3].strip().strip("'\"")


def set_folder(yaml: Path, settings: Settings) -> Path:
    """The folder that a data.yaml is about: its `path` where that exists, or its own."""
    stated = yaml.parent / settings.get("path", {}).get(0, "")
    return stated if is_folder(stated) else yaml.parent


def stated_folder(root: Path, stated: str, names: tuple[str, ...]) -> Path | None:
    """The folder that a data.yaml in `root` means by a path, for a part that is called one of `names`.

    Roboflow writes `../train/images` for `train/images`, so that below `root` is looked first, then where the
    path leads. Of a path on somebody's computer its longest tail that exists below `root`; a single name only
    if it is the part's: `images` may be those of another part.
    """
    path = PurePosixPath(stated.replace("\\", "/"))
    parts = [part for part in path.parts if part not in ("/", ".", "..")]
    tails = (parts[start:] for start in range(1, len(parts)))
    below = (root.joinpath(*tail) for tail in tails if len(tail) > 1 or tail[0] in names)
    places = [root.joinpath(*parts), Path(os.path.normpath(root / path)), *below]
    return next((place for place in places if is_folder(place)), None)


def _text(file: Path) -> str:
    try:
        return text_of(file)
    except BadLabel as error:
        raise DataError(f"{file}: {error}; mend it or take it away") from error
