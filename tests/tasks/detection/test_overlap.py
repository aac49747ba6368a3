import math
from typing import get_args

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from facewright.core.boxes import iou
from facewright.tasks.detection.overlap import BoxLoss, box_loss, pairwise_iou

KINDS = get_args(BoxLoss)
corner, length = st.integers(-40, 40), st.integers(1, 60)
box = st.builds(lambda x, y, w, h: [x, y, x + w, y + h], corner, corner, length, length)
boxes = st.lists(box, max_size=6).map(lambda rows: np.array(rows, np.float32).reshape(-1, 4))


@settings(max_examples=60)
@given(boxes, boxes)
def test_pairwise_iou_is_that_of_core(a, b):
    ours = pairwise_iou(torch.from_numpy(a), torch.from_numpy(b))
    np.testing.assert_allclose(ours.numpy(), iou(a, b), atol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=60)
@given(st.lists(st.tuples(box, box), min_size=1, max_size=6))
def test_a_box_loss_gives_the_iou_of_core_and_punishes_all_that_differs(kind, pairs):
    a, b = (torch.tensor(side, dtype=torch.float32) for side in zip(*pairs, strict=True))
    loss, overlap = box_loss(a, b, kind)
    np.testing.assert_allclose(overlap.numpy(), np.diagonal(iou(a.numpy(), b.numpy())), atol=1e-6)
    assert (loss >= 1 - overlap - 1e-6).all()
    assert torch.equal(loss.abs() < 1e-6, (a == b).all(1))


def test_what_each_kind_adds_by_hand():
    """Of 10 x 20 and 20 x 10 side by side in a box of 30 x 20: IoU 0, centres (15, -5) apart."""
    boxes, truth = torch.tensor([[0.0, 0.0, 10.0, 20.0]]), torch.tensor([[10.0, 0.0, 30.0, 10.0]])
    far = (15**2 + 5**2) / (30**2 + 20**2)
    angle = 4 / math.pi**2 * (math.atan(2) - math.atan(0.5)) ** 2
    expected = {
        "giou": 1 + (600 - 400) / 600,
        "diou": 1 + far,
        "ciou": 1 + far + angle**2 / (1 + angle),
        "eiou": 1 + far + (10 / 30) ** 2 + (10 / 20) ** 2,
    }
    assert {kind: float(box_loss(boxes, truth, kind)[0]) for kind in KINDS} == pytest.approx(expected)


def test_equal_boxes_cost_nothing():
    loss, overlap = box_loss(*2 * [torch.tensor([[3.0, 4.0, 10.0, 20.0]])])
    assert loss.tolist() == [0.0]
    assert overlap.tolist() == [1.0]


@pytest.mark.parametrize("kind", KINDS)
def test_disjoint_boxes_are_drawn_to_each_other(kind):
    far = torch.tensor([[100.0, 100.0, 110.0, 130.0]], requires_grad=True)
    truth = torch.tensor([[0.0, 0.0, 20.0, 20.0]])
    before, _ = box_loss(far, truth, kind)
    before.sum().backward()
    assert (far.grad != 0).all()
    after, _ = box_loss(far.detach() - 100 * far.grad, truth, kind)
    assert after < before


@pytest.mark.parametrize("kind", KINDS)
def test_empty_and_inside_out_boxes_give_finite_numbers(kind):
    empty = torch.zeros(0, 4)
    assert pairwise_iou(empty, torch.ones(3, 4)).shape == (0, 3)
    assert box_loss(empty, empty, kind)[0].shape == (0,)
    odd = torch.tensor([[5.0, 5.0, 5.0, 5.0], [9.0, 9.0, 1.0, 1.0]], requires_grad=True)
    loss, overlap = box_loss(odd, torch.tensor([[5.0, 5.0, 5.0, 5.0], [1.0, 1.0, 9.0, 9.0]]), kind)
    loss.sum().backward()
    assert torch.isfinite(loss).all()
    assert torch.isfinite(odd.grad).all()
    assert overlap.tolist() == [0.0, 0.0]
