"""`facewright data negatives`, from words to a folder of windows and exit statuses."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from facewright.cli.main import run
from facewright.datasets.negatives import read_list
from facewright.datasets.open import open_dataset


@pytest.fixture(autouse=True)
def _photos(tmp_path, paint, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("photos/more").mkdir(parents=True)
    for i in range(3):
        Image.fromarray(paint(120, 100, red=(10, 10, 50, 50))).save(f"photos/{i}.png")
    Image.fromarray(paint(120, 100)).save("photos/more/3.png")


def files(folder="out"):
    return {path.name: path.read_bytes() for path in sorted(Path(folder).iterdir())}


def test_windows_of_unlabelled_photos_show_no_face(colour_model, capsys):
    words = ["data", "negatives", "photos", "--count", "3", "--model", str(colour_model)]
    assert run([*words, "--output", "out"]) == 0
    assert capsys.readouterr().out.endswith(" windows of 3 photos: folder:out\n")
    windows = open_dataset("folder:out")
    assert len(windows) >= 6 and {s.group for s in windows} == {"0", "1", "2"}
    for sample in windows:
        assert (sample.read() == (255, 0, 0)).all(axis=2).mean() < 0.05
    assert run([*words, "--output", "again"]) == 0
    assert files("again") == files()
    assert run([*words, "--output", "other", "--seed", "1"]) == 0
    assert files("other") != files()
    assert run([*words, "--output", "all", "--recursive"]) == 0
    assert b"more/3.png" in files("all")["windows.csv"]
    for window in read_list(Path("all/windows.csv")):  # each can be cut again from what the table names
        assert window.picture in {sample.name for sample in open_dataset(window.data)}


def test_labels_can_tell_instead(capsys):
    assert run(["data", "negatives", "toy:6?size=96", "--by", "labels", "--output", "out", "--jpeg"]) == 0
    assert "photos: folder:out" in capsys.readouterr().out
    assert all(path.read_bytes().startswith(b"\xff\xd8") for path in Path("out").glob("*.jpg"))
    assert len(list(Path("out").glob("*.jpg"))) >= 3


def test_both_can_tell(colour_model):
    words = ["data", "negatives", "toy:3?size=96", "--by", "both", "--model", str(colour_model)]
    assert run([*words, "--output", "out", "--size", "32"]) == 0
    assert {s.read().shape for s in open_dataset("folder:out")} <= {(31, 31, 3), (32, 32, 3)}


def test_damaged_photos_are_told_and_the_rest_is_cut(colour_model, capsys):
    Path("photos/bad.png").write_bytes(b"nothing")
    assert run(["data", "negatives", "photos", "--model", str(colour_model), "--output", "out"]) == 1
    out, err = capsys.readouterr()
    assert "windows of 3 photos" in out and "bad.png" in err and err.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "status", "why"),
    [
        (["--output", "out"], 2, "give PHOTOS"),
        (["photos"], 2, "output"),
        (["photos", "--output", "photos"], 2, "is not empty"),
        (["nowhere", "--output", "out"], 2, "no set of this name"),
        (["photos", "--output", "out", "--count", "0"], 2, "count"),
        (["full", "--output", "out"], 1, "no window without a face in 1 photos"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_written(colour_model, paint, capsys, words, status, why):
    Path("full").mkdir()
    Image.fromarray(np.full((60, 60, 3), (255, 0, 0), np.uint8)).save("full/a.png")
    assert run(["data", "negatives", *words, "--model", str(colour_model)]) == status
    assert why in capsys.readouterr().err
    assert not Path("out").exists()
