import io
import json
import shutil

import pytest
import torch
from pydantic import ValidationError
from rich.console import Console
from safetensors.torch import load_file, save_file

from facewright.core.errors import ModelError, RecipeError
from facewright.export.run_folder import card_of, read_network, read_run
from facewright.models.detector import FaceDetector
from facewright.tasks.detection.distil import TEACHER_TERMS
from facewright.training import callbacks
from facewright.training.loading import load_recipe
from facewright.training.record import digest
from facewright.training.run import train
from facewright.training.teacher import detector_teacher

LEARNT = {"teacher_score": 1.0, "teacher_box": 2.0, "teacher_landmarks": 1.0}


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """Weights of a teacher that is sure of a face everywhere."""
    torch.manual_seed(3)
    network = FaceDetector("small")
    for head in network.heads:
        head[1].bias.data[0] = 1.0
    path = tmp_path_factory.mktemp("teacher") / "teacher.safetensors"
    save_file(network.state_dict(), path)
    return path


@pytest.fixture(scope="module")
def taught(tiny, file):
    """`taught(...)`: three short rounds with the teacher, changed as given."""

    def make(**changes):
        short = {"steps": 2, "stages": [{"rounds": 3, "canvas": 64, "batch": 2, "tiles": [2, 2]}]}
        teacher = {"weights": str(file), "size": "small"}
        return tiny(**{"teacher": teacher, "loss": LEARNT} | short | changes)

    return make


@pytest.fixture(scope="module")
def go(toy_cache):
    def run(recipe, folder, **options):
        said = io.StringIO()
        console = Console(file=said, width=40)
        train(recipe, folder, device="cpu", threads=1, cache=toy_cache, console=console, **options)
        return said.getvalue()

    return run


@pytest.fixture(scope="module")
def finished(taught, go, tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "taught"
    return folder, go(taught(), folder)


def test_a_run_with_a_teacher_says_records_and_logs_it(finished, file):
    folder, said = finished
    count = sum(parameter.numel() for parameter in FaceDetector("small").parameters())
    assert f"  taught by {file}, a network of {count:,} parameters\n" in said
    record = json.loads((folder / "run.json").read_text())
    assert record["teachers"] == [{"weights": str(file), "digest": digest(load_file(file))}]
    head, first, *_ = (folder / "metrics.csv").read_text().splitlines()
    row = dict(zip(head.split(","), first.split(","), strict=True))
    weights = {"score": 1.0, "box": 2.0, "landmarks": 1.0} | LEARNT
    assert all(float(row[f"train/{term}"]) > 0 for term in TEACHER_TERMS)
    total = sum(weight * float(row[f"train/{term}"]) for term, weight in weights.items())
    assert float(row["train/loss"]) == pytest.approx(total, rel=1e-3)


def test_the_teacher_is_in_no_checkpoint_and_not_changed(finished, file):
    folder, _ = finished
    own = FaceDetector("nano").state_dict()
    for name in ("last.ckpt", "best.ckpt"):
        checkpoint = torch.load(folder / name, weights_only=True)
        assert {key.removeprefix("network.") for key in checkpoint["state_dict"]} == own.keys()
    assert load_file(folder / "weights.safetensors").keys() == own.keys()
    assert json.loads((folder / "run.json").read_text())["teachers"][0]["digest"] == digest(load_file(file))


def test_a_run_that_is_resumed_reads_its_teacher_again(finished, taught, go, file, tmp_path, monkeypatch):
    folder = tmp_path / "broken"

    def crash(self, trainer, *_):
        if trainer.global_step == 3:
            raise RuntimeError("power cut")

    with monkeypatch.context() as patch:
        patch.setattr(callbacks.ShowFirstBatch, "on_train_batch_end", crash)
        with pytest.raises(RuntimeError, match="power cut"):
            go(taught(), folder)
    said = go(taught(), folder, resume=True)
    assert "taught by" in said and "the teacher is another one" not in said
    elsewhere = shutil.copy(file, tmp_path / "elsewhere.safetensors")
    moved = taught(teacher={"weights": str(elsewhere), "size": "small"})
    assert "the teacher is another one" not in go(moved, folder, resume=True)
    assert (folder / "metrics.csv").read_text() == (finished[0] / "metrics.csv").read_text()
    one, other = (load_file(f / "weights.safetensors") for f in (folder, finished[0]))
    assert all(torch.equal(one[name], other[name]) for name in other)


def test_another_teacher_under_the_same_name_is_said_when_resumed(taught, go, tmp_path):
    path = tmp_path / "t.safetensors"
    save_file(FaceDetector("small").state_dict(), path)
    stages = [{"rounds": 1, "canvas": 64, "batch": 2}]
    recipe = taught(steps=1, stages=stages).model_copy(
        update={"teacher": taught().teacher.model_copy(update={"weights": str(path)})}
    )
    go(recipe, tmp_path / "run")
    save_file(FaceDetector("small").state_dict(), path)
    assert "the teacher is another one than when this run began" in go(recipe, tmp_path / "run", resume=True)


def test_gradients_reach_the_student_only(taught, toy_cache):
    system = taught().system()
    system.open(toy_cache)
    network = system.network()
    terms = system.loss(network, next(iter(system.loader(0))))
    assert tuple(terms) == tuple(system.terms)
    torch.stack([terms[name] for name in TEACHER_TERMS]).sum().backward()
    assert all(p.grad is not None and p.grad.any() for p in network.parameters() if p.ndim > 1)
    assert all(p.grad is None and not p.requires_grad for p in system.teachers[0].network.parameters())
    assert not system.teachers[0].network.training


def test_a_student_that_is_its_teacher_has_nothing_to_learn_from_it(taught, toy_cache, file):
    system = taught(network={"size": "small"}).system()
    system.open(toy_cache)
    student = detector_teacher(str(file), "small").network
    terms = system.loss(student, next(iter(system.loader(0))))
    assert all(terms[name].item() == pytest.approx(0, abs=1e-5) for name in TEACHER_TERMS)
    assert terms["score"] > 0


def test_a_student_begins_as_without_a_teacher(finished, tiny, go, tmp_path):
    go(tiny(steps=1, stages=[{"rounds": 1, "canvas": 64, "batch": 2}]), tmp_path / "alone")
    alone, with_teacher = (
        json.loads((folder / "run.json").read_text()) for folder in (tmp_path / "alone", finished[0])
    )
    assert alone["teachers"] == []
    assert alone["begins_with"] == with_teacher["begins_with"]


def test_the_card_names_the_teacher_in_the_terms(finished, file):
    run = read_run(finished[0])
    system = run.recipe.system()  # not opened: the teacher need not be there any more
    card = card_of(run, system, read_network(run, system))
    assert card.terms.endswith(f"; taught by {file}, whose terms hold too")


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"loss": {"teacher_box": 1}}, r"loss\.teacher_box is above 0, but no \[teacher\] is there"),
        (
            {"teacher": {"weights": "detector-small", "size": "small"}},
            r"\[teacher\] teaches nothing, as teacher_score, .*teacher_landmarks of \[loss\] are 0",
        ),
        (
            {"teacher": {"weights": "detector-small"}, "loss": LEARNT},
            r"teacher\.size\n.*[Ff]ield required",
        ),
    ],
)
def test_a_teacher_and_its_weights_in_the_loss_belong_together(tiny, changes, says):
    with pytest.raises(ValidationError, match=says):
        tiny(**changes)


