import importlib
import json
from types import SimpleNamespace
from typing import ClassVar

import numpy as np
import pytest

from facewright.core.errors import DataError, PictureError
from facewright.core.faces import Faces
from facewright.datasets.sample import Dataset, Problem, Sample, no_landmarks
from facewright.inference.card import Card

command = importlib.import_module("facewright.cli.judge_localisation")
BOX = np.array([[10, 10, 60, 60]], np.float32)


class FakeDetector:
    """Finds the same face in every picture, surely."""

    fails_at: ClassVar[dict[int, Exception]] = {}
    made: ClassVar[SimpleNamespace]

    def __init__(self, model, threads, min_score, size):
        FakeDetector.made = SimpleNamespace(model=model, threads=threads, min_score=min_score, size=size)
        self.card = Card(
            name=model, task="localisation", version="9", parameters=7, terms="-", side=64, framing="squash"
        )

    def batch(self, sources, on_error):
        assert on_error == "return"
        for i, _ in enumerate(sources):
            yield self.fails_at.get(i) or Faces(BOX, [0.9], width=120, height=80)


def sample(i, count=1):
    return Sample(
        f"{i}.png", np.zeros((80, 120, 3), np.uint8), np.repeat(BOX, count, axis=0), no_landmarks(count)
    )


@pytest.fixture
def world(monkeypatch):
    """A localiser and a set of three faces and one picture without; what is in it can be changed."""
    world = SimpleNamespace(dataset=Dataset("d", [sample(i, count=int(i < 3)) for i in range(4)]))
    monkeypatch.setattr(command, "Detector", FakeDetector)
    monkeypatch.setattr("facewright.cli.judging.open_dataset", lambda text: world.dataset)
    monkeypatch.setattr(FakeDetector, "fails_at", {})
    return world


@pytest.mark.usefixtures("world")
def test_prints_the_figures_and_the_protocol(capsys):
    assert command.judge("box", "set/val", threads=1) == 0
    text = capsys.readouterr().out
    assert text.startswith("box on set/val\n4 pictures: 3 with one face, 1 without\n")
    assert "mean IoU                              1.000" in text
    assert "faceless with a face (threshold 0.5)  1.000" in text
    assert "Seen: 64 x 64 pixels, squash." in text
    # every box, however unsure, and the file itself brings the picture into its square
    assert vars(FakeDetector.made) == {"model": "box", "threads": 1, "min_score": 0.0, "size": None}


@pytest.mark.usefixtures("world")
def test_json_and_page(tmp_path, capsys):
    assert command.judge("box", "set", json="-", html=tmp_path / "page.html", limit=3) == 0
    out, err = capsys.readouterr()
    record = json.loads(out)
    assert (record["model"], record["parameters"], record["pictures"]) == ("box", 7, 3)
    assert record["iou"] == record["hits"] == 1.0
    assert record["flatness"] is None
    assert [b["faces"] for b in record["lean"]] == [record["faces"]]
    assert "Pictures: 3 of 4, spread evenly." in err
    assert "box on set" in (tmp_path / "page.html").read_text()


def test_a_picture_that_cannot_be_read_is_told_and_the_others_are_judged(world, monkeypatch, capsys):
    monkeypatch.setattr(FakeDetector, "fails_at", {1: PictureError("1.png: damaged")})
    world.dataset = Dataset("d", world.dataset.samples, (Problem("label.txt", "is odd"),))
    assert command.judge("box", "set") == 1
    out, err = capsys.readouterr()
    assert "3 pictures: 2 with one face" in out
    assert "2 problems" in err and "damaged" in err and "is odd" in err


@pytest.mark.parametrize(
    ("samples", "why"),
    [([], "holds no picture"), ([sample(0, count=2)], "every picture holds several faces")],
)
def test_nothing_to_judge_by_is_an_error(world, samples, why):
    world.dataset = Dataset("d", samples)
    with pytest.raises(DataError, match=why):
        command.judge("box", "set")
