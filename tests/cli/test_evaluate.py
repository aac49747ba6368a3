import importlib
import json
from types import SimpleNamespace
from typing import ClassVar

import numpy as np
import pytest

from facewright.cli.main import run
from facewright.core.errors import ModelError, PictureError
from facewright.core.faces import Faces
from facewright.datasets.sample import Dataset, Problem, Sample, no_landmarks
from facewright.inference.card import Card
from facewright.inference.tiles import Views

command = importlib.import_module("facewright.cli.judge_detection")
door = importlib.import_module("facewright.cli.evaluate")
BOXES = np.array([[10, 10, 60, 60], [80, 10, 100, 40]], np.float32)


class FakeDetector:
    """Finds the first of the two faces in every picture, surely."""

    fails_at: ClassVar[dict[int, Exception]] = {}
    made: ClassVar[SimpleNamespace]
    views = Views()

    def __init__(self, model, threads, size, multi_scale):
        FakeDetector.made = SimpleNamespace(model=model, threads=threads, size=size, multi_scale=multi_scale)
        self.size = size
        self.card = Card(
            name=str(model), task="detection", version="9", parameters=1, terms="-", score_threshold=0.4
        )

    def batch(self, sources, on_error):
        assert on_error == "return"
        for i, _ in enumerate(sources):
            yield self.fails_at.get(i) or Faces(BOXES[:1], [0.9], None, {}, 120, 80)


def sample(i):
    return Sample(f"{i}.png", np.zeros((80, 120, 3), np.uint8), BOXES, no_landmarks(2))


@pytest.fixture
def world(monkeypatch):
    """A detector and a data set of four pictures; what is in it can be changed."""
    world = SimpleNamespace(dataset=Dataset("d", [sample(i) for i in range(4)]))
    monkeypatch.setattr(command, "Detector", FakeDetector)
    monkeypatch.setattr("facewright.cli.judging.open_dataset", lambda text: world.dataset)
    world.task = "detection"
    monkeypatch.setattr(
        door, "Session", lambda model, threads: SimpleNamespace(card=SimpleNamespace(task=world.task))
    )
    monkeypatch.setattr(FakeDetector, "fails_at", {})
    return world


@pytest.mark.usefixtures("world")
def test_prints_the_figures_and_the_protocol(capsys):
    assert run(["evaluate", "nano", "set/val", "--threads", "1", "--size", "320"]) == 0
    text = capsys.readouterr().out
    assert "nano on set/val" in text
    assert "4 pictures, 8 faces" in text
    assert "recall 0.500, precision 1.000," in text
    assert "long side of at most 320" in text
    assert vars(FakeDetector.made) == {
        "model": "nano", "threads": 1, "size": 320, "multi_scale": False
    }  # fmt: skip


@pytest.mark.usefixtures("world")
def test_json_on_standard_output_leaves_the_table_to_the_error_output(capsys):
    assert run(["evaluate", "nano", "set", "--json", "-", "--size", "full"]) == 0
    out, err = capsys.readouterr()
    record = json.loads(out)
    assert (record["model"], record["data"], record["size"], record["faces"]) == ("nano", "set", None, 8)
    assert record["min_score"] == 0.02 and record["calibration_error"] == pytest.approx(0.1)
    assert record["in_use"] == {"threshold": 0.4, "recall": 0.5, "precision": 1.0, "false_alarms": 0.0}
    assert "AP@.5" in err


@pytest.mark.usefixtures("world")
def test_json_and_page_in_files(tmp_path, capsys):
    page, figures = tmp_path / "page.html", tmp_path / "figures.json"
    assert run(["evaluate", "nano", "set", "--json", str(figures), "--html", str(page)]) == 0
    assert json.loads(figures.read_text())["pictures"] == 4
    assert "nano on set" in page.read_text()
    assert str(page) in capsys.readouterr().out


@pytest.mark.usefixtures("world")
def test_a_limit_takes_pictures_spread_over_the_set_and_is_said(capsys):
    assert run(["evaluate", "nano", "set", "--limit", "2"]) == 0
    assert "2 of 4" in capsys.readouterr().out
    assert [s.name for s in Dataset("d", [sample(i) for i in range(7)]).spread(3)] == [
        "0.png", "3.png", "6.png",
    ]  # fmt: skip


def test_one_problem_is_one(world, capsys):
    world.dataset = Dataset("d", world.dataset.samples, (Problem("a.xml", "no boxes"),))
    assert run(["evaluate", "nano", "set"]) == 0
    assert "1 problem in the data" in capsys.readouterr().err


def test_unreadable_pictures_are_left_out_counted_and_give_status_1(world, capsys):
    world.dataset = Dataset("d", world.dataset.samples, (Problem("a.xml", "no boxes"),))
    FakeDetector.fails_at = {1: PictureError("1.png: damaged")}
    assert run(["evaluate", "nano", "set"]) == 1
    out, err = capsys.readouterr()
    assert "3 pictures" in out
    assert "2 problems in the data" in err
    assert "1.png: damaged" in err


@pytest.mark.usefixtures("world")
def test_a_model_that_fails_ends_the_command_with_one_sentence(capsys):
    FakeDetector.fails_at = {0: ModelError("nano: cannot run")}
    assert run(["evaluate", "nano", "set"]) == 2
    assert capsys.readouterr().err.strip().endswith("facewright: nano: cannot run")


