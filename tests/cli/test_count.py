import io
import json
from pathlib import Path

import pytest

from facewright.cli.main import run


@pytest.fixture
def count(colour_model):
    return lambda *arguments: run(["count", *map(str, arguments), "--model", str(colour_model)])


def test_a_number_a_picture_and_a_total(folder, count, capsys):
    assert count("a.png", "b.jpg", "none.png") == 0
    assert capsys.readouterr() == ("1 a.png\n2 b.jpg\n0 none.png\n3 total\n", "")
    assert count("b.jpg") == 0
    assert capsys.readouterr().out == "2 b.jpg\n"


def test_of_standard_input_the_number_alone(folder, count, capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(Path("b.jpg").read_bytes())))
    assert count("-") == 0
    assert capsys.readouterr().out == "2\n"


def test_what_cannot_be_read_is_no_number(folder, count, capsys):
    assert count("notes.txt", "a.png") == 1
    out, err = capsys.readouterr()
    assert out == "1 a.png\n1 total\n" and err == "facewright: notes.txt: not a picture\n"


def test_of_a_video_is_said_which_commands_take_it(folder, count, capsys):
    Path("clip.MP4").write_bytes(b"\0\0\0\x18ftypmp42")
    assert count("clip.MP4", "gone.mp4", "a.png") == 1
    out, err = capsys.readouterr()
    assert out == "1 a.png\n1 total\n" and err == (
        "facewright: clip.MP4: is a video; detect and blur take those\nfacewright: gone.mp4: no such file\n"
    )


def test_json_as_detect(folder, count, capsys):
    assert count("b.jpg", "--json", "-") == 0
    assert len(json.loads(capsys.readouterr().out)["faces"]) == 2


def test_describe_is_attributes_by_the_issues_name(folder, colour_model, colour_attributes, capsys):
    told = []
    for name in ("describe", "attributes"):
        assert (
            run([name, "a.png", "--model", str(colour_model), "--attributes-model", str(colour_attributes)])
            == 0
        )
        told.append(capsys.readouterr().out)
    assert told[0] == told[1] and "smiling" in told[0]