def test_on_the_command_line_it_is_one_sentence():
    with pytest.raises(RecipeError) as caught:
        load_recipe("detector-nano", ["loss.teacher_score=1"])
    assert "loss.teacher_score is above 0, but no [teacher] is there to learn from" in str(caught.value)
    recipe = load_recipe(
        "detector-nano", ["loss.teacher_score=1", "teacher.weights=detector-small", "teacher.size=small"]
    )
    assert recipe.teacher.weights == "detector-small"


def test_a_teacher_that_cannot_teach_is_one_sentence(file, tmp_path):
    with pytest.raises(RecipeError) as caught:
        detector_teacher(str(file), "nano")
    said = str(caught.value)
    assert f"teacher: {file} is no nano detector that answers at the points of the student" in said
    with pytest.raises(ModelError, match="detector-smal"):
        detector_teacher("detector-smal", "small")
    more = load_file(file) | {"heads.9.1.bias": torch.zeros(15)}  # of a level that the student has not
    save_file(more, tmp_path / "more.safetensors")
    with pytest.raises(RecipeError, match=r"1 arrays do not fit \(first: heads\.9\.1\.bias\)"):
        detector_teacher(str(tmp_path / "more.safetensors"), "small")


def test_a_missing_teacher_leaves_no_folder(taught, go, tmp_path):
    teacher = taught().teacher.model_copy(update={"weights": str(tmp_path / "gone.safetensors")})
    with pytest.raises(ModelError, match="gone"):
        go(taught().model_copy(update={"teacher": teacher}), tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_shipped_model_teaches():
    teacher = detector_teacher("detector-small", "small")
    raw = teacher(torch.zeros(1, 3, 64, 64))
    assert raw.shape[-1] == 15 and not raw.requires_grad
