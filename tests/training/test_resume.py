"""Runs that were stopped and go on as if they never were."""

import io
import json
import signal

import pytest
import torch
from rich.console import Console
from safetensors.torch import load_file

from facewright.core.errors import TrainingError
from facewright.training import callbacks
from facewright.training.grid_detection import GridDetectionRecipe
from facewright.training.run import train


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
