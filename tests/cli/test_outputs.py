import errno
import json
from pathlib import Path

import pytest

from facewright.cli.outputs import check_writable, text_file, write_json
from facewright.core.errors import UsageError


@pytest.fixture
def full_disk(monkeypatch):
    """A disk that takes the first three characters of a text."""
    write = Path.write_text

    def half(path, text, **how):
        write(path, text[:3], **how)
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_text", half)


def names(folder):
    return [path.name for path in folder.iterdir()]


@pytest.mark.usefixtures("full_disk")
def test_a_record_that_does_not_fit_leaves_the_former_one(tmp_path):
    path = tmp_path / "out.json"
    path.write_bytes(b"[1]")
    with pytest.raises(UsageError, match=r"out\.json: cannot be written \(No space"):
        write_json(str(path), [2, 3])
    assert json.loads(path.read_bytes()) == [1] and names(tmp_path) == ["out.json"]


def test_a_record_goes_to_where_a_link_leads(tmp_path):
    (tmp_path / "link").symlink_to("real.json")
    for value in (1, 2):  # there is no such file yet, and there is
        write_json(str(tmp_path / "link"), [value])
        assert (tmp_path / "link").is_symlink() and json.loads((tmp_path / "real.json").read_text()) == [
            value
        ]
    with text_file("--csv", str(tmp_path / "link"), []) as file:
        print("a", file=file)
    assert (tmp_path / "link").is_symlink() and (tmp_path / "real.json").read_text() == "a\n"


def test_a_stopped_command_leaves_the_former_text(tmp_path):
    path = tmp_path / "out.csv"
    path.write_text("old")
    with pytest.raises(KeyboardInterrupt), text_file("--csv", str(path), []) as file:
        file.write("half")
        raise KeyboardInterrupt
    assert path.read_text() == "old" and names(tmp_path) == ["out.csv"]


def test_what_cannot_be_written_is_told_before_and_trying_leaves_nothing(tmp_path):
    path = tmp_path / "out.json"
    check_writable("--json", path)
    assert names(tmp_path) == []
    path.write_text("old")
    check_writable("--json", path)
    assert names(tmp_path) == ["out.json"] and path.read_text() == "old"
    for wrong in (tmp_path, path / "below", tmp_path / "nowhere" / "out.json"):
        with pytest.raises(UsageError, match=r"^--json "):
            check_writable("--json", wrong)
    check_writable("--json", "/dev/null")
