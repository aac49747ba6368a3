import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from facewright.core.boxes import iou
from facewright.tasks.detection.overlap import eiou_loss, pairwise_iou

corner, length = st.integers(-40, 40), st.integers(1, 60)
box = st.builds(lambda x, y, w, h: [x, y, x + w, y + h], corner, corner, length, length)
boxes = st.lists(box, max_size=6).map(lambda rows: np.array(rows, np.float32).reshape(-1, 4))


@settings(max_examples=60)
@given(boxes, boxes)
def test_pairwise_iou_is_that_of_core(a, b):
    ours = pairwise_iou(torch.from_numpy(a), torch.from_numpy(b))
    np.testing.assert_allclose(ours.numpy(), iou(a, b), atol=1e-6)


@settings(max_examples=60)
@given(st.lists(st.tuples(box, box), min_size=1, max_size=6))
def test_eiou_gives_the_iou_of_core_and_punishes_all_that_differs(pairs):
    a, b = (torch.tensor(side, dtype=torch.float32) for side in zip(*pairs, strict=True))
    loss, overlap = eiou_loss(a, b)
    np.testing.assert_allclose(overlap.numpy(), np.diagonal(iou(a.numpy(), b.numpy())), atol=1e-6)
    assert (loss >= 1 - overlap).all()
    assert torch.equal(loss == 0, (a == b).all(1))


def test_equal_boxes_cost_nothing():
    loss, overlap = eiou_loss(*2 * [torch.tensor([[3.0, 4.0, 10.0, 20.0]])])
    assert loss.tolist() == [0.0]
    assert overlap.tolist() == [1.0]


def test_disjoint_boxes_are_drawn_to_each_other():
    far = torch.tensor([[100.0, 100.0, 110.0, 130.0]], requires_grad=True)
    truth = torch.tensor([[0.0, 0.0, 20.0, 20.0]])
    before, _ = eiou_loss(far, truth)
    before.sum().backward()
    assert (far.grad != 0).all()
    after, _ = eiou_loss(far.detach() - 100 * far.grad, truth)
    assert after < before


def test_empty_and_inside_out_boxes_give_finite_numbers():
    empty = torch.zeros(0, 4)
    assert pairwise_iou(empty, torch.ones(3, 4)).shape == (0, 3)
    assert eiou_loss(empty, empty)[0].shape == (0,)
    odd = torch.tensor([[5.0, 5.0, 5.0, 5.0], [9.0, 9.0, 1.0, 1.0]], requires_grad=True)
    loss, overlap = eiou_loss(odd, torch.tensor([[5.0, 5.0, 5.0, 5.0], [1.0, 1.0, 9.0, 9.0]]))
    loss.sum().backward()
    assert torch.isfinite(loss).all()
    assert torch.isfinite(odd.grad).all()
    assert overlap.tolist() == [0.0, 0.0]
