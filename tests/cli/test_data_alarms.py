"""`facewright data alarms`, from words to a table and exit statuses."""

from pathlib import Path

import pytest
from PIL import Image

from facewright.cli.main import run
from facewright.core.pictures import read_picture
from facewright.datasets.negatives import read_list


@pytest.fixture(autouse=True)
def _photos(tmp_path, paint, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("photos").mkdir()
    Image.fromarray(paint(120, 100, red=(8, 8, 48, 48))).save("photos/alarm.png")
    Image.fromarray(paint(120, 100)).save("photos/calm.png")


def test_alarms_of_faceless_pictures_become_a_table(colour_model, capsys):
    words = ["data", "alarms", "folder:photos", "--output", "alarms.csv", "--model", str(colour_model)]
    words += ["--sheet", "sheet.png"]
    assert run(words) == 0
    named = read_list(Path("alarms.csv"))
    assert {(alarm.data, alarm.picture) for alarm in named} == {("folder:photos", "alarm.png")}
    assert capsys.readouterr().out == "1 alarm on 2 pictures: alarms.csv\n"
    assert read_picture("sheet.png").shape[1] > 160
    Path("photos/bad.png").write_bytes(b"nothing")
    assert run(words) == 1
    assert "bad.png" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "told"),
    [((), "give DATA without faces"), (("toy:9?size=64",), "holds faces; alarms are false where none is")],
)
def test_mistakes_are_told(words, told, colour_model, capsys):
    assert run(["data", "alarms", *words, "--output", "a.csv", "--model", str(colour_model)]) in (1, 2)
    assert told in capsys.readouterr().err
    assert not Path("a.csv").exists()
