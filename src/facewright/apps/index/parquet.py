"""What was found as a Parquet file (the `parquet` extra): a row a picture, its faces nested in it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from facewright.apps.index.results import Result
from facewright.core.extras import optional
from facewright.core.whole import whole_file

with optional():
    import pyarrow
    from pyarrow import parquet

ROWS = 5000
"""pictures that are held, and written at once as a row group"""


@contextmanager
def parquet_file(path: Path, attributes: Sequence[str]) -> Iterator[Callable[[Result], None]]:
    """A function that adds a row a picture. The file appears complete or not at all."""
    columns = schema(attributes)
    rows: list[dict[str, Any]] = []

    def flush() -> None:
        if rows:
            writer.write_table(pyarrow.Table.from_pylist(rows, columns))
            rows.clear()

    def write(found: Result) -> None:
        rows.append(_row(found))
        if len(rows) == ROWS:
            flush()

    with whole_file(path) as partial, parquet.ParquetWriter(partial, columns) as writer:
        yield write
        flush()


def schema(attributes: Sequence[str]) -> pyarrow.Schema:
    """Columns of the file; `faces` is a list of faces, each with its box, landmarks and attributes."""
    number = pyarrow.float32()
    face = {
        "box": pyarrow.list_(number, 4),
        "score": number,
        "landmarks": pyarrow.list_(pyarrow.list_(number, 2)),
        "number": pyarrow.int32(),
        **dict.fromkeys(attributes, number),
    }
    return pyarrow.schema(
        {
            "path": pyarrow.string(), "width": pyarrow.int32(), "height": pyarrow.int32(),
            "taken": pyarrow.timestamp("s"), "score": number, "size": number,
            "faces": pyarrow.list_(pyarrow.struct(face)),
        }
    )  # fmt: skip


def _row(found: Result) -> dict[str, Any]:
    faces = found.to_dict()["faces"]
    return {
        "path": found.path.encode("utf-8", "backslashreplace").decode("utf-8"),
        "width": found.width,
        "height": found.height,
        "taken": found.taken and datetime.fromisoformat(found.taken),
        "score": found.score,
        "size": found.size,
        "faces": [face | face.pop("attributes", {}) for face in faces],
    }
