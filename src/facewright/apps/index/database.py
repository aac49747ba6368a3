"""The index's file: its tables, their version, and what SQLite complains of, in plain words.

    root     an indexed folder               1 ── n   file     a picture's place and what marks a change of it
    picture  one content, by its hash        1 ── n   file     (copies of a picture are looked at once)
    picture                                  1 ── n   face     boxes and, a column each, attributes
    settings how pictures were looked at     1 ── n   picture   (never deleted: another update may be about
                                                                to write its first picture under a row)

Paths are TEXT with the bytes of the file system, which need not be UTF-8: they are bound as
`CAST(? AS TEXT)` from `os.fsencode`, and read back with `os.fsdecode`.
"""

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from facewright.core.errors import IndexFileError

APPLICATION = int.from_bytes(b"FWix", "big")
"""in the file's header, by which `file` and we know it"""
PATIENCE = 10.0
"""seconds to wait for another program that is writing"""

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        "CREATE TABLE settings (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE)",
        # path: of the folder, relative to the index's own folder where it is that one or lies in it, so that
        # both can be moved together; finished: whether the last update came to its end
        "CREATE TABLE root (id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, finished INTEGER NOT NULL)",
        # score, size: of the best and of the largest face; taken: 2026-05-01 12:00:00, in the camera's time
        """CREATE TABLE picture (
            id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, bytes INTEGER NOT NULL,
            settings INTEGER NOT NULL REFERENCES settings, width INTEGER NOT NULL, height INTEGER NOT NULL,
            taken TEXT, faces INTEGER NOT NULL, score REAL, size REAL)""",
        # landmarks: five x, y as little-endian float32; attributes get a column each when they first come
        """CREATE TABLE face (
            picture INTEGER NOT NULL REFERENCES picture ON DELETE CASCADE, number INTEGER NOT NULL,
            x0 REAL NOT NULL, y0 REAL NOT NULL, x1 REAL NOT NULL, y1 REAL NOT NULL, score REAL NOT NULL,
            size REAL NOT NULL, landmarks BLOB, PRIMARY KEY (picture, number)) WITHOUT ROWID""",
        # folder: below the root, "" for the root itself; mtime: nanoseconds; of an unreadable one the error
        """CREATE TABLE file (
            id INTEGER PRIMARY KEY, root INTEGER NOT NULL REFERENCES root ON DELETE CASCADE,
            folder TEXT NOT NULL, name TEXT NOT NULL, bytes INTEGER NOT NULL, mtime INTEGER NOT NULL,
            picture INTEGER REFERENCES picture, error TEXT, UNIQUE (root, folder, name))""",
        "CREATE INDEX file_picture ON file (picture)",
        "CREATE INDEX file_error ON file (id) WHERE error IS NOT NULL",
        "CREATE INDEX picture_bytes ON picture (bytes)",
        "CREATE INDEX picture_faces ON picture (faces)",
        "CREATE INDEX picture_taken ON picture (taken)",
    ),
)
"""What makes each version of the tables of the one before; a new file goes through all of them."""

FACE_COLUMNS = ("picture", "number", "x0", "y0", "x1", "y1", "score", "size", "landmarks")
"""of `face`; all others are attributes"""


