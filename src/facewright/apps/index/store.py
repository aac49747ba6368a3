"""What an update asks of and writes into the index, in SQL; see `database` for the tables."""

import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from facewright.apps.index.database import FACE_COLUMNS, attribute_columns, quoted, transaction
from facewright.apps.index.look import Looked
from facewright.apps.index.scan import File
from facewright.core.boxes import area, clip
from facewright.core.errors import FacewrightError, IndexFileError
from facewright.core.faces import Faces

PAGE = 1000
"""rows that are held at a time"""


class Todo(NamedTuple):
    """A file that is not known as it is now."""

    id: int
    file: File
    may_be_known: bool
    """a picture of just its size is known, so that its hash is worth asking for first"""


Outcome = Looked | bytes | FacewrightError
"""what came of a file: a picture, the hash of one that is known, or why there is none"""


class Store:
    """One folder's part of the index, during one update: `root` and `settings` are numbers of rows."""

    def __init__(self, connection: sqlite3.Connection, root: int, settings: int) -> None:
        self._db = connection
        self._root = root
        self._settings = settings
        self._complete = True
        # In SQLite's own temporary file: what is not in memory cannot grow there.
        for name in ("seen", "todo"):
            connection.execute(f"DROP TABLE IF EXISTS temp.{name}")
        connection.execute("CREATE TEMP TABLE seen (id INTEGER PRIMARY KEY)")
        connection.execute(
            "CREATE TEMP TABLE todo (id INTEGER PRIMARY KEY, folder TEXT, name TEXT, bytes INTEGER, "
            "mtime INTEGER, known INTEGER)"
        )

    @property
    def is_empty(self) -> bool:
        return not self._one("SELECT EXISTS (SELECT 1 FROM file WHERE root = ?)", self._root)

    def start(self) -> None:
        with transaction(self._db):
            self._db.execute("UPDATE root SET finished = 0 WHERE id = ?", (self._root,))

    def compare(self, files: Iterable[File]) -> Iterator[bool]:
        """For each file whether it is known as it is; what is not comes into `todo`."""
        for file in files:
            yield self._compare(file)

    def _compare(self, file: File) -> bool:
        row = self._db.execute(
            "SELECT file.id, file.bytes, file.mtime, picture.settings FROM file "
            "LEFT JOIN picture ON picture.id = file.picture "
            f"WHERE root = ? AND folder = {_TEXT} AND name = {_TEXT}",
            (self._root, os.fsencode(file.folder), os.fsencode(file.name)),
        ).fetchone()
        if row is not None:
            self._db.execute("INSERT OR IGNORE INTO seen VALUES (?)", row[:1])
            if row[1:] == (file.bytes, file.mtime, self._settings):
                return True
        known = self._one(
            "SELECT EXISTS (SELECT 1 FROM picture WHERE bytes = ? AND settings = ?)",
            file.bytes,
            self._settings,
        )
        self._db.execute(
            f"INSERT INTO todo (folder, name, bytes, mtime, known) VALUES ({_TEXT}, {_TEXT}, ?, ?, ?)",
            (os.fsencode(file.folder), os.fsencode(file.name), file.bytes, file.mtime, known),
        )
        return False

    def unseen(self) -> Iterator[tuple[int, str]]:
        """Number and path of each file of the index that `compare` was not asked about."""
        last = 0
        while rows := self._db.execute(
            "SELECT id, folder, name FROM file WHERE root = ? AND id > ? AND id NOT IN seen "
            "ORDER BY id LIMIT ?",
            (self._root, last, PAGE),
        ).fetchall():
            yield from ((number, f"{folder}/{name}" if folder else name) for number, folder, name in rows)
            last = rows[-1][0]

    def remove(self, files: Iterable[int]) -> int:
        """Forget files that are gone; their pictures stay until the end, for they may have moved."""
        with transaction(self._db):
            return sum(self._db.execute("DELETE FROM file WHERE id = ?", (n,)).rowcount for n in files)

    def todo(self) -> Iterator[Todo]:
        last = 0
        while rows := self._db.execute(
            "SELECT * FROM todo WHERE id > ? ORDER BY id LIMIT ?", (last, PAGE)
        ).fetchall():
            yield from (Todo(row[0], File(*row[1:5]), bool(row[5])) for row in rows)
            last = rows[-1][0]

    def knows(self, hash: bytes) -> bool:
        return bool(
            self._one(
                "SELECT EXISTS (SELECT 1 FROM picture WHERE hash = ? AND settings = ?)", hash, self._settings
            )
        )

    def write(self, batch: Sequence[tuple[File, Outcome]]) -> None:
        """All of a batch or, where that fails, nothing of it."""
        with transaction(self._db):
            for file, outcome in batch:
                self._write(file, outcome)

    def _write(self, file: File, outcome: Outcome) -> None:
        picture, error = None, None
        if isinstance(outcome, FacewrightError):
            error = str(outcome).partition(f"{file.path}: ")[2] or str(outcome)  # the folder may be moved
        else:
            hash = outcome if isinstance(outcome, bytes) else outcome.hash
            picture = self._one(
                "SELECT id FROM picture WHERE hash = ? AND settings = ?", hash, self._settings
            )
            if picture is None:
                if isinstance(outcome, bytes):
                    self._complete = False
                    return  # another update has just forgotten it; the next one will look
                picture = self._write_picture(outcome)
        self._db.execute(
            f"INSERT INTO file (root, folder, name, bytes, mtime, picture, error) "
            f"VALUES (?, {_TEXT}, {_TEXT}, ?, ?, ?, {_TEXT}) ON CONFLICT (root, folder, name) DO UPDATE "
            "SET bytes = excluded.bytes, mtime = excluded.mtime, picture = excluded.picture, "
            "error = excluded.error",
            (
                self._root, os.fsencode(file.folder), os.fsencode(file.name), file.bytes, file.mtime, picture,
                error and os.fsencode(error),
            ),
        )  # fmt: skip

    def _write_picture(self, looked: Looked) -> int:
        faces = looked.faces
        plain, sizes = faces.to_dict()["faces"], shares(faces)  # numbers as `detect` tells them
        row = {
            "hash": looked.hash, "bytes": looked.bytes, "settings": self._settings, "width": faces.width,
            "height": faces.height, "taken": looked.taken, "faces": len(faces),
            "score": max((face["score"] for face in plain), default=None), "size": max(sizes, default=None),
        }  # fmt: skip
        columns, places = ", ".join(row), ", ".join("?" * len(row))
        (number,) = self._db.execute(
            f"INSERT INTO picture ({columns}) VALUES ({places}) ON CONFLICT (hash) DO UPDATE "
            f"SET {', '.join(f'{name} = excluded.{name}' for name in row)} RETURNING id",
            tuple(row.values()),
        ).fetchone()
        self._db.execute("DELETE FROM face WHERE picture = ?", (number,))
        names = [*FACE_COLUMNS, *map(quoted, faces.attributes)]
        self._db.executemany(
            f"INSERT INTO face ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})",
            [
                (
                    number, i, *face["box"], face["score"], sizes[i],
                    None if faces.landmarks is None else faces.landmarks[i].astype("<f4").tobytes(),
                    *face.get("attributes", {}).values(),
                )
                for i, face in enumerate(plain)
            ],
        )  # fmt: skip
        return int(number)

    def finish(self) -> None:
        """Forget the pictures that lie nowhere any more."""
        with transaction(self._db):
            self._db.execute(
                "DELETE FROM picture WHERE id NOT IN (SELECT picture FROM file WHERE picture NOT NULL)"
            )
            self._db.execute("UPDATE root SET finished = ? WHERE id = ?", (self._complete, self._root))

    def counts(self) -> tuple[int, int]:
        """Pictures of this folder that can be found, and their faces."""
        row = self._db.execute(
            "SELECT COUNT(*), IFNULL(SUM(faces), 0) FROM file JOIN picture ON picture.id = file.picture "
            "WHERE root = ?",
            (self._root,),
        ).fetchone()
        return row[0], row[1]

    def _one(self, sql: str, *values: object) -> int | None:
        row = self._db.execute(sql, values).fetchone()
        return None if row is None else row[0]


