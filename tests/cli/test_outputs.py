import errno
import json
import os
import subprocess
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from facewright.cli.outputs import check_writable, text_file, write_json
from facewright.core.errors import UsageError
from facewright.core.pictures import read_picture

from .conftest import records


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


def test_json_lines_hold_one_object_a_picture_and_nothing_else(folder, detect, capsys):
    assert detect("./a.png", "notes.txt", "none.png", "--json", "-") == 1
    out, err = capsys.readouterr()
    assert records(out) == [
        {
            "path": "./a.png", "width": 100, "height": 60, "error": None,
            "faces": [{
                "box": [20, 10, 50, 40], "score": 0.9,
                "landmarks": [[29, 22], [41, 22], [35, 28], [30.5, 34], [39.5, 34]],
                "number": 1,
            }],
        },
        {"path": "notes.txt", "width": None, "height": None, "faces": [],
         "error": "notes.txt: not a picture"},
        {"path": "none.png", "width": 30, "height": 20, "faces": [], "error": None},
    ]  # fmt: skip
    assert err == "facewright: notes.txt: not a picture\n"


def test_a_json_file_appears_whole_beside_the_table(folder, detect, capsys):
    assert detect("a.png", "--json", "out.jsonl") == 0
    assert len(records(Path("out.jsonl").read_text())) == 1
    assert "1 face" in capsys.readouterr().out
    assert not list(folder.glob(".*"))


def test_a_pipe_given_for_json_is_written_into_and_never_replaced(folder, detect):
    os.mkfifo("pipe")
    reader = subprocess.Popen(["cat", "pipe"], stdout=subprocess.PIPE, text=True)
    assert detect("a.png", "--json", "pipe") == 0
    assert len(records(reader.communicate(timeout=20)[0])) == 1
    assert Path("pipe").is_fifo()


def test_a_json_file_that_cannot_be_is_wrong_usage_before_anything_is_done(folder, detect, capsys):
    before = Path("a.png").read_bytes()
    for target in ("gone/out.jsonl", ".", "a.png"):
        assert detect("a.png", "--json", target) == 2
        out, err = capsys.readouterr()
        assert "--json" in err and out == ""
    assert Path("a.png").read_bytes() == before


def test_annotated_copies_at_full_size_with_the_faces_drawn(folder, detect, capsys):
    assert detect("a.png", "b.jpg", "--size", "40", "--save", "out/here") == 0
    for name in ("a.png", "b.jpg"):
        copy, original = read_picture(f"out/here/{name}"), read_picture(name)
        assert copy.shape == original.shape and not np.array_equal(copy, original)


def test_copies_never_overwrite_an_input_or_each_other(folder, detect, capsys):
    Path("deep").mkdir()
    os.link("b.jpg", "deep/a.png")
    Image.open("a.png").save("a.gif")
    before = {path: path.read_bytes() for path in folder.rglob("*.*")}
    assert detect("a.png", "deep/a.png", "a.gif", "--save", ".") == 0
    assert all(path.read_bytes() == data for path, data in before.items())
    assert sorted({*folder.rglob("*.*")} - {*before}) == [folder / f"a-{i}.png" for i in (2, 3, 4)]


def test_a_second_run_writes_the_same_copies_again(folder, detect):
    for _ in range(2):
        detect("a.png", "b.jpg", "--save", "out")
    assert sorted(file.name for file in Path("out").iterdir()) == ["a.png", "b.jpg"]


def test_a_copy_that_cannot_be_written_does_not_lose_the_faces(folder, detect, capsys):
    Path("out/a.png").mkdir(parents=True)
    assert detect("a.png", "none.png", "--save", "out", "--json", "-") == 1
    out, err = capsys.readouterr()
    found = records(out)
    assert (
        len(found[0]["faces"]) == 1 and "cannot be written" in found[0]["error"] and found[1]["error"] is None
    )
    assert "out/a.png" in err and Path("out/none.png").is_file()
    assert detect("a.png", "none.png", "--save", "out") == 1
    assert capsys.readouterr().out.endswith("1 face in 2 pictures, 1 failed\n")
