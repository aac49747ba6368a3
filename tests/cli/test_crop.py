import io
from pathlib import Path

import pytest
from PIL import Image

from facewright.cli.main import run
from facewright.core.pictures import read_picture

from .conftest import files, records


@pytest.fixture
def crop(colour_model):
    return lambda *arguments: run(["crop", *map(str, arguments), "--model", str(colour_model)])


def test_each_face_is_a_picture_of_its_own(folder, crop, capsys):
    assert crop("b.jpg", "none.png", "a.png") == 0
    out, err = capsys.readouterr()
    assert [line.split() for line in out.splitlines()] == [
        ["picture", "size", "score", "crop"],
        ["b.jpg", "80x80", "0.90", "b-face-1.jpg"],
        ["b.jpg", "80x80", "0.60", "b-face-2.jpg"],
        ["none.png", "30x20", "no", "face"],
        ["a.png", "100x60", "0.90", "a-face-1.png"],
        ["3", "faces", "in", "3", "pictures,", "1", "picture", "without", "any"],
    ]
    assert err == ""
    assert read_picture("b-face-1.jpg").shape == (48, 48, 3)
    assert (read_picture("a-face-1.png")[22, 22] == (255, 0, 0)).all()


def test_of_a_folder_they_go_into_one_beside_it(folder, crop):
    Path("in/deep").mkdir(parents=True)
    Image.open("a.png").save("in/deep/x.png")
    assert crop("in", "--recursive", "--framing", "passport", "--height", "90", "--outside", "fill") == 0
    assert files("in-faces") == ["deep/x-face-1.png"]
    assert read_picture("in-faces/deep/x-face-1.png").shape == (90, 70, 3)
    assert crop("a.png", "--output", "out") == 0 and files("out") == ["a-face-1.png"]


def test_chosen_faces_keep_their_number(folder, crop, capsys):
    assert crop("b.jpg", "--only", "2", "--json", "-") == 0
    (record,) = records(capsys.readouterr().out)
    (face,) = record["faces"]
    assert face["number"] == 2 and face["copy"] == "b-face-2.jpg" and face["score"] == pytest.approx(0.6)
    assert face["framed_by"] == "box" and files(".") == sorted(
        ["a.png", "b-face-2.jpg", "b.jpg", "none.png", "notes.txt"]
    )


def test_a_crop_keeps_metadata_unless_it_is_stripped(folder, crop, paint):
    exif = Image.Exif()
    exif[0x010F] = "Toymaker"
    Image.fromarray(paint(60, 60, red=(10, 10, 40, 40))).save("c.jpg", exif=exif)
    assert crop("c.jpg") == 0 and b"Toymaker" in Path("c-face-1.jpg").read_bytes()
    assert crop("c.jpg", "--strip") == 0 and b"Toymaker" not in Path("c-face-1.jpg").read_bytes()


def test_a_crop_beyond_the_limit_is_refused_before_it_is_cut(folder, crop, capsys):
    assert crop("b.jpg", "none.png", "--margin", "10", "--outside", "edge", "--max-pixels", "9000") == 1
    assert "b.jpg: a crop of" in (err := capsys.readouterr().err) and "smaller --margin" in err
    assert not list(Path().glob("b-face*"))


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["a.png", "--framing", "round"], "--framing"),
        (["a.png", "--height", "0"], "size is a crop's height"),
        (["a.png", "--roll", "--outside", "move"], "cannot be moved"),
        (["a.png", "--only", "x"], "a face is chosen by its number"),
        (["a.png", "--colour", "blurple"], "is not a colour"),
        (["-"], "give --output"),
        (["a.png", "--heigth", "9"], "there is no option --heigth"),
    ],
)
def test_wrong_usage_is_one_sentence(folder, crop, capsys, monkeypatch, arguments, sentence):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(Path("a.png").read_bytes())))
    assert crop(*arguments) == 2
    out, err = capsys.readouterr()
    assert out == "" and sentence in err and err.count("\n") == 1


def test_from_standard_input_into_a_folder(folder, crop, capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(Path("b.jpg").read_bytes())))
    assert crop("-", "--output", "out") == 0
    assert files("out") == ["stdin-face-1.jpg", "stdin-face-2.jpg"]
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(Path("b.jpg").read_bytes())))
    assert crop("-", "--output", "out", "--only", "3") == 0
    assert capsys.readouterr().err == "facewright: stdin: shows 2 faces, of which none is 3\n"
