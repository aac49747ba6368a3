import json
from pathlib import Path

import pytest
from PIL import Image

from facewright.cli.main import run
from facewright.core.pictures import read_picture


@pytest.fixture
def classify(red_classifier):
    return lambda *arguments: run(["classify", *map(str, arguments), "--model", str(red_classifier)])


@pytest.fixture
def shades(folder):
    Image.new("RGB", (40, 30), (204, 9, 9)).save("red.png")
    Image.new("RGB", (8, 9), (51, 250, 9)).save("green.png")
    return folder


def test_json_lines_hold_one_object_a_picture(shades, classify, capsys):
    assert classify("red.png", "green.png", "notes.txt", "--json", "-") == 1
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert found == [
        {"path": "red.png", "width": 40, "height": 30, "probability": 0.8, "face": True, "error": None},
        {"path": "green.png", "width": 8, "height": 9, "probability": 0.2, "face": False, "error": None},
        {"path": "notes.txt", "width": None, "height": None, "probability": None, "face": None,
         "error": "notes.txt: not a picture"},
    ]  # fmt: skip


def test_a_table_for_people(shades, classify, capsys):
    assert classify("red.png", "green.png") == 0
    assert [line.split() for line in capsys.readouterr().out.splitlines()] == [
        ["picture", "size", "is", "probability"],
        ["red.png", "40x30", "face", "0.80"],
        ["green.png", "8x9", "no", "face", "0.20"],
        ["1", "face", "in", "2", "pictures"],
    ]


def test_the_threshold_can_be_moved_and_copies_are_written(shades, classify, capsys):
    assert classify("red.png", "green.png", "--min-score", "0.1", "--save", "out") == 0
    assert "2 faces" in capsys.readouterr().out
    assert sorted(file.name for file in Path("out").iterdir()) == ["green.png", "red.png"]
    assert classify("red.png", "--min-score", "0.9") == 0
    assert "0 faces" in capsys.readouterr().out


def test_windows_slide_over_large_pictures_and_leave_a_heat_map(folder, classify, capsys, paint):
    Image.fromarray(paint(1280, 800, red=(400, 300, 530, 430))).save("large.png")
    Image.fromarray(paint(100, 80)).save("grey.png")
    options = ("--slide", "--heat", "heat", "--save", "out", "--json", "-")
    assert classify("large.png", "grey.png", "notes.txt", *options) == 1
    large, grey, bad = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    (face,) = large["faces"]
    x0, y0, x1, y1 = face["box"]
    assert 380 <= x0 < x1 <= 550 and 280 <= y0 < y1 <= 450 and face["score"] > 0.95
    assert (large["width"], large["height"], grey["faces"]) == (1280, 800, [])
    assert bad == {"path": "notes.txt", "width": None, "height": None, "faces": [],
                   "error": "notes.txt: not a picture"}  # fmt: skip
    assert sorted(file.name for file in Path("heat").iterdir()) == ["grey.png", "large.png"]
    hot, cold = read_picture("heat/large.png"), read_picture("heat/grey.png")
    assert hot.shape == (400, 640, 3) and hot[182, 232].sum() > hot[20, 20].sum() and cold.max() < 130
    assert read_picture("out/large.png").shape == (800, 1280, 3)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "give at least one PATH"),
        (["red.png", "--min-score", "nan"], "--min-score must lie between 0 and 1"),
        (["red.png", "--size", "3"], "there is no option --size"),
        (["red.png", "--heat", "out"], "--heat shows what --slide found"),
        (["red.png", "--slide", "--heat", "notes.txt"], "--heat notes.txt: cannot be made a folder"),
        (["red.png", "--model", "gone.onnx"], "--model"),
    ],
)
def test_wrong_usage_is_one_sentence_and_status_2(shades, classify, capsys, arguments, sentence):
    assert classify(*arguments) == 2
    out, err = capsys.readouterr()
    assert out == "" and sentence in err and err.count("\n") == 1


def test_a_model_of_another_task_is_one_sentence(shades, colour_model, capsys):
    assert run(["classify", "red.png", "--model", str(colour_model)]) == 2
    assert "a model for detection, not for classification" in capsys.readouterr().err
