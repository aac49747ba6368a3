"""What a question finds, one picture after the other."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from facewright.apps.choose import numbered, numbered_record
from facewright.apps.index.database import attributes_told, quoted, reading
from facewright.apps.index.query.question import Question
from facewright.core.errors import UsageError
from facewright.core.faces import Faces

FACE = ("x0", "y0", "x1", "y1", "score", "landmarks")


@dataclass(frozen=True, eq=False)
class Result:
    """A picture that was found."""

    path: str
    """that leads to it from where the index was opened"""
    width: int
    height: int
    taken: str | None
    """2026-05-01 12:00:00, in the camera's time"""
    count: int
    """of its faces"""
    score: float | None
    """of the best face"""
    size: float | None
    """of the largest face: its share of the picture"""
    _rows: Sequence[tuple[Any, ...]] | None = field(repr=False)
    _attributes: Sequence[str] = field(repr=False)

    @cached_property
    def faces(self) -> Faces:
        """with their attributes. Raises UsageError where `find` was told to leave them out."""
        if self._rows is None:
            raise UsageError("the faces were left out; ask with find(..., faces=True)")
        if not self._rows:
            return Faces.empty(self.width, self.height)
        columns = list(zip(*self._rows, strict=True))
        landmarks, told = columns[5], zip(self._attributes, columns[len(FACE) :], strict=True)
        return Faces(
            np.array(columns[:4], np.float32).T,
            np.array(columns[4], np.float32),
            None if None in landmarks else np.frombuffer(b"".join(landmarks), "<f4").reshape(-1, 5, 2),
            {name: np.array(values, np.float32) for name, values in told if None not in values},
            self.width,
            self.height,
        )

    def to_dict(self) -> dict[str, Any]:
        """As `detect` and `attributes` write it, and when it was taken."""
        return {"path": self.path, "taken": self.taken, **numbered_record(numbered(self.faces))}


def results(index: Path, question: Question, limit: int | None, faces: bool) -> Iterator[Result]:
    """Raises IndexFileError."""
    sql, values = question.sql(
        "picture.id, root.path, folder, name, width, height, taken, faces, score, picture.size", limit
    )
    with reading(index) as connection:
        attributes = attributes_told(connection)
        columns = ", ".join([*FACE, *map(quoted, attributes)])
        faces_of = f"SELECT {columns} FROM face WHERE picture = ? ORDER BY number"
        roots: dict[str, str] = {}
        for row in connection.execute(sql, values):
            number, root, folder, name, width, height, taken, count, score, size = row
            if root not in roots:
                roots[root] = str(index.parent / root)
            rows = connection.execute(faces_of, (number,)).fetchall() if faces else None
            path = _joined(roots[root], folder, name)
            yield Result(path, width, height, taken, count, score, size, rows, attributes)


def _joined(root: str, folder: str, name: str) -> str:
    """As pathlib would, which takes longer than finding the picture."""
    parts = ("" if root == "." else root, folder, name)
    return "/".join(part for part in parts if part)
