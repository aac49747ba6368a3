"""Crops cut from drawn faces, written and read back."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from facewright.cli.main import run
from facewright.datasets.npz import read


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "blue").mkdir()
    for i in range(3):
        Image.new("RGB", (90, 70), (10, 20, 230)).save(tmp_path / "blue" / f"{i}.png")


def cut(*words):
    return run(["data", "crops", "toy:8?size=96", "--faceless", "folder:blue", "--output", "a.npz", *words])


def test_as_many_faces_as_windows_blue_first(capsys):
    assert cut("--count", "5", "--side", "32") == 0
    assert capsys.readouterr().out == "5 faces, 5 windows without one: a.npz\n"
    with np.load("a.npz") as held:
        images, target = held["images"], held["target"]
    assert images.shape == (10, 32, 32, 3) and images.dtype == np.uint8
    assert target.shape == (10, 1) and target.sum() == 5 and target[:5].sum() not in (0, 5)
    assert (images[target[:, 0] == 0] == (230, 20, 10)).all()
    windows = [s.read() for s in read(Path("a.npz"), order="bgr") if not len(s.boxes)]
    assert (np.stack(windows) == (10, 20, 230)).all()


def test_the_same_seed_the_same_file_and_no_more_faces_than_there_are(capsys):
    assert cut("--count", "20") == 0
    first = np.load("a.npz")["images"]
    assert "20 windows" in capsys.readouterr().out and len(first) < 40
    assert cut("--count", "20") == 0
    assert (np.load("a.npz")["images"] == first).all()
    assert cut("--count", "20", "--seed", "1") == 0
    assert (np.load("a.npz")["images"] != first).any()


def test_several_sets_share_the_count(capsys):
    words = ["toy:8?size=96", "toy:9?size=96&seed=2", "--faceless", "folder:blue", "--output", "a.npz"]
    assert run(["data", "crops", *words, "--count", "3"]) == 0
    assert capsys.readouterr().out.startswith("3 faces, 3 windows")


def test_what_cannot_be_read_is_left_out_and_told(tmp_path, capsys):
    for name in "ab":
        Image.new("RGB", (60, 60), (200, 20, 10)).save(tmp_path / f"{name}.png")
        (tmp_path / f"{name}.txt").write_text("0 .5 .5 .5 .5\n0 .5 .5\n")
    whole = (tmp_path / "a.png").read_bytes()
    (tmp_path / "a.png").write_bytes(whole[: len(whole) // 2])  # its header is well
    words = ["yolo:.", "--faceless", "folder:blue", "--output", "a.npz", "--count", "4"]
    assert run(["data", "crops", *words]) == 1
    told = capsys.readouterr()
    assert told.out.startswith("1 face, 4 windows") and "a.png" in told.err and "3 columns" in told.err
    (tmp_path / "b.png").unlink()
    assert run(["data", "crops", *words]) == 1
    assert "no face is left; " in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["toy:3", "--output", "a.npz"], "give DATA with faces"),
        (["toy:3", "--faceless", "folder:blue", "--output", "a.zip"], "ending must be .npz"),
        (["folder:blue", "--faceless", "folder:blue", "--output", "a.npz"], "holds no face"),
    ],
)
def test_what_is_wrong_is_said(words, why, capsys):
    assert run(["data", "crops", *words]) != 0
    assert why in capsys.readouterr().err
