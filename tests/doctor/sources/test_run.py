from pathlib import Path

import pytest

from facewright.core.errors import DataError, UsageError
from facewright.doctor.evaluation.kinds import Finder
from facewright.doctor.network.subject import Network
from facewright.doctor.sources.curve import read_curve
from facewright.doctor.sources.looking import Looking
from facewright.doctor.sources.open import open_subjects
from facewright.doctor.training.subject import Run
from facewright.training.loading import load_recipe
from facewright.training.run import train


def test_a_run_is_what_it_wrote_its_network_and_how_it_is_used(detection):
    train(load_recipe(detection.name), Path("ran"), device="cpu", threads=1, cache=Path("cache"))
    run, network, finder = open_subjects("ran", Looking(cache=Path("cache")))
    assert isinstance(run, Run) and run.name == "ran: run"
    assert run.figure == "val/ap50" and run.device == "cpu"
    assert run.checkpoints == ["weights.safetensors", "best.ckpt", "last.ckpt"]
    assert run.curve is not None and "train/loss" in run.curve[0]
    assert isinstance(network, Network) and network.trained
    assert isinstance(finder, Finder) and finder.scenes is not None
    boxes, scores = finder.candidates(finder.scenes[0][0])
    assert boxes.shape == (len(scores), 4)
    for name in ("best.ckpt", "weights.safetensors"):
        Path("ran", name).unlink()
    assert [type(s) for s in open_subjects("ran", Looking(cache=Path("cache")))] == [Run]


def test_a_curve_holds_what_is_known_in_each_row(tmp_path):
    assert read_curve(tmp_path / "gone.csv") is None
    path = tmp_path / "metrics.csv"
    path.write_text("step,train/loss,val/iou\n49,2.5,\n99,,0.25\n")
    assert read_curve(path) == [{"step": 49.0, "train/loss": 2.5}, {"step": 99.0, "val/iou": 0.25}]
    path.write_text("step,train/loss\n49,two\n")
    with pytest.raises(DataError, match="not a curve that training wrote"):
        read_curve(path)


def test_a_model_file_is_how_it_finds(colour_model, paint):
    (finder,) = open_subjects(str(colour_model))
    assert isinstance(finder, Finder) and finder.scenes is None  # its card names no recipe
    boxes, scores = finder.find(paint(60, 40, red=(4, 8, 24, 30), blue=(40, 8, 52, 30)))
    assert boxes.round().tolist() == [[4, 8, 24, 30]] and len(scores) == 1
    assert len(finder.candidates(paint(60, 40, red=(4, 8, 24, 30), blue=(40, 8, 52, 30)))[0]) == 2


def test_what_takes_no_pictures_or_has_none_says_so(saddle, colour_attributes):
    with pytest.raises(UsageError, match="takes points"):
        open_subjects(str(saddle))
    with pytest.raises(DataError, match="none of the sets that its card names for validation is here"):
        open_subjects(str(colour_attributes))
