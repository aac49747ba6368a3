import errno
import os
import stat
import subprocess
from pathlib import Path

import pytest

from facewright.core.whole import beside, whole_file


def listed(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_there_at_the_end_and_not_before(tmp_path):
    path = tmp_path / "a.txt"
    with whole_file(path) as partial:
        partial.write_text("half")
        assert not path.exists() and partial.parent == tmp_path and partial.suffix == ".txt"
    assert path.read_text() == "half" and listed(tmp_path) == ["a.txt"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError("full"), ValueError("wrong")])
def test_what_goes_wrong_leaves_the_old_file_and_nothing_beside_it(tmp_path, error):
    path = tmp_path / "a.txt"
    path.write_text("old")
    with pytest.raises(BaseException) as told, whole_file(path) as partial:
        partial.write_text("half")
        raise error
    assert told.type is (error if isinstance(error, type) else type(error))
    assert path.read_text() == "old" and listed(tmp_path) == ["a.txt"]


def test_the_permissions_of_the_file_before_stay(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    path.chmod(0o604)
    with whole_file(path) as partial:
        partial.write_text("new")
    assert path.read_text() == "new" and stat.S_IMODE(path.stat().st_mode) == 0o604


@pytest.mark.parametrize("follow", [False, True])
def test_a_link_is_replaced_or_followed(tmp_path, follow):
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "real").write_text("old")
    (tmp_path / "link").symlink_to("there/real")
    with whole_file(tmp_path / "link", follow=follow) as partial:
        partial.write_text("new")
    assert (tmp_path / "link").is_symlink() == follow and (tmp_path / "link").read_text() == "new"
    assert (tmp_path / "there" / "real").read_text() == ("new" if follow else "old")
    assert listed(tmp_path) == ["link", "there"] and listed(tmp_path / "there") == ["real"]


def test_a_pipe_is_written_into(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with subprocess.Popen(["cat", tmp_path / "pipe"], stdout=subprocess.PIPE) as reader:
        with whole_file(tmp_path / "pipe") as partial:
            partial.write_text("through")
        assert reader.communicate(timeout=20)[0] == b"through"
    assert (tmp_path / "pipe").is_fifo() and listed(tmp_path) == ["pipe"]


@pytest.mark.skipif(not Path("/dev/fd").exists(), reason="this system does not name what is open")
@pytest.mark.parametrize("follow", [False, True])
def test_a_pipe_that_is_open_is_written_into(follow):
    """As /dev/stdout before `| less`: a link that leads to no path."""
    reading, writing = os.pipe()
    with whole_file(Path(f"/dev/fd/{writing}"), follow=follow) as partial:
        partial.write_text("through")
    os.close(writing)
    with os.fdopen(reading, "rb") as file:
        assert file.read() == b"through"


def test_an_error_names_the_file_that_was_asked_for(tmp_path):
    path = tmp_path / "nowhere" / "a.txt"
    with pytest.raises(FileNotFoundError) as told, whole_file(path) as partial:
        partial.write_text("half")
    assert told.value.filename == str(path)


def test_an_error_about_another_file_stays_one(tmp_path):
    with pytest.raises(FileNotFoundError) as told, whole_file(tmp_path / "a.txt"):
        (tmp_path / "other").read_text()
    assert told.value.filename == str(tmp_path / "other") and listed(tmp_path) == []


def test_a_name_as_long_as_names_can_be(tmp_path):
    path = tmp_path / f"{'a' * 251}.txt"
    with whole_file(path) as partial:
        partial.write_text("new")
    assert path.read_text() == "new"
    assert beside(path) != beside(path)


@pytest.mark.parametrize(("number", "named"), [(errno.ENOSPC, True), (errno.ECONNRESET, False)])
def test_a_full_disk_is_told_by_the_file(tmp_path, number, named):
    path = tmp_path / "a.txt"
    with pytest.raises(OSError, match=os.strerror(number)) as told, whole_file(path):
        raise OSError(number, os.strerror(number))  # as writing into an open file does
    assert told.value.filename == (str(path) if named else None)
