import io
import json
import shutil
import signal

import numpy as np
import pytest
import torch
from rich.console import Console
from safetensors.torch import load_file, save_file

from facewright.core.errors import DataError, ModelError, RecipeError, TrainingError, UsageError
from facewright.core.pictures import read_picture
from facewright.export.run_folder import read_network, read_run
from facewright.models.detector import FaceDetector
from facewright.training import callbacks, devices
from facewright.training import run as run_module
from facewright.training.detection import DetectionSystem
from facewright.training.grid_detection import GridDetectionRecipe
from facewright.training.loading import load_recipe, load_resolved
from facewright.training.run import new_folder, train
from facewright.training.weights import load_weights


@pytest.fixture(scope="module")
def go(toy_cache):
    """`go(recipe, folder, ...)` trains on the CPU and gives what was said."""

    def run(recipe, folder, **options):
        said = io.StringIO()
        train(recipe, folder, device="cpu", cache=toy_cache, console=Console(file=said, width=40), **options)
        return said.getvalue()

    return run


@pytest.fixture(scope="module")
def finished(tiny, go, tmp_path_factory):
    """A run of four rounds that nothing disturbed."""
    folder = tmp_path_factory.mktemp("runs") / "whole"
    return folder, go(tiny(), folder)


def same_weights(one, other):
    a, b = load_file(one / "weights.safetensors"), load_file(other / "weights.safetensors")
    assert a.keys() == b.keys()
    return all(torch.equal(a[name], b[name]) for name in a)


def stop_at(monkeypatch, step, error):
    """A crash in the middle of the run: after this step, before anything of it is kept."""

    def crash(self, trainer, *_):
        if trainer.global_step == step:
            raise error

    monkeypatch.setattr(callbacks.ShowFirstBatch, "on_train_batch_end", crash)


def test_a_run_leaves_everything_one_wants_to_know(finished, tiny):
    folder, said = finished
    names = {path.name for path in folder.iterdir() if not path.name.startswith("events")}
    assert names >= {
        "recipe.json", "run.json", "first-batch.png", "metrics.csv", "last.ckpt", "best.ckpt",
        "weights.safetensors",
    }  # fmt: skip
    assert any(path.name.startswith("events") for path in folder.iterdir())
    assert not list(folder.glob(".*part*"))
    assert load_resolved(folder / "recipe.json") == tiny()
    record = json.loads((folder / "run.json").read_text())
    assert record["steps"] == 12
    assert record["best"] is not None
    assert 0 <= record["waiting_for_data"] <= 1
    assert record["examples_per_second"] > 0
    assert record["sets"][0]["pictures"] == 12
    assert read_picture(folder / "first-batch.png").shape[1] >= 256
    weights = load_file(folder / "weights.safetensors")
    FaceDetector("nano").load_state_dict(weights)
    assert "toy:12?seed=0&size=128: 12 pictures" in said
    assert "round 4/4, step 12: loss " in said
    assert "examples a second" in said


def test_the_curve_has_a_row_a_round_and_a_look_after_the_last(finished):
    folder, _ = finished
    lines = (folder / "metrics.csv").read_text().splitlines()
    assert lines[0] == (
        "epoch,step,train/score,train/box,train/landmarks,train/loss,val/ap50,val/toy:6?seed=1&size=128"
    )
    assert [line.split(",")[1] for line in lines[1:]] == [
        "2",
        "5",
        "8",
        "8",
        "11",
        "11",
    ]  # every 3, and the end
    assert all(float(line.split(",")[5]) > 0 for line in lines[1:] if line.split(",")[5])


def test_checkpoints_hold_nothing_that_runs(finished):
    for name in ("last.ckpt", "best.ckpt"):
        checkpoint = torch.load(finished[0] / name, weights_only=True)
        assert checkpoint["global_step"] in (9, 12)