def test_an_empty_set_is_refused(world, capsys):
    world.dataset = Dataset("d", [])
    assert run(["evaluate", "nano", "set"]) == 1
    assert "no picture" in capsys.readouterr().err


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("words", [["--limit", "0"], ["--size", "big"], ["--nothing"]])
def test_wrong_words_give_status_2(words, capsys):
    assert run(["evaluate", "nano", "set", *words]) == 2
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("option", ["--json", "--html"])
@pytest.mark.parametrize("place", ["", "gone/file", "file/below"])
def test_a_place_that_cannot_be_written_is_said_before_any_picture_is_looked_at(
    tmp_path, monkeypatch, capsys, option, place
):
    (tmp_path / "file").write_text("as it was")
    monkeypatch.setattr(FakeDetector, "batch", None)
    assert run(["evaluate", "nano", "set", option, str(tmp_path / place)]) == 2
    assert f"facewright: {option} {tmp_path}" in capsys.readouterr().err
    assert [path.read_text() for path in tmp_path.iterdir()] == ["as it was"]


@pytest.mark.usefixtures("world")
def test_a_read_only_place_is_said_before_any_picture_is_looked_at(tmp_path, monkeypatch, capsys):
    def refused(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.open", refused)  # root may write everywhere
    monkeypatch.setattr(FakeDetector, "batch", None)
    assert run(["evaluate", "nano", "set", "--html", str(tmp_path / "page.html")]) == 2
    assert "page.html: cannot be written (Permission denied)" in capsys.readouterr().err


@pytest.mark.usefixtures("world")
def test_an_empty_place_is_wrong_usage(capsys):
    assert run(["evaluate", "nano", "set", "--html", ""]) == 2
    assert "--html is empty" in capsys.readouterr().err


def test_a_missing_model_is_wrong_usage(capsys):
    assert run(["evaluate", "gone.onnx", "toy:1"]) == 2
    assert "gone.onnx: no such model file" in capsys.readouterr().err


def test_each_sample_is_made_once_and_kept_without_its_picture(world, tmp_path):
    made = []

    def drawn():
        for i in range(4):
            made.append(i)
            yield sample(i)

    FakeDetector.fails_at = {1: PictureError("1.png: damaged")}
    found = command.find_all(FakeDetector("nano", 1, 640, False), drawn(), 4)
    assert made == [0, 1, 2, 3]
    assert found.places == [0, 2, 3] and [s.name for s in found.samples] == ["0.png", "2.png", "3.png"]
    assert {s.picture for s in found.samples} == {b""} and len(found.faces) == 3
    assert [p.path for p in found.unread] == ["1.png"]
    page = tmp_path / "page.html"
    assert run(["evaluate", "nano", "set", "--html", str(page)]) == 1
    text = page.read_text()
    assert all(f"{i}.png · " in text for i in (0, 2, 3)) and "1.png · " not in text


def test_a_file_name_that_is_not_utf8_is_written_all_the_same(world, tmp_path):
    odd = "odd\udcff.png"
    world.dataset = Dataset("d", world.dataset.samples, (Problem(odd, "no boxes"),))
    figures, page = tmp_path / "figures.json", tmp_path / "page.html"
    assert run(["evaluate", "nano", "set", "--json", str(figures), "--html", str(page)]) == 0
    assert json.loads(figures.read_text())["problems"] == [f"{odd}: no boxes"]
    assert "odd\\udcff.png" in page.read_text()


def test_a_set_without_boxes_is_refused_before_any_picture_is_looked_at(world, monkeypatch, capsys):
    unknown = np.full((2, 4), np.nan, np.float32)
    world.dataset = Dataset("d", [Sample("a.png", sample(0).picture, unknown, no_landmarks(2))])
    monkeypatch.setattr(FakeDetector, "batch", None)
    assert run(["evaluate", "nano", "set"]) == 1
    assert "a.png: has a face without a box" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("task", "words", "sentence"),
    [
        ("detection", [], "give the DATA to judge by"),
        ("detection", ["a", "b"], "detection is judged on one DATA at a time; give a or b"),
        ("attributes", ["a", "--size", "320"], "--size is for detectors, whose input has any size"),
    ],
)
def test_what_a_task_is_not_judged_by_is_wrong_usage(world, capsys, task, words, sentence):
    world.task = task
    assert run(["evaluate", "nano", *words]) == 2
    assert sentence in capsys.readouterr().err


def test_each_task_has_its_judge_and_gets_what_was_asked(world, monkeypatch):
    asked = []
    for task in ("localisation", "attributes", "classification", "regression"):
        world.task = task
        judge = importlib.import_module(f"facewright.cli.judge_{task}")
        monkeypatch.setattr(judge, "judge", lambda *data, **options: asked.append((data, options)) or 0)
        assert run(["evaluate", "m.onnx", "one", *(["two"] if task == "classification" else [])]) == 0
    options = {"json": None, "html": None, "limit": None, "threads": None}
    assert asked == [
        (("m.onnx", "one"), options), (("m.onnx", "one"), options),
        (("m.onnx", ["one", "two"]), options), (("m.onnx", "one"), options),
    ]  # fmt: skip
