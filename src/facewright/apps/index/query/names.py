"""The names that a question may use, what each is, and what it is called in SQL."""

import re
from collections.abc import Sequence
from typing import Literal, NamedTuple

from facewright.apps.index.database import quoted

Kind = Literal["number", "text", "date"]


class Column(NamedTuple):
    """What a name stands for."""

    kind: Kind
    picture: str | None
    """in SQL, outside any( ), all( ) and count( ); None for what only a face has"""
    face: str | None = None
    """in SQL, inside them; None for what only a picture has"""


_FOLDER = "file.folder"
OF_ALL: dict[str, Column] = {
    "faces": Column("number", "picture.faces"),
    "width": Column("number", "picture.width"),
    "height": Column("number", "picture.height"),
    "score": Column("number", "picture.score", "face.score"),
    "size": Column("number", "picture.size", "face.size"),
    "taken": Column("date", "picture.taken"),
    "path": Column("text", f"iif({_FOLDER} = '', file.name, {_FOLDER} || '/' || file.name)"),
    "folder": Column("text", _FOLDER),
    "name": Column("text", "file.name"),
}
"""names that every index has"""


def names(attributes: Sequence[str]) -> dict[str, Column]:
    """All that an index with these attributes has; attributes in lower case, their spaces and signs as _."""
    own = {plain(name): Column("number", None, f"face.{quoted(name)}") for name in attributes}
    return own | OF_ALL


def plain(attribute: str) -> str:
    """An attribute's name in questions.

    >>> plain("5_o_Clock_Shadow")
    '5_o_clock_shadow'
    """
    return re.sub(r"\W", "_", attribute.lower())