@pytest.mark.parametrize("step", [7, 9])
def test_a_run_that_crashed_and_was_resumed_is_the_run_that_never_stopped(
    finished, tiny, go, tmp_path, monkeypatch, step
):
    """In the middle of round 3, and at its end, when best.ckpt is not yet written."""
    folder = tmp_path / "broken"
    with monkeypatch.context() as patch:
        stop_at(patch, step, RuntimeError("power cut"))
        with pytest.raises(RuntimeError, match="power cut"):
            go(tiny(), folder)
    assert torch.load(folder / "last.ckpt", weights_only=True)["global_step"] == 6
    assert not (folder / "weights.safetensors").exists()
    go(tiny(), folder, resume=True)
    assert (folder / "metrics.csv").read_text() == (finished[0] / "metrics.csv").read_text()
    assert same_weights(folder, finished[0])
    last, whole = (torch.load(f / "last.ckpt", weights_only=True) for f in (folder, finished[0]))
    for name, value in whole["current_model_state"].items():
        assert torch.equal(last["current_model_state"][name], value)
    record, never = (json.loads((f / "run.json").read_text()) for f in (folder, finished[0]))
    resumed = {key: record[key] for key in ("device", "threads", "processes")} | {"step": 6}
    assert record["resumed"] == [resumed]
    assert record["best"] == never["best"]
    assert record["sets"] == never["sets"]


def test_a_finished_run_that_is_resumed_stays_as_it_is(tiny, go, tmp_path):
    recipe = tiny(steps=1, stages=[{"rounds": 1, "canvas": 64, "batch": 2}])
    go(recipe, tmp_path / "run")
    before = load_file(tmp_path / "run" / "weights.safetensors")
    curve = (tmp_path / "run" / "metrics.csv").read_text()
    go(recipe, tmp_path / "run", resume=True)
    after = load_file(tmp_path / "run" / "weights.safetensors")
    assert all(torch.equal(before[name], after[name]) for name in before)
    assert (tmp_path / "run" / "metrics.csv").read_text() == curve


def test_a_resumed_run_keeps_its_limit_and_offset_and_says_when_its_data_changed(
    tiny, go, tmp_path, monkeypatch
):
    folder = tmp_path / "run"
    with monkeypatch.context() as patch:
        stop_at(patch, 4, RuntimeError("power cut"))
        with pytest.raises(RuntimeError):
            go(tiny(), folder, offset=1, limit=5)
    said = go(tiny(), folder, resume=True)
    assert "toy:12?seed=0&size=128: 5 pictures" in said
    assert "have changed" not in said
    record = json.loads((folder / "run.json").read_text())
    assert (record["offset"], record["limit"]) == (1, 5)
    record["sets"][0]["pictures"] = 7
    (folder / "run.json").write_text(json.dumps(record))
    assert "the training sets have changed since this run began" in go(tiny(), folder, resume=True)


@pytest.mark.parametrize("moved", [False, True])
def test_the_best_score_survives_a_resume_when_every_round_is_looked_at(
    tiny, go, tmp_path, monkeypatch, moved
):
    scores = iter([0.5, 0.75, 0.25, 0.25, 0.25])
    monkeypatch.setattr("facewright.training.detection.ap50", lambda *_: next(scores))
    folder, recipe = tmp_path / "run", tiny(evaluation={"every": 1, "size": 128})
    with monkeypatch.context() as patch:
        stop_at(patch, 7, RuntimeError("power cut"))
        with pytest.raises(RuntimeError):
            go(recipe, folder)
    if moved:
        folder = folder.rename(tmp_path / "elsewhere")
    go(recipe, folder, resume=True)
    assert json.loads((folder / "run.json").read_text())["best"] == 0.75
    assert torch.load(folder / "best.ckpt", weights_only=True)["global_step"] == 6


