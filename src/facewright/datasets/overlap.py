"""Whether two DATA texts name the same pictures, however they are spelt."""

from collections.abc import Mapping
from pathlib import Path

from facewright.datasets.open import Option, parts, pictured_set
from facewright.datasets.yolo_parts import PARTS
from facewright.datasets.yolo_settings import read_settings, stated_folder

CHOOSING = ("split", "seed", "size")
"""options that choose pictures; others are about labels"""

Place = tuple[str | None, str, Mapping[str, str]]
"""format, where it is, and of the options those that choose pictures"""


def share_pictures(one: str, other: str) -> bool:
    """Whether one is the other, or a part of it, as far as texts and paths tell; no copy is known."""
    first, second = _place(one), _place(other)
    return _within(first, second) or _within(second, first)


def _place(data: str) -> Place:
    kind, path, options = parts(pictured_set(data))
    if kind == "toy":  # picture 5 of 60 is picture 5 of 500
        return kind, "", {"seed": "0", "size": "256"} | _chosen(options)
    where = Path(path) if kind is None else Path(path).expanduser().resolve()
    if kind == "yolo" and where.suffix in (".yaml", ".yml"):
        stated = stated_folder(where, read_settings(where.parent, where))
        where = (stated or where.parent).resolve()  # of a `path` that is not there the reader tells
    part = {"split": PARTS[where.name]} if len(where.parts) > 1 and where.name in PARTS else {}
    return kind, str(where.parent if part else where), part | _chosen(options)


def _chosen(options: Mapping[str, Option]) -> dict[str, str]:
    chosen = {key: str(options[key]) for key in CHOOSING if key in options}
    return {key: PARTS.get(value, value) for key, value in chosen.items()}


def _within(one: Place, other: Place) -> bool:
    """Whether `other` is the set that `one` is, or all that it is a part of."""
    return one[:2] == other[:2] and other[2].items() <= one[2].items()
