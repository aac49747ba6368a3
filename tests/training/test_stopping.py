"""Runs that end by themselves: at numbers that are none, and where looking brings nothing better."""

import json

import numpy as np
import pytest
import torch

from facewright.core.errors import TrainingError
from facewright.core.pictures import read_picture
from facewright.models.detector import FaceDetector
from facewright.training.detection import DetectionSystem


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