def open_store(connection: sqlite3.Connection, root: str, settings: str, attributes: Iterable[str]) -> Store:
    """`root` as it stands in the table, `settings` as `Looker.settings` gives them."""
    with transaction(connection):
        there = {name.lower() for name in (*FACE_COLUMNS, *attribute_columns(connection))}
        for name in attributes:
            if name.lower() in FACE_COLUMNS:
                raise IndexFileError(
                    f"an attribute named {name!r} cannot be indexed: that means something else there"
                )
            if name.lower() not in there:
                connection.execute(f"ALTER TABLE face ADD COLUMN {quoted(name)} REAL")
        connection.execute(
            f"INSERT OR IGNORE INTO root (path, finished) VALUES ({_TEXT}, 0)", (os.fsencode(root),)
        )
        connection.execute("INSERT OR IGNORE INTO settings (text) VALUES (?)", (settings,))
    numbers = connection.execute(
        f"SELECT root.id, settings.id FROM root, settings WHERE path = {_TEXT} AND text = ?",
        (os.fsencode(root), settings),
    ).fetchone()
    return Store(connection, *numbers)


def shares(faces: Faces) -> list[float]:
    """How much of the picture each face's box covers, 0 to 1."""
    whole = max(1, faces.width * faces.height)
    covered = area(clip(faces.boxes, faces.width, faces.height)).astype(np.float64) / whole
    return [round(share, 6) for share in covered.tolist()]


_TEXT = "CAST(? AS TEXT)"
