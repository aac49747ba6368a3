import json

import pytest
import torch
from safetensors.torch import save_file

from facewright.cli.main import run
from facewright.inference.detector import Detector
from facewright.models.detector import FaceDetector
from facewright.training.detection import DetectionRecipe
from facewright.training.loading import resolved
from facewright.training.weights import read_weights

RECIPE = {
    "name": "tiny-run",
    "task": "detection",
    "seed": 7,
    "data": {"train": {"toy:4?size=96": 1}, "validation": ["toy:3?seed=2&size=96"]},
    "stages": [{"rounds": 1}],
}
RECORD = {
    "sets": [
        {"name": "toy:4?size=96", "pictures": 4, "faces": 9},
        {"name": "helen/train", "pictures": 7, "faces": 7},
    ],
    "device": "CPU",
    "steps": 3,
    "seconds": 5,
    "chosen_by": "ap50",
    "best": 0.1,
}


@pytest.fixture
def folder(tmp_path):
    """A finished run, as far as export looks at it."""
    torch.manual_seed(0)
    network = FaceDetector("nano")
    for head in network.heads:
        torch.nn.init.constant_(head[-1].bias[:1], 0.0)  # faces everywhere, so that some are right
    save_file(network.state_dict(), tmp_path / "weights.safetensors")
    (tmp_path / "recipe.json").write_text(json.dumps(resolved(DetectionRecipe.model_validate(RECIPE))))
    (tmp_path / "run.json").write_text(json.dumps(RECORD))
    return tmp_path


def test_a_run_becomes_a_file_that_says_where_it_comes_from(folder, capsys):
    assert run(["export", str(folder), "--min-score", "0.25", "--evaluate", "toy:2?size=96"]) == 0
    out = capsys.readouterr().out
    assert "tiny-run.onnx" in out and "largest difference to PyTorch" in out and "0.25, as given" in out
    card = Detector(folder / "tiny-run.onnx").card
    assert card.name == "tiny-run" and card.parameters == 109_180 and card.score_threshold == 0.25
    assert [(s.name, s.pictures, s.terms) for s in card.data] == [
        ("toy:4?size=96", 4, "drawn by facewright, free"),
        ("helen/train", 7, "research"),
    ]
    assert card.terms == "non-commercial research only, as the terms of helen are"
    assert card.training | {"steps": 3, "seconds": 5, "seed": 7, "finished": True} == card.training
    assert json.loads(card.recipe)["name"] == "tiny-run"
    assert card.results["toy:2?size=96"]["pictures"] == 2


def test_scores_are_calibrated_and_the_file_its_card_and_its_judge_say_so(folder, capsys):
    recipe = RECIPE | {"data": RECIPE["data"] | {"validation": ["toy:12?seed=2&size=96"]}}
    (folder / "recipe.json").write_text(json.dumps(resolved(DetectionRecipe.model_validate(recipe))))
    assert run(["export", str(folder), "--cache", str(folder / "cache")]) == 0
    out = capsys.readouterr().out
    assert "scores: calibrated on 12 pictures of toy:12?seed=2&size=96, calibration error" in out
    file = folder / "tiny-run.onnx"
    found = Detector(file).card.score_calibration
    assert found.slope > 0 and found.right > 0
    assert found.error_before > 0.3 and found.error_after is None  # so poor a network is never sure of .1
    weights, own = read_weights(file), read_weights(folder / "weights.safetensors")
    torch.testing.assert_close(
        weights["heads.0.1.weight"], own["heads.0.1.weight"]
    )  # the calibration taken off
    page, figures = folder / "page.html", folder / "figures.json"
    words = ["evaluate", str(file), "toy:12?seed=2&size=96", "--json", str(figures), "--html", str(page)]
    assert run(words) == 0
    assert "calibration error" in capsys.readouterr().out and "Calibration, error" in page.read_text()
    record = json.loads(figures.read_text())
    assert record["calibration_error"] is None and record["min_score"] < 0.02
    (lowest,) = record["calibration"]  # of the very pictures that it was fitted on, so it is as good as exact
    assert lowest["answers"] > 100 and lowest["mean_score"] == pytest.approx(lowest["share_right"], abs=0.005)


def test_a_threshold_that_is_given_is_one_of_the_networks_own_scores(folder, capsys):
    assert run(["export", str(folder), "--min-score", "0.25"]) == 0
    assert "scores: the network's own, not calibrated" in capsys.readouterr().out
    assert Detector(folder / "tiny-run.onnx").card.score_calibration is None


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--checkpoint", "last"], "has no last weights yet"),
        (["--output", ""], "--output is empty"),
        (["--output", "model.pt"], "the name of a model file ends in .onnx"),
        (["--evaluate", "toi:4"], "did you mean 'toy'"),
    ],
)
def test_mistakes_are_one_sentence(folder, words, sentence, capsys):
    assert run(["export", str(folder), "--min-score", ".5", *words]) in (1, 2)
    error = capsys.readouterr().err
    assert sentence in error and error.count("\n") == 1
    assert not list(folder.glob("*.onnx"))


def test_a_mistake_in_the_data_makes_no_folder(folder, capsys):
    words = ["--output", str(folder / "out" / "model.onnx"), "--min-score", ".5", "--evaluate", "folder:gone"]
    assert run(["export", str(folder), *words]) == 1
    assert "gone" in capsys.readouterr().err
    assert not (folder / "out").exists()


def test_both_files_may_go_into_a_folder_that_is_to_be_made(folder):
    out = folder / "out"
    words = ["--output", str(out / "model.onnx"), "--weights", str(out / "model.npz"), "--min-score", ".5"]
    assert run(["export", str(folder), *words]) == 0
    assert sorted(path.name for path in out.iterdir()) == ["model.npz", "model.onnx"]


def test_a_folder_that_is_no_run_and_a_damaged_one_are_named(folder, tmp_path, capsys):
    assert run(["export", str(tmp_path / "gone")]) == 2
    assert "gone: not the folder of a training run" in capsys.readouterr().err
    for damaged in ("{}", "[]", '{"sets": [1]}'):
        (folder / "run.json").write_text(damaged)
        assert run(["export", str(folder)]) == 2
        assert "run.json is damaged (it names no sets)" in capsys.readouterr().err
    (folder / "run.json").write_text("{")
    assert run(["export", str(folder)]) == 2
    assert "run.json is damaged" in capsys.readouterr().err


def test_missing_validation_data_says_how_to_do_without(folder, capsys):
    recipe = RECIPE | {"data": RECIPE["data"] | {"validation": ["folder:nowhere"]}}
    (folder / "recipe.json").write_text(json.dumps(resolved(DetectionRecipe.model_validate(recipe))))
    assert run(["export", str(folder)]) == 1
    error = capsys.readouterr().err
    assert "nowhere" in error and "give --min-score" in error
