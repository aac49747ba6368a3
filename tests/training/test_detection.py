"""What a finished detector is judged by."""

import numpy as np
import pytest
import torch

from facewright.core.faces import Faces
from facewright.datasets.sample import Dataset, Sample, no_landmarks
from facewright.tasks.detection.loss import Truth
from facewright.tasks.detection.points import points
from facewright.training.detection import DetectionRecipe

DOT = np.zeros((100, 100, 3), np.uint8)
FACE = np.array([[10, 10, 50, 50]], np.float32)


def found(*scores):
    return Faces(np.tile(FACE, (len(scores), 1)), scores, width=100, height=100)


@pytest.mark.parametrize(
    ("alarms", "recall"),
    [((), 1.0), ((0.9,), 1.0), ((0.9, 0.6), 1.0), ((0.9, 0.7, 0.68), 2 / 3), ((0.9, 0.8, 0.7), 1 / 3)],
)
def test_quiet_recall_is_of_what_scores_more_than_the_alarms_that_are_too_many(
    tiny, monkeypatch, alarms, recall
):
    """Two are allowed on a hundred faceless pictures."""
    system = tiny().system()
    with_face = [Sample("f", DOT, FACE, no_landmarks(1))] * 3
    without = [Sample("e", DOT, FACE[:0], no_landmarks(0))] * 100
    system.validation_sets, system.faceless_sets = [Dataset("f", with_face)], [Dataset("e", without)]
    answers = {"f": [found(0.95), found(0.7), found(0.65)]}
    answers["e"] = [found(one) for one in alarms] + [found()] * (100 - len(alarms))
    monkeypatch.setattr(system, "_find_in", lambda network, data: answers[data.name])
    figures = system.judge(system.network())
    assert figures["quiet_recall"] == pytest.approx(recall)
    assert list(figures) == list(system.judge_figures)


def test_one_canvas_of_one_cell_at_a_time_is_refused(tiny):
    stages = [{"rounds": 1, "canvas": 64, "batch": 2, "accumulate": 2}]
    with pytest.raises(ValueError, match=r"stages\.0\.batch: one canvas of 64 pixels"):
        DetectionRecipe.model_validate(tiny().model_dump() | {"stages": stages})


@pytest.mark.parametrize(
    ("kind", "changed"),
    [
        ({"score_kind": "varifocal"}, {"score"}),
        ({"box_kind": "ciou"}, {"box"}),
        ({"assignment": "nearest"}, {"score", "box"}),
    ],
)
def test_the_recipe_says_which_loss_is_taken(tiny, kind, changed):
    where = points(64, 64)
    raw = torch.randn(1, len(where), 15, generator=torch.Generator().manual_seed(0))
    truth = Truth(torch.tensor([[8.0, 8, 40, 50]]), torch.full((1, 5, 2), torch.nan), torch.zeros(0, 4))
    usual, other = (tiny(loss=loss).system().label_loss(raw, [truth], where) for loss in ({}, kind))
    assert {name for name in usual if usual[name] != other[name]} == changed
