import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from facewright.cli.main import run
from facewright.cli.options import Finding
from facewright.core.errors import UsageError
from facewright.core.pictures import read_picture


@pytest.fixture
def annotate(colour_model):
    return lambda *arguments: run(["annotate", *map(str, arguments), "--model", str(colour_model)])


def test_a_copy_with_the_faces_drawn_in(folder, annotate, capsys):
    assert annotate("b.jpg", "none.png") == 0
    out, err = capsys.readouterr()
    assert [line.split() for line in out.splitlines()] == [
        ["picture", "size", "faces", "copy"],
        ["b.jpg", "80x80", "2", "faces", "b-annotated.jpg"],
        ["none.png", "30x20", "0", "faces", "none-annotated.png"],
        ["2", "faces", "in", "2", "pictures"],
    ]
    assert err == "" and not np.array_equal(read_picture("b-annotated.jpg"), read_picture("b.jpg"))
    np.testing.assert_array_equal(read_picture("none-annotated.png"), read_picture("none.png"))


def test_each_part_can_be_left_out(folder, annotate, paint):
    Image.fromarray(paint(400, 300, red=(60, 60, 300, 250))).save("c.png")
    drawn = {}
    for options in (
        (),
        ("--no-boxes",),
        ("--no-landmarks",),
        ("--no-numbers", "--no-scores"),
        ("--no-numbers",),
    ):
        assert annotate("c.png", *options) == 0
        drawn[options] = read_picture("c-annotated.png").tobytes()
    assert len(set(drawn.values())) == 5
    assert annotate("c.png", "--no-boxes", "--no-landmarks", "--no-numbers", "--no-scores") == 0
    assert read_picture("c-annotated.png").tobytes() == read_picture("c.png").tobytes()


def test_attributes_are_written_and_told_on_request(folder, annotate, colour_attributes, capsys):
    assert annotate("a.png", "--attributes", "--attributes-model", colour_attributes, "--json", "-") == 0
    record = json.loads(capsys.readouterr().out)
    assert record["copy"] == "a-annotated.png" and record["faces"][0]["number"] == 1
    assert "Smiling" in record["faces"][0]["attributes"]


def test_what_shows_through_is_laid_on_white_so_that_lines_are_seen(folder, annotate):
    rgba = np.zeros((60, 60, 4), np.uint8)
    rgba[20:50, 20:50] = (255, 0, 0, 255)
    Image.fromarray(rgba).save("c.png")
    assert annotate("c.png") == 0
    with Image.open("c-annotated.png") as copy:
        assert copy.mode == "RGB"


def test_through_a_pipe(folder, annotate, capsysbinary, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(Path("b.jpg").read_bytes())))
    assert annotate("-") == 0
    assert read_picture(capsysbinary.readouterr().out).shape == (80, 80, 3)


def test_careful_finds_as_blur_does(folder, annotate, paint, capsys):
    Image.fromarray(paint(80, 60, blue=(20, 10, 50, 40))).save("blue.png")
    for options, faces in (((), 0), (("--careful",), 1)):
        assert annotate("blue.png", "--json", "-", *options) == 0
        assert len(json.loads(capsys.readouterr().out)["faces"]) == faces
    assert annotate("blue.png", "--careful", "--min-score", "0.4") == 2
    assert "--careful finds as blur does" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "model"),
    [
        ([], "detector-nano"),
        (["--careful"], "detector-small"),
        (["--careful", "--model", "detector-nano"], "detector-nano"),
    ],
)
def test_a_model_that_is_given_is_used_careful_or_not(folder, monkeypatch, options, model):
    opened = []

    def spy(self, name, common):
        opened.append(name)
        raise UsageError("enough")

    monkeypatch.setattr(Finding, "detector", spy)
    assert run(["annotate", "b.jpg", *options]) == 2 and opened == [model]


def test_a_file_s_name_for_the_copies_folder_is_refused(folder, annotate, capsys):
    assert annotate("b.jpg", "--output", "out.jpg") == 2
    assert "--output out.jpg: is the name of a file; give a folder" in capsys.readouterr().err
    assert not Path("out.jpg").exists()