def test_ctrl_c_is_a_keyboard_interrupt_and_can_be_pressed_again(tiny, go, tmp_path, monkeypatch):
    before = signal.getsignal(signal.SIGINT)
    stop_at(monkeypatch, 4, KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        go(tiny(), tmp_path / "run")
    assert signal.getsignal(signal.SIGINT) is before
    assert torch.load(tmp_path / "run" / "last.ckpt", weights_only=True)["global_step"] == 3


def test_a_loss_that_is_not_finite_stops_the_run_and_keeps_the_batch(tiny, go, tmp_path):
    weights = FaceDetector("nano").state_dict()
    weights["stem.0.0.weight"][0, 0, 0, 0] = torch.nan
    with pytest.raises(TrainingError) as caught:
        go(tiny(), tmp_path / "run", init=weights)
    assert "the loss is no longer finite at step 1 (" in str(caught.value)
    assert "non-finite-batch.npz" in str(caught.value)
    assert read_picture(tmp_path / "run" / "non-finite-batch.png").ndim == 3
    with np.load(tmp_path / "run" / "non-finite-batch.npz") as batch:
        assert batch["pixels"].shape == (2, 3, 64, 64)
        assert batch["boxes"].shape[1] == 4
    assert not (tmp_path / "run" / "last.ckpt").exists()


def test_a_gradient_that_is_not_finite_never_reaches_the_weights(tiny, go, tmp_path, monkeypatch):
    """At the last step of the second round: the first one's checkpoint stays the last."""
    loss = DetectionSystem.loss
    calls = []

    def broken(self, network, batch):
        terms = loss(self, network, batch)
        calls.append(batch)
        if len(calls) == 6:
            first = next(iter(terms))
            terms[first].register_hook(lambda gradient: gradient * torch.inf)
        return terms

    monkeypatch.setattr(DetectionSystem, "loss", broken)
    with pytest.raises(TrainingError, match="the gradient is no longer finite at step 5"):
        go(tiny(), tmp_path / "run")
    last = torch.load(tmp_path / "run" / "last.ckpt", weights_only=True)
    assert last["global_step"] == 3
    with np.load(tmp_path / "run" / "non-finite-batch.npz") as batch:
        np.testing.assert_array_equal(batch["pixels"], calls[-1].pixels.numpy())


def test_figures_that_are_no_number_choose_no_weights(tiny, go, tmp_path, monkeypatch):
    monkeypatch.setattr("facewright.training.detection.ap50", lambda *_: float("nan"))
    with pytest.raises(TrainingError, match="ap50 on validation is not a number"):
        go(tiny(), tmp_path / "run")


def test_a_rate_far_too_high_is_found_too(tiny, go, tmp_path):
    with pytest.raises(TrainingError, match=r"no longer finite .* lower optimiser\.rate"):
        go(tiny(optimiser={"rate": 1e30, "warmup": 0}), tmp_path / "run")


def test_training_stops_when_looking_brings_nothing_better(tiny, go, tmp_path, monkeypatch):
    monkeypatch.setattr("facewright.training.detection.ap50", lambda *_: 0.5)
    said = go(tiny(evaluation={"every": 1, "patience": 1, "size": 128}), tmp_path / "run")
    assert "ended after round 2 of 4: for 1 looks ap50 on validation was not better than 0.5000" in said
    assert json.loads((tmp_path / "run" / "run.json").read_text())["steps"] == 6
    before = (tmp_path / "run" / "metrics.csv").read_text()
    go(tiny(evaluation={"every": 1, "patience": 1, "size": 128}), tmp_path / "run", resume=True)
    assert (tmp_path / "run" / "metrics.csv").read_text() == before
    assert json.loads((tmp_path / "run" / "run.json").read_text())["steps"] == 6


def test_what_a_stage_freezes_stands_still_and_moves_again_in_the_next(tiny, go, finished, tmp_path):
    given = load_file(finished[0] / "weights.safetensors")

    def moved(frozen_stages):
        stages = [
            {"rounds": 1, "canvas": 64, "batch": 2, "frozen": ["stem", "stages.0"] if frozen else []}
            for frozen in frozen_stages
        ]
        folder = tmp_path / str(frozen_stages)
        go(tiny(stages=stages, averaging={"decay": 0}), folder, init=given)
        weights = load_file(folder / "weights.safetensors")
        return {name for name in given if not torch.equal(weights[name], given[name])}

    held = {name for name in given if name.startswith(("stem", "stages.0"))}
    assert held.isdisjoint(moved([True])) and moved([True, False]) & held
    assert any(name.startswith("heads") for name in moved([True, True]))


def test_a_stage_that_freezes_nothing_there_is_refused_before_training(tiny, go, tmp_path):
    stages = [{"rounds": 1, "canvas": 64}, {"rounds": 1, "canvas": 64, "frozen": ["stem", "stage.0"]}]
    with pytest.raises(RecipeError, match=r"stages\.1\.frozen: .*'stage\.0'.*stages"):
        go(tiny(stages=stages), tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_bfloat16_trains_on_a_cpu_and_keeps_full_weights(tiny, go, tmp_path, monkeypatch):
    monkeypatch.setattr(devices, "has_bfloat16", lambda accelerator: True)
    said = go(tiny(precision="bfloat16"), tmp_path / "run")
    assert "bfloat16" in said.splitlines()[0]
    weights = load_file(tmp_path / "run" / "weights.safetensors")
    assert all(w.dtype == torch.float32 for name, w in weights.items() if "num_batches" not in name)


def test_init_begins_with_the_weights_given(tiny, go, finished, tmp_path):
    given = load_file(finished[0] / "weights.safetensors")
    recipe = tiny(
        steps=1, stages=[{"rounds": 1, "canvas": 64, "batch": 2}], optimiser={"rate": 1e-9, "warmup": 0}
    )
    go(recipe, tmp_path / "run", init=given)
    weights = load_file(tmp_path / "run" / "weights.safetensors")
    for name in given:
        if "running" not in name and "num_batches" not in name:
            torch.testing.assert_close(weights[name], given[name], rtol=1e-4, atol=1e-6)


def test_weights_of_another_network_are_one_sentence():
    with pytest.raises(UsageError, match=r"of another network: \d+ of \d+ arrays do not fit .*same size"):
        load_weights(FaceDetector("nano"), FaceDetector("small").state_dict())
    with pytest.raises(UsageError, match=r"do not fit \(first: stem\.0\.0\.weight\)"):
        load_weights(FaceDetector("nano"), {})
    without_counters = {k: v for k, v in FaceDetector("nano").state_dict().items() if "num_batches" not in k}
    load_weights(FaceDetector("nano"), without_counters)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"resume": True}, "no run to resume here (last.ckpt is missing)"),
        ({"offset": -1}, "--offset takes 0 or more, not -1"),
        ({"limit": 0}, "--limit takes 1 or more, not 0"),
        ({"threads": 0}, "--threads takes 1 or more, not 0"),
    ],
)
def test_wrong_options_are_refused_before_anything_is_done(tiny, go, tmp_path, options, sentence):
    with pytest.raises(UsageError) as caught:
        go(tiny(), tmp_path / "run", **options)
    assert sentence in str(caught.value)
    assert not (tmp_path / "run").exists()


