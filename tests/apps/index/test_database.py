"""The file: its versions, who else has it open, where it cannot be written."""

import os
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

import pytest
from PIL import Image

from facewright.apps.index import database
from facewright.apps.index.index import Index
from facewright.core.errors import IndexFileError


def change(path, *statements):
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def version(path):
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("PRAGMA user_version").fetchone()[0]


def test_one_file_with_a_log_that_goes_when_nobody_has_it_open(indexed, photos):
    assert sorted(file.name for file in photos.iterdir() if file.is_file()) == [
        ".facewright.db", "none.png", "notes.txt", "one.png",
    ]  # fmt: skip
    list(indexed.find())
    assert not list(photos.glob(".facewright.db-*"))
    with closing(sqlite3.connect(indexed.path)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("PRAGMA application_id").fetchone() == (database.APPLICATION,)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_newer_version_is_refused(indexed, look):
    change(indexed.path, "PRAGMA user_version = 9")
    before = indexed.path.read_bytes()
    for use in (lambda: indexed.update(look=look), lambda: list(indexed.find())):
        with pytest.raises(IndexFileError, match=r"made by a newer facewright \(version 9 .* up to 1\)"):
            use()
    assert indexed.path.read_bytes() == before


def test_an_older_version_is_brought_to_todays(indexed, look, monkeypatch):
    more = ("ALTER TABLE picture ADD COLUMN stars INTEGER NOT NULL DEFAULT 3",)
    monkeypatch.setattr(database, "MIGRATIONS", (*database.MIGRATIONS, more))
    assert len(list(indexed.find())) == 3 and version(indexed.path) == 2  # asking is enough
    assert indexed.update(look=look).unchanged == 3
    change(indexed.path, "SELECT stars FROM picture")


def test_a_migration_that_fails_changes_nothing(indexed, monkeypatch):
    broken = ("ALTER TABLE picture ADD COLUMN stars INTEGER", "SELECT * FROM nowhere")
    with monkeypatch.context() as patch:
        patch.setattr(database, "MIGRATIONS", (*database.MIGRATIONS, broken))
        with pytest.raises(sqlite3.OperationalError):
            list(indexed.find())
    assert version(indexed.path) == 1 and len(list(indexed.find())) == 3


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"not a database, but long enough to be taken for one" * 20, "not an index of facewright"),
        ("CREATE TABLE others (x)", "an SQLite file, but not an index of facewright"),
    ],
)
def test_another_file_is_refused_and_left_alone(tmp_path, photos, look, content, sentence):
    path = tmp_path / "x.db"
    path.write_bytes(content) if isinstance(content, bytes) else change(path, content)
    before = path.read_bytes()
    for use in (lambda: Index(path).update(photos, look), lambda: list(Index(path).find())):
        with pytest.raises(IndexFileError, match=sentence):
            use()
    assert path.read_bytes() == before


def test_damage_is_told(indexed, photos, look, paint):
    for i in range(40):
        Image.fromarray(paint(40, 40 + i, red=(1, 1, 20, 20))).save(photos / f"{i}.png")
    indexed.update(look=look)
    data = bytearray(indexed.path.read_bytes())
    data[4096 * 2 :] = b"\xa5" * (len(data) - 4096 * 2)
    indexed.path.write_bytes(data)
    with pytest.raises(IndexFileError, match="damaged; delete the file and index again"):
        list(indexed.find())


def test_no_index_is_told(tmp_path):
    with pytest.raises(IndexFileError, match=r"there is no index; make it with: facewright index"):
        Index(tmp_path).find()


def test_while_another_program_writes(indexed, photos, look, monkeypatch, paint):
    monkeypatch.setattr(database, "PATIENCE", 0.1)
    Image.fromarray(paint(9, 9)).save(photos / "new.png")
    with closing(sqlite3.connect(indexed.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert len(list(indexed.find())) == 3  # reading goes on
        with pytest.raises(IndexFileError, match="another program is writing"):
            indexed.update(look=look)
        other.execute("COMMIT")
    assert indexed.update(look=look).looked == 1


def test_reading_while_an_update_writes(indexed, photos, look, paint):
    seen = []
    for i in range(5):
        Image.fromarray(paint(9, 9 + i)).save(photos / f"{i}.png")
    indexed.update(look=look, progress=lambda *_: seen.append(len(list(indexed.find()))))
    assert min(seen) >= 3 and len(list(indexed.find())) == 8


def test_a_full_disk_keeps_what_was_written(indexed, photos, look, paint, monkeypatch):
    for i in range(300):
        Image.fromarray(paint(30, 30 + i, red=(1, 1, 20, 20))).save(photos / f"{i}.png", compress_level=1)
    connect = database._connect

    def small(uri):
        connection = connect(uri)
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(
            f"PRAGMA max_page_count = {pages + 12}"
        )  # SQLite then says what it says of a full disk
        return connection

    with monkeypatch.context() as patch:
        patch.setattr(database, "_connect", small)
        with pytest.raises(IndexFileError, match="the disk is full; make room and index again"):
            indexed.update(look=look)
    found = len(list(indexed.find()))
    assert 3 < found < 303 and indexed.unfinished() == [photos]
    done = indexed.update(look=look)
    assert (done.looked, done.unchanged, done.pictures) == (303 - found, found, 303)


@pytest.fixture
def nobody(look, monkeypatch):
    """A folder in which pictures may be put, and a function that makes it read-only, also for root."""
    settings = look.settings()
    monkeypatch.setattr(look, "settings", lambda: settings)  # which reads a file that only we may read
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)

        def lock():
            for path in (folder, *folder.iterdir()):
                path.chmod(path.stat().st_mode & ~0o222)
            if os.geteuid() == 0:
                os.seteuid(65534)

        try:
            yield folder, lock
        finally:
            if os.getuid() == 0:
                os.seteuid(0)
            folder.chmod(0o755)


def test_a_read_only_folder_is_told_and_another_place_for_the_index_does(nobody, look, paint):
    folder, lock = nobody
    Image.fromarray(paint(30, 30, red=(1, 1, 20, 20))).save(folder / "a.png")
    lock()
    with pytest.raises(IndexFileError, match=r"cannot be opened.*choose another place with --index FILE"):
        Index(folder).update(look=look)
    with tempfile.TemporaryDirectory() as other:
        index = Index(Path(other) / "x.db")
        assert index.update(folder, look).looked == 1
        assert len(list(index.find("faces == 1"))) == 1


def test_an_index_in_a_read_only_folder_answers(nobody, look, paint):
    folder, lock = nobody
    Image.fromarray(paint(30, 30, red=(1, 1, 20, 20))).save(folder / "a.png")
    Index(folder).update(look=look)
    lock()
    assert len(list(Index(folder).find("faces == 1"))) == 1
    with pytest.raises(IndexFileError, match=r"cannot be written.*choose another place"):
        Index(folder).update(look=look)
