"""What a question finds, one picture after the other."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from facewright.apps.index.database import attribute_columns, quoted, reading
from facewright.apps.index.query.question import Question
from facewright.core.faces import Faces


@dataclass(frozen=True)
class Result:
    """A picture that was found."""

    path: str
    """that leads to it from where the index was opened"""
    width: int
    height: int
    taken: str | None
    """2026-05-01 12:00:00, in the camera's time"""
    score: float | None
    """of the best face"""
    size: float | None
    """of the largest face: its share of the picture"""
    faces: Faces

    def to_dict(self) -> dict[str, Any]:
        """As `detect` and `attributes` write it, and when it was taken."""
        return {"path": self.path, "taken": self.taken, **self.faces.to_dict()}


def results(index: Path, question: Question, limit: int | None) -> Iterator[Result]:
    """Raises IndexFileError."""
    sql, values = question.sql(
        "root.path, folder, name, width, height, taken, score, size, picture.id", limit
    )
    with reading(index) as connection:
        attributes = attribute_columns(connection)
        more = "".join(f", {quoted(name)}" for name in attributes)
        faces_of = (
            f"SELECT x0, y0, x1, y1, score, landmarks{more} FROM face WHERE picture = ? ORDER BY number"
        )
        for root, folder, name, width, height, taken, score, size, number in connection.execute(sql, values):
            faces = _faces(connection.execute(faces_of, (number,)).fetchall(), attributes, width, height)
            yield Result(
                str(Path(index.parent, root, folder, name)), width, height, taken, score, size, faces
            )


def _faces(rows: list[tuple[Any, ...]], attributes: list[str], width: int, height: int) -> Faces:
    if not rows:
        return Faces.empty(width, height)
    columns = list(zip(*rows, strict=True))
    landmarks = columns[5]
    return Faces(
        np.array(columns[:4], np.float32).T,
        np.array(columns[4], np.float32),
        None if None in landmarks else np.frombuffer(b"".join(landmarks), "<f4").reshape(-1, 5, 2),
        {
            name: np.array(values, np.float32)
            for name, values in zip(attributes, columns[6:], strict=True)
            if None not in values
        },
        width,
        height,
    )