def test_a_file_is_no_folder_for_a_run(tiny, go, tmp_path):
    (tmp_path / "run").touch()
    with pytest.raises(UsageError, match="run: a file; name another folder with --output"):
        go(tiny(), tmp_path / "run")


def test_a_run_is_never_overwritten(tiny, go, finished):
    with pytest.raises(UsageError, match="a run is already there"):
        go(tiny(), finished[0])


def test_a_damaged_run_folder_is_said(tiny, go, finished, tmp_path):
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "last.ckpt").write_bytes(b"rubbish")
    with pytest.raises(TrainingError, match=r"run\.json: missing"):
        go(tiny(), folder, resume=True)
    (folder / "run.json").write_text("{")
    with pytest.raises(TrainingError, match=r"run\.json is damaged"):
        go(tiny(), folder, resume=True)
    (folder / "run.json").write_text((finished[0] / "run.json").read_text())
    with pytest.raises(TrainingError, match=r"last\.ckpt: this checkpoint is damaged"):
        go(tiny(), folder, resume=True)


def test_a_resumed_run_takes_the_threads_that_it_began_with(tiny, toy_cache, tmp_path):
    def go(**options):
        said = Console(file=io.StringIO())
        train(tiny(), tmp_path / "run", device="cpu", cache=toy_cache, console=said, **options)
        return said.file.getvalue()

    go(threads=1)
    assert "CPU, 1 thread," in go(resume=True)
    assert "threads: 2, where it began with 1: it does not go on exactly" in go(resume=True, threads=2)


@pytest.mark.parametrize("cores", [1, 0])  # none, where more processes than cores train together
def test_more_workers_than_cores_are_said_once(tiny, go, tmp_path, monkeypatch, cores):
    monkeypatch.setattr(run_module, "available_cores", lambda: cores)
    data = tiny().data.model_copy(update={"workers": 2})
    recipe = tiny().model_copy(update={"data": data}).shortened()
    said = " ".join(go(recipe, tmp_path / "run", threads=1).split())
    sentence = f"data.workers is 2, of cores there are {cores}: --set data.workers=0 leaves one to"
    assert said.count(sentence) == 1


