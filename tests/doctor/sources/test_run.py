import json
from pathlib import Path

import numpy as np
import pytest

from facewright.core.errors import DataError, UsageError
from facewright.core.faces import Faces
from facewright.datasets.sample import Dataset
from facewright.datasets.toy import ToySamples
from facewright.doctor.evaluation.kinds import Deployed, Finder, Result
from facewright.doctor.examination import examine
from facewright.doctor.network.subject import Network
from facewright.doctor.sources.curve import rates_of, read_curve
from facewright.doctor.sources.looking import Looking
from facewright.doctor.sources.open import open_subjects
from facewright.doctor.sources.result import results_of
from facewright.doctor.training.subject import Run
from facewright.export.onnx_file import export_model
from facewright.export.run_folder import Run as Folder
from facewright.export.run_folder import card_of, read_network, read_run
from facewright.inference.card import ScoreCalibration
from facewright.inference.detector import Detector
from facewright.training.attributes import AttributesSystem
from facewright.training.loading import load_recipe
from facewright.training.range_test import Trial, write_trials
from facewright.training.run import train
from facewright.training.system import FindingSystem


def test_teacher_and_alarms_of_a_run_need_not_be_there_any_more(detection):
    train(load_recipe(detection.name), Path("ran"), device="cpu", threads=1, cache=Path("cache"))
    recipe = json.loads(Path("ran/recipe.json").read_text())
    recipe["teacher"] = {"weights": "gone.safetensors", "size": "small"}
    recipe["loss"]["teacher_score"] = 1.0
    recipe["data"]["hard"] = "gone.csv"
    for stage in recipe["stages"]:
        stage["hard_negative"] = 0.5
    Path("ran/recipe.json").write_text(json.dumps(recipe))
    assert read_run(Path("ran")).recipe.teacher.weights == "gone.safetensors"
    run, network, *_ = open_subjects("ran", Looking(cache=Path("cache")))
    assert isinstance(run, Run) and isinstance(network, Network)


def test_a_run_is_what_it_wrote_its_network_and_how_it_is_used(detection):
    train(load_recipe(detection.name), Path("ran"), device="cpu", threads=1, cache=Path("cache"))
    run, network, finder, result = open_subjects("ran", Looking(cache=Path("cache")))
    assert isinstance(run, Run) and run.name == "ran: run"
    assert run.figure == "val/ap50" and run.device == "cpu"
    assert run.checkpoints == ["weights.safetensors", "best.ckpt", "last.ckpt"]
    assert run.curve is not None and "train/loss" in run.curve[0]
    assert isinstance(network, Network) and network.trained
    assert isinstance(finder, Finder) and finder.scenes is not None
    boxes, scores = finder.candidates(finder.scenes[0][0])
    assert boxes.shape == (len(scores), 4)
    assert isinstance(result, Result) and result.train is not None
    assert len(result.rights) == len(result.test.dataset) == 4 and set(result.rights) <= {0.0, 1.0}
    for name in ("best.ckpt", "weights.safetensors"):
        Path("ran", name).unlink()
    assert [type(s) for s in open_subjects("ran", Looking(cache=Path("cache")))] == [Run]


def test_a_file_with_calibrated_scores_is_what_its_network_becomes_and_no_other(detection):
    recipe = load_recipe(detection.name)
    train(recipe, Path("ran"), device="cpu", threads=1, cache=Path("cache"))
    run, system = read_run(Path("ran")), recipe.system()
    network = read_network(run, system)
    fitted = ScoreCalibration(
        slope=0.5, offset=1, error_before=0, error_after=0, detections=1, right=1, pictures={}, faceless=0
    )
    card = card_of(run, system, network).model_copy(
        update={"score_calibration": fitted, "score_threshold": 0.1}
    )
    export_model(system, network, card, Path("ran", f"{recipe.name}.onnx"))
    subjects = open_subjects("ran", Looking(cache=Path("cache")))
    (deployed,) = [subject for subject in subjects if isinstance(subject, Deployed)]
    picture = ToySamples(1, seed=5, size=96)[0].read()
    trained, exported = deployed.trained(picture), deployed.exported(picture)
    assert len(trained) > 0 and np.allclose(trained, exported, atol=1e-3)
    large = ToySamples(1, seed=5, size=320)[0].read()
    once, usual = (
        Detector(Path("ran", f"{recipe.name}.onnx"), size=None, close_ups=close_ups)(large).scores
        for close_ups in (False, None)
    )
    assert deployed.exported(large)[:, 4].tolist() == once.tolist() != usual.tolist()