@contextmanager
def writing(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection to the index at `path`, which is made, or brought to today's version, if need be."""
    with explained(path), closing(_connect(_uri(path, "rwc"))) as connection:
        _check_ours(connection, path)
        connection.execute("PRAGMA journal_mode = WAL")
        # kill -9 loses nothing, a power cut no more than seconds
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")
        _migrate(connection)
        yield connection


@contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection that cannot change the index at `path`. An older version is brought up to date first."""
    if not path.exists():
        raise IndexFileError(f"{path}: there is no index; make it with: facewright index DIR")
    with explained(path):
        with closing(_connect_to_read(path)) as connection:
            _check_ours(connection, path)
            if _version(connection) == len(MIGRATIONS):
                yield connection
                return
        with writing(path):
            pass
    with reading(path) as connection:
        yield connection


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All of what is done inside, or nothing of it."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        if connection.in_transaction:  # a full disk has rolled it back already
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turns what SQLite raises about the file, the disk and other programs into one sentence."""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the rest of it tells sub-kinds
        if code not in _COMPLAINTS:
            raise  # a mistake of ours
        raise IndexFileError(f"{path}: {_COMPLAINTS[code]} ({error})") from error


def attribute_columns(connection: sqlite3.Connection) -> list[str]:
    """Names of the attributes that faces have a column for, though none may have it filled any more."""
    names = [row[1] for row in connection.execute("PRAGMA table_info(face)")]
    return [name for name in names if name not in FACE_COLUMNS]


def attributes_told(connection: sqlite3.Connection) -> list[str]:
    """Names of the attributes that were asked for when the pictures of this index were looked at."""
    used = connection.execute("SELECT text FROM settings WHERE id IN (SELECT DISTINCT settings FROM picture)")
    settings = [json.loads(text) for (text,) in used]
    told = {name for each in settings for name in each["names"]}
    return [name for name in attribute_columns(connection) if name in told]


def quoted(name: str) -> str:
    """A column's name, whatever it holds, for SQL."""
    return '"' + name.replace('"', '""') + '"'


_ELSEWHERE = "check that its folder exists and may be written to, or choose another place with --index FILE"
_COMPLAINTS = {
    sqlite3.SQLITE_BUSY: "another program is writing to this index; try again when it is done",
    sqlite3.SQLITE_LOCKED: "another program is writing to this index; try again when it is done",
    sqlite3.SQLITE_NOMEM: "the memory of this machine does not suffice",
    sqlite3.SQLITE_READONLY: f"the index cannot be written; {_ELSEWHERE}",
    sqlite3.SQLITE_IOERR: "the disk failed to read or write the index; check its space, quota and health",
    sqlite3.SQLITE_CORRUPT: "the index is damaged; delete the file and index again",
    sqlite3.SQLITE_FULL: "the disk is full; make room and index again, which goes on where this stopped",
    sqlite3.SQLITE_CANTOPEN: f"the index cannot be opened; {_ELSEWHERE}",
    sqlite3.SQLITE_PROTOCOL: f"this file system cannot lock the index; {_ELSEWHERE}",
    sqlite3.SQLITE_NOTADB: "not an index of facewright; give another file",
}


def _connect(uri: str) -> sqlite3.Connection:
    # isolation_level=None: transactions begin and end where we say so, and nowhere else
    connection = sqlite3.connect(uri, timeout=PATIENCE, isolation_level=None, uri=True)
    connection.text_factory = os.fsdecode
    connection.create_function("contains", 2, _contains, deterministic=True)
    return connection


def _contains(text: bytes, part: bytes) -> bool:
    """Whatever the case of letters, which SQLite knows for ASCII only; bytes, as paths need not be UTF-8."""
    return os.fsdecode(part).casefold() in os.fsdecode(text).casefold()


def _connect_to_read(path: Path) -> sqlite3.Connection:
    """As a frozen file, in a folder where SQLite may not put the notes that it needs."""
    connection = _connect(_uri(path, "rw"))  # a connection that is read-only would leave those notes behind
    try:
        connection.execute("SELECT * FROM sqlite_schema LIMIT 1")
        connection.execute("PRAGMA query_only = ON")
    except sqlite3.OperationalError as error:
        connection.close()
        if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY):
            raise
        log = path.with_name(f"{path.name}-wal")
        if log.exists() and log.stat().st_size:  # holds the latest of it
            raise IndexFileError(
                f"{path}: its last update was stopped, and in a folder that may not be written to it cannot "
                "be repaired; copy it elsewhere, with the files that begin with its name"
            ) from error
        return _connect(_uri(path, "ro&immutable=1"))
    return connection


def _uri(path: Path, mode: str) -> str:
    return f"file:{quote(os.fsencode(path.absolute()))}?mode={mode}"


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _check_ours(connection: sqlite3.Connection, path: Path) -> None:
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    empty = connection.execute("SELECT NOT EXISTS (SELECT 1 FROM sqlite_schema)").fetchone()[0]
    if application != APPLICATION and not empty:
        raise IndexFileError(f"{path}: an SQLite file, but not an index of facewright; give another file")
    version = _version(connection)
    if version > len(MIGRATIONS):
        raise IndexFileError(
            f"{path}: made by a newer facewright (version {version} of its tables, this one knows up to "
            f"{len(MIGRATIONS)}); update facewright, or make a new index with --index FILE"
        )


def _migrate(connection: sqlite3.Connection) -> None:
    if _version(connection) == len(MIGRATIONS):
        return
    with transaction(connection):
        # asked again: another may have been faster
        for number in range(_version(connection), len(MIGRATIONS)):
            for statement in MIGRATIONS[number]:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {number + 1}")
        connection.execute(f"PRAGMA application_id = {APPLICATION}")
