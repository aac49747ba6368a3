import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from facewright.cli.main import run
from facewright.core.pictures import read_picture
from facewright.inference import attributes as module


@pytest.fixture
def attributes(colour_attributes, colour_model):
    return lambda *arguments: run(
        ["attributes", *map(str, arguments), "--attributes-model", str(colour_attributes)]
        + ([] if "--aligned" in arguments else ["--model", str(colour_model)])
    )


def records(capsys):
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_each_face_found_carries_its_attributes(folder, attributes, capsys):
    assert attributes("a.png", "b.jpg", "none.png", "notes.txt", "--json", "-") == 1
    one, two, none, bad = records(capsys)
    (face,) = one["faces"]
    assert list(face) == ["box", "score", "landmarks", "attributes", "number", "framed_by"]
    assert face["box"] == [20, 10, 50, 40] and face["framed_by"] == "landmarks"
    assert list(face["attributes"]) == ["Smiling", "Bald", "Black_Hair", "Brown_Hair", "Male"]
    assert all(0 <= p <= 1 for p in face["attributes"].values())
    red, green = (face["attributes"]["Smiling"] for face in two["faces"])
    assert red > green + 0.1
    assert none["faces"] == [] and none["error"] is None
    assert bad == {"path": "notes.txt", "width": None, "height": None, "faces": [],
                   "error": "notes.txt: not a picture"}  # fmt: skip


def test_all_tells_those_that_are_vague_or_judge_too(folder, attributes, capsys):
    assert attributes("a.png", "--all", "--json", "-") == 0
    assert len(records(capsys)[0]["faces"][0]["attributes"]) == 6


def test_a_line_a_face_with_hair_as_one(folder, attributes, capsys, paint):
    Image.new("RGB", (8, 8), (250, 20, 10)).save("red.png")
    Image.new("RGB", (8, 8), (20, 10, 250)).save("blue.png")
    assert attributes("red.png", "blue.png", "--aligned") == 0
    assert [line.split() for line in capsys.readouterr().out.splitlines()] == [
        ["picture", "size", "score", "attributes"],
        ["red.png", "8x8", "1.00", "brown", "hair,", "smiling,", "male"],
        ["blue.png", "8x8", "1.00", "bald,", "not", "smiling,", "female"],
        ["2", "faces", "in", "2", "pictures"],
    ]
    assert attributes("none.png", "b.jpg") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].split() == ["none.png", "30x20", "no", "face"]
    assert [line.split()[2] for line in lines[2:4]] == ["0.90", "0.60"] and lines[
        4
    ] == "2 faces in 2 pictures"


def test_aligned_pictures_are_one_face_each_taken_whole(folder, attributes, capsys):
    half = np.zeros((218, 178, 3), np.uint8)
    half[:109] = (255, 0, 255)
    Image.fromarray(half).save("half.png")
    assert attributes("half.png", "--aligned", "--json", "-", "--save", "out") == 0
    (record,) = records(capsys)
    (face,) = record["faces"]
    assert (face["box"], face["score"], face["framed_by"]) == ([0, 0, 178, 218], 1, "picture")
    assert face["attributes"]["Smiling"] == pytest.approx(0.5, abs=0.01) and "landmarks" not in face
    assert read_picture("out/half.png").shape == half.shape


def test_copies_name_what_each_face_has(folder, attributes):
    Image.new("RGB", (300, 300), (250, 20, 10)).save("red.png")
    plain = read_picture("red.png")
    assert attributes("red.png", "--aligned", "--save", "out") == 0
    changed = (read_picture("out/red.png") != plain).any(2)
    assert changed.sum() > 1000


def test_only_small_faces_of_large_pictures_are_read_again(folder, attributes, paint, monkeypatch):
    sizes = []
    load = module.load_picture
    monkeypatch.setattr(
        module, "load_picture", lambda *a, size, **k: sizes.append(size) or load(*a, size=size, **k)
    )
    Image.fromarray(paint(1600, 1200, red=(800, 600, 840, 640))).save("small.png")
    Image.fromarray(paint(1600, 1200, red=(400, 300, 1200, 900))).save("large.png")
    assert attributes("small.png", "large.png", "none.png", "--size", "200") == 0
    assert len(sizes) == 1 and 200 < sizes[0] < 1600


def test_a_picture_on_standard_input(folder, attributes, capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(Path("a.png").read_bytes())))
    assert attributes("-", "--json", "-") == 0
    assert len(records(capsys)[0]["faces"]) == 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "give at least one PATH"),
        (["a.png", "--al"], "there is no option --al; did you mean '--all'?"),
        (["a.png", "--aligned", "--min-score", "0.3"], "--aligned finds no faces"),
        (["a.png", "--min-score", "3"], "between 0 and 1"),
        (["a.png", "--save", ""], "--save is empty"),
    ],
)
def test_wrong_usage_is_one_sentence_and_status_2(folder, attributes, capsys, arguments, sentence):
    assert attributes(*arguments) == 2
    out, err = capsys.readouterr()
    assert out == "" and sentence in err and err.startswith("facewright: ") and err.count("\n") == 1


def test_a_model_of_another_task_is_one_sentence(folder, colour_model, colour_attributes, capsys):
    assert run(["attributes", "a.png", "--attributes-model", str(colour_model)]) == 2
    assert "a model for detection, not for attributes" in capsys.readouterr().err
    assert run(["detect", "a.png", "--model", str(colour_attributes)]) == 2
    assert "a model for attributes, not for detection or localisation" in capsys.readouterr().err
