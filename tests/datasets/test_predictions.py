"""Folders and zips of text files, also hostile ones."""

import os
import struct
import zipfile

import pytest

from facewright.core.errors import DataError
from facewright.datasets import predictions
from facewright.datasets.labels import Problems
from facewright.datasets.predictions import texts


def packed(path, files, **how):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, **how) as archive:
        for name, text in files:
            archive.writestr(name, text)
    return path


def read(path):
    problems = Problems()
    return {str(name): text for name, text in texts(path, problems)}, [str(p) for p in problems]


def test_a_folder_and_a_zip_of_the_same_are_the_same(tmp_path, write):
    write("a/x.txt", "1")
    write("a/y.TXT", "2")
    write("b/deep/z.txt", "\ufeff3")
    (tmp_path / "a/x.txt").chmod(0o444)
    zipped = packed(
        tmp_path.parent / f"{tmp_path.name}.zip", [("a/x.txt", "1"), ("a/y.TXT", "2"), ("b/deep/z.txt", "3")]
    )
    assert read(tmp_path) == read(zipped) == ({"a/x.txt": "1", "a/y.TXT": "2", "b/deep/z.txt": "3"}, [])
    assert read(tmp_path / "a/x.txt") == ({"x.txt": "1"}, [])


def test_what_systems_add_is_passed_over_and_the_rest_is_counted(tmp_path, write):
    for name in (
        ".DS_Store",
        "a/._x.txt",
        "__MACOSX/a/x.txt",
        ".git/x.txt",
        "a/x.txt",
        "log.json",
        "a/x.jpg",
    ):
        write(name, "1")
    found, problems = read(tmp_path)
    assert list(found) == ["a/x.txt"]
    assert len(problems) == 1 and "2 files are no .txt and were passed over, such as a/x.jpg" in problems[0]
    zipped = packed(
        tmp_path / "x.zip", [("__MACOSX/a/._x.txt", "1"), ("a/x.txt", "1"), ("a\\y.txt", "2"), ("a/", "")]
    )
    assert read(zipped) == ({"a/x.txt": "1", "a/y.txt": "2"}, [])


def test_what_is_not_there_or_of_another_kind_is_said(tmp_path, write):
    with pytest.raises(DataError, match=r"gone\.zip: no such file or folder"):
        read(tmp_path / "gone.zip")
    with pytest.raises(DataError, match=r"x\.tar: is no zip file; give a folder, a zip or a text file"):
        read(write("x.tar", "something"))
    (tmp_path / "no.txt").write_bytes(b"\xff\xfe\x00")
    found, problems = read(tmp_path)
    assert found == {} and any("no.txt: is not a text file" in problem for problem in problems)


def test_names_lead_nowhere(tmp_path):
    outside = ["../../evil.txt", "/etc/evil.txt", "a/../../../evil.txt", "C:\\evil.txt"]
    found, _ = read(packed(tmp_path / "x.zip", [(name, "1") for name in outside]))
    assert len(found) == len(outside)
    assert [path.name for path in tmp_path.iterdir()] == ["x.zip"]


def test_a_name_that_comes_twice_in_a_zip_is_said(tmp_path):
    with pytest.warns(UserWarning, match="Duplicate"):
        path = packed(tmp_path / "x.zip", [("a/x.txt", "1"), ("a/x.txt", "2")])
    found, problems = read(path)
    assert found == {"a/x.txt": "2"} and "is 2 times in the zip; the last one counts" in problems[0]


def test_a_bomb_is_refused_without_being_read(tmp_path, monkeypatch):
    monkeypatch.setattr(predictions, "MOST_BYTES", 1000)
    monkeypatch.setattr(predictions, "MOST_IN_ALL", 2500)
    bomb = packed(tmp_path / "x.zip", [("a.txt", "0" * 10_000_000), ("b.txt", "1")])
    found, problems = read(bomb)
    assert found == {"b.txt": "1"} and "a.txt: has more than" in problems[0]
    many = packed(tmp_path / "y.zip", [(f"{i}.txt", "0" * 900) for i in range(4)])
    with pytest.raises(DataError, match="MiB of text; no predictions do"):
        read(many)
    (tmp_path / "big").mkdir()
    (tmp_path / "big/x.txt").write_text("0" * 1001)
    found, problems = read(tmp_path / "big")
    assert found == {} and "is no file of at most" in problems[0]
    monkeypatch.setattr(predictions, "MOST_FILES", 3)
    for path in (many, tmp_path):
        with pytest.raises(DataError, match="holds more than 3 files"):
            (tmp_path / "c.txt").write_text("")
            (tmp_path / "d.txt").write_text("")
            read(path)


def test_a_zip_that_lies_about_its_sizes_is_said(tmp_path):
    path = packed(tmp_path / "x.zip", [("a.txt", "0" * 5000)])
    data = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        at = data.index(mark)
        data[at + offset : at + offset + 4] = struct.pack("<I", 10)
    path.write_bytes(data)
    with pytest.raises(DataError, match="damaged or encrypted"):
        read(path)


@pytest.mark.parametrize("damage", ["cut", "crc", "encrypted", "method"])
def test_a_damaged_zip_is_said(tmp_path, damage):
    path = packed(tmp_path / "x.zip", [("a.txt", "some text " * 50), ("b.txt", "more")])
    data = bytearray(path.read_bytes())
    central = data.index(b"PK\x01\x02")
    if damage == "cut":
        data = data[:60] + data[90:]
    elif damage == "crc":
        data[central + 16] ^= 255
        data[14] ^= 255
    elif damage == "encrypted":
        data[central + 8] |= 1
        data[6] |= 1
    else:
        data[central + 10] = data[8] = 97
    path.write_bytes(data)
    with pytest.raises(DataError, match=r"x\.zip: the zip file is damaged or encrypted"):
        read(path)


def test_what_is_no_ordinary_file_is_said(tmp_path):
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "loop.txt").symlink_to(tmp_path / "loop.txt")
    found, problems = read(tmp_path)
    assert found == {} and len(problems) == 2