def test_missing_data_leaves_no_folder(tiny, go, tmp_path):
    data = tiny().data.model_copy(update={"train": {f"voc:{tmp_path}/gone": 1.0}})
    with pytest.raises(DataError, match="gone"):
        go(tiny().model_copy(update={"data": data}), tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_run_folders_are_numbered_when_taken(tmp_path):
    assert new_folder(tmp_path, "a") == tmp_path / "a"
    (tmp_path / "a").mkdir()
    (tmp_path / "a-2").mkdir()
    assert new_folder(tmp_path, "a") == tmp_path / "a-3"


DROPPING = {
    "task": "grid-detection",
    "network": {"name": "pool-resnet", "filters": 4, "cells": 3},
    "stages": [{"rounds": 2, "canvas": 96, "batch": 4, "accumulate": 2}],
    "steps": 2,
    "evaluation": {"every": 1, "size": 128},
}
"""a network with dropout, whose random choices a run has to repeat too"""


def test_the_same_recipe_gives_the_same_bits_though_it_was_interrupted(
    tiny, toy_cache, tmp_path, monkeypatch
):
    """With dropout, halves of batches and a process that makes examples; on one thread and on two."""
    recipe = GridDetectionRecipe.model_validate(
        json.loads(tiny().model_dump_json(exclude=set(DROPPING) | {"loss", "teacher"})) | DROPPING
    )
    helped = recipe.model_copy(update={"data": recipe.data.model_copy(update={"workers": 1})})
    said = Console(file=io.StringIO())

    def go(recipe, name, threads=2, **options):
        train(
            recipe, tmp_path / name, device="cpu", cache=toy_cache, console=said, threads=threads, **options
        )

    go(recipe, "one")
    go(helped, "two")
    with monkeypatch.context() as patch:
        stop_at(patch, 3, RuntimeError("power cut"))
        with pytest.raises(RuntimeError, match="power cut"):
            go(recipe, "three")
    go(recipe, "three", resume=True)
    assert same_weights(tmp_path / "one", tmp_path / "two")
    assert same_weights(tmp_path / "one", tmp_path / "three")
    assert not torch.are_deterministic_algorithms_enabled()
    record, again = (json.loads((tmp_path / name / "run.json").read_text()) for name in ("one", "three"))
    assert record["weights"] == again["weights"] and record["begins_with"] == again["begins_with"]


def test_a_batch_in_parts_is_the_batch(toy_cache, tmp_path):
    """Of a network without batch norm and a loss whose divisor is the batch: as near as sums come."""
    weights = []
    for parts in (1, 4):
        recipe = load_recipe(
            "monkey-saddle-tanh",
            [
                "steps=20",
                f"stages=[{{rounds=2, batch=32, accumulate={parts}}}]",
                "optimiser.kind=sgd",
                "network.standardise=true",
                "optimiser.rate=1e-2",
                "optimiser.warmup=0",
            ],
        )
        train(
            recipe,
            tmp_path / str(parts),
            device="cpu",
            threads=1,
            cache=toy_cache,
            console=Console(quiet=True),
        )
        weights.append(load_file(tmp_path / str(parts) / "weights.safetensors"))
        assert json.loads((tmp_path / str(parts) / "run.json").read_text())["steps"] == 40
    for name, weight in weights[0].items():
        torch.testing.assert_close(weights[1][name], weight, rtol=1e-4, atol=1e-6)
    curves = [(tmp_path / parts / "metrics.csv").read_text().splitlines() for parts in "14"]
    one, four = ([float(curve[1].split(",")[i]) for i in (2, 3)] for curve in curves)
    assert four == pytest.approx(one, rel=1e-4)


def test_growing_from_nothing_is_refused(tiny, go, tmp_path):
    with pytest.raises(UsageError, match=r"network\.grow: there is nothing to grow from; .*--init"):
        go(tiny(network={"grow": True}), tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_run_of_an_earlier_network_is_one_sentence(finished, tiny, go, tmp_path):
    """As runs from before there was a coarsest level."""
    folder = shutil.copytree(finished[0], tmp_path / "old")
    earlier = {k: v for k, v in load_file(folder / "weights.safetensors").items() if "coarse" not in k}
    save_file(earlier, folder / "weights.safetensors")
    checkpoint = torch.load(folder / "last.ckpt", weights_only=True)
    checkpoint["state_dict"] = {f"network.{name}": value for name, value in earlier.items()}
    torch.save(checkpoint, folder / "last.ckpt")
    says = r"old: its weights are of an earlier FaceDetector.*--init \S+old --set network\.grow=true"
    with pytest.raises(ModelError, match=says):
        go(tiny(), folder, resume=True)
    run = read_run(folder)
    with pytest.raises(ModelError, match=says):
        read_network(run, run.recipe.system())
    with pytest.raises(UsageError, match=r"of the same size, or --set network\.grow=true"):
        go(tiny(), tmp_path / "new", init=earlier)