def test_a_curve_holds_what_is_known_in_each_row(tmp_path):
    assert read_curve(tmp_path / "gone.csv") is None
    path = tmp_path / "metrics.csv"
    path.write_text("step,train/loss,val/iou\n49,2.5,\n99,,0.25\n")
    assert read_curve(path) == [{"step": 49.0, "train/loss": 2.5}, {"step": 99.0, "val/iou": 0.25}]
    path.write_text("step,train/loss\n49,two\n")
    with pytest.raises(DataError, match="not a curve that training wrote"):
        read_curve(path)


def test_the_rate_is_held_against_a_range_test_in_the_same_folder(detection):
    recipe = load_recipe(detection.name)
    folder = Folder(Path("ran"), recipe, {})
    assert rates_of("ran", folder) == []

    def found(begins):
        trials = [Trial(begins * 10 ** (i / 10), 1.0, 1.0 - 0.09 * max(i - 5, 0)) for i in range(16)]
        write_trials([*trials, Trial(begins * 10**2, 9.0, 9.0)], Path("ran", "rates.csv"))
        return [finding.id for finding in examine(rates_of("ran", folder)).findings]

    assert found(recipe.optimiser.rate / 10) == []
    assert found(recipe.optimiser.rate / 1e4) == ["rate-outside-range-test"]
    Path("ran", "rates.csv").write_text("step,loss\n1,2\n")
    with pytest.raises(DataError, match="no range test"):
        rates_of("ran", folder)


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


class ByHeart(FindingSystem):
    """Knows the boxes of the pictures that it was trained on, and finds nothing in others."""

    terms, figures = (), ()
    network = loader = loss = validate = sheet = open_training = open_validation = None

    def find(self, network, picture, score_threshold, iou_threshold=0.45, max_faces=1000):
        for sample in self.sets[0]:
            if np.array_equal(sample.read(), picture):
                return found(picture, sample.boxes)
        return found(picture, np.zeros((0, 4), np.float32))


class Honest(ByHeart):
    """Finds the faces in three of four pictures, known or not."""

    def find(self, network, picture, score_threshold, iou_threshold=0.45, max_faces=1000):
        sample = next(s for s in self.validation_sets[0] if np.array_equal(s.read(), picture))
        good = int(sample.name.rpartition("-")[2]) % 4
        return found(picture, sample.boxes if good else sample.boxes[:0])


def found(picture, boxes):
    return Faces(boxes, np.ones(len(boxes)), width=picture.shape[1], height=picture.shape[0])


@pytest.mark.parametrize(("kind", "says"), [(ByHeart, ["result-rests-on-copies"]), (Honest, [])])
def test_a_run_whose_figure_rests_on_pictures_that_were_trained_on(kind, says):
    scenes = [scene for scene in ToySamples(100, seed=3, size=96) if len(scene.boxes)][:60]
    system = kind(None)
    system.sets = [Dataset("trained", scenes[:30])]
    system.validation_sets = [Dataset("judged", scenes[10:])]  # 20 of 50 were trained on
    subjects = results_of("mine", system, None, 0.5, Looking())
    assert [finding.id for finding in examine(subjects).findings] == says
    assert examine(subjects, cheap=True).asked == []


class Answers(AttributesSystem):
    def __init__(self):
        scenes = list(ToySamples(3, seed=3, size=32))
        self.sets, self.validation_sets = [Dataset("trained", scenes)], [Dataset("judged", scenes)]

    def logits(self, network, sets, *, bfloat16=False):
        labels = [[1, 0, 1, 0], [1, 1, -1, -1], [-1, -1, -1, -1]]
        return np.array([[2.0, -1, -3, 1], [4, 1, 5, 5], [1, 1, 1, 1]]), np.array(labels, np.int8)


def test_answers_are_right_by_the_share_of_those_that_are_known():
    (result,) = results_of("mine", Answers(), None, 0.5, Looking())
    assert result.name == "mine: on judged" and result.rights.tolist() == [0.5, 1.0, 0.0]
