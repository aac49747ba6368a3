import math
from typing import get_args

import pytest
import torch

from facewright.tasks.detection.score_loss import ScoreLoss, score_loss

FACES = torch.tensor([True, True, False, False])
OVERLAP = torch.tensor([0.9, 0.4, 0.0, 0.0])
SCORES = torch.tensor([0.7, 0.7, 0.7, 0.1])


def loss_of(kind):
    return score_loss(SCORES.logit(), OVERLAP, FACES, kind)


def test_each_kind_by_hand():
    right, wrong = -math.log(0.7), -math.log(0.3)
    first, second = 0.9 * right + 0.1 * wrong, 0.4 * right + 0.6 * wrong
    quiet = -math.log(0.9)
    expected = {
        "cross-entropy": [first, second, wrong, quiet],
        "quality-focal": [0.04 * first, 0.09 * second, 0.49 * wrong, 0.01 * quiet],
        "varifocal": [0.9 * first, 0.4 * second, 0.75 * 0.49 * wrong, 0.75 * 0.01 * quiet],
        "focal": [0.25 * 0.09 * right, 0.25 * 0.09 * right, 0.75 * 0.49 * wrong, 0.75 * 0.01 * quiet],
    }
    assert set(expected) == set(get_args(ScoreLoss))
    for kind, values in expected.items():
        assert loss_of(kind).tolist() == pytest.approx(values, rel=1e-4)


@pytest.mark.parametrize("kind", get_args(ScoreLoss))
def test_one_step_down_is_a_step_towards_the_truth_and_sure_answers_stay_finite(kind):
    logits = torch.tensor([2.0, -3.0, 2.0, -2.0, 90.0, -90.0], requires_grad=True)
    faces = torch.tensor([True, True, False, False, False, True])
    overlap = torch.tensor([0.5, 0.8, 0.0, 0.0, 0.0, 0.9])
    loss = score_loss(logits, overlap, faces, kind)
    loss.sum().backward()
    assert torch.isfinite(loss).all()
    assert torch.isfinite(logits.grad).all()
    assert (logits.grad[1:5].sign() == torch.tensor([-1.0, 1.0, 1.0, 1.0])).all()
    assert logits.grad[0] > 0 if kind != "focal" else logits.grad[0] < 0  # focal asks for 1, not the overlap
