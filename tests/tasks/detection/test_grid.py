import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import fx

from facewright.core.boxes import iou
from facewright.tasks.detection.grid import GridHead, encode
from facewright.tasks.detection.head import TERMS

SIDE = 480
NOTHING = torch.zeros(0, 4)


@st.composite
def scattered(draw):
    """S, and faces whose centres lie in different cells."""
    cells = draw(st.sampled_from([5, 10, 15]))
    places = draw(st.lists(st.integers(0, cells**2 - 1), min_size=1, max_size=8, unique=True))
    share = st.floats(0.02, 0.98)
    faces = []
    for place in places:
        x, y = ((i + draw(share)) * SIDE / cells for i in (place % cells, place // cells))
        width, height = (draw(st.floats(2, SIDE - 2)) for _ in range(2))
        faces.append([x - width / 2, y - height / 2, x + width / 2, y + height / 2])
    return cells, torch.tensor(faces)


def said(targets):
    """The logits of a network that says exactly what is wanted; "nothing here" everywhere else."""
    return torch.logit(targets.maps)


def decoded(head, targets):
    numbers = head.decode(said(targets))[0]
    return numbers[numbers[:, 4] > 0.5, :4]


@settings(max_examples=60)
@given(scattered())
def test_decoding_what_was_encoded_gives_the_faces_back(case):
    cells, faces = case
    head = GridHead(SIDE, cells)
    targets = head.targets([faces], [NOTHING])
    assert (targets.faces, targets.lost) == (len(faces), 0)
    found = decoded(head, targets)
    assert len(found) == len(faces)
    overlap = torch.from_numpy(iou(found.numpy(), faces.numpy()))
    matched = found[overlap.argmax(0)]
    torch.testing.assert_close(matched, faces, atol=0.05, rtol=1e-3)


@settings(max_examples=60)
@given(scattered())
def test_the_described_faults_misplace_every_face_that_does_not_lie_on_its_cells_diagonal(case):
    cells, faces = case
    head = GridHead(SIDE, cells, described_faults=True)
    found = decoded(head, head.targets([faces], [NOTHING]))
    centre, wrong = ((b[:, :2] + b[:, 2:]) / 2 for b in (faces, found))
    stride = SIDE / cells
    corner = (centre / stride).floor() * stride
    expected = corner + (centre - corner).flip(1)  # the right cell, the place in it swapped
    apart = torch.cdist(expected, wrong)
    assert apart.amin(1).max() < 0.1
    off_diagonal = (centre - corner).diff(dim=1).abs().squeeze(1) > 1
    if off_diagonal.any():
        assert torch.cdist(centre[off_diagonal], expected[off_diagonal]).diagonal().min() > 1


def test_the_faults_transpose_the_targets():
    face = torch.tensor([[300.0, 20, 340, 60]])  # right, above: column 6, row 0 of 10
    assert encode(face, SIDE, 10)[0].argmax() == 6
    assert encode(face, SIDE, 10, described_faults=True)[0].argmax() == 60


def test_the_row_is_of_y_and_the_offsets_come_in_order():
    target = encode(torch.tensor([[300.0, 100, 340, 172]]), SIDE, 10)
    cell = 2 * 10 + 6  # centre 320, 136; cells of 48
    expected = torch.tensor([1, 320 / 48 - 6, 136 / 48 - 2, (40 / 480) ** 0.5, (72 / 480) ** 0.5])
    torch.testing.assert_close(target[:, cell], expected)
    assert target.sum(0).nonzero().tolist() == [[cell]]


@pytest.mark.parametrize("order", [[0, 1, 2], [2, 1, 0], [1, 2, 0]])
def test_the_largest_of_several_faces_keeps_the_cell_and_the_others_are_counted(order):
    faces = torch.tensor([[10.0, 10, 30, 30], [0, 0, 44, 44], [20, 20, 26, 26]])[order]
    targets = GridHead(SIDE, 10).targets([faces, NOTHING], [NOTHING, NOTHING])
    assert (targets.faces, targets.lost) == (3, 2)
    torch.testing.assert_close(targets.maps[0, 3:, 0], torch.full((2,), (44 / 480) ** 0.5))


def test_a_face_at_the_far_border_stays_in_the_last_cell():
    target = encode(torch.tensor([[470.0, 470, 490, 490]]), SIDE, 10)
    assert target[:3, 99].tolist() == [1, 1, 1]


def test_the_right_answer_costs_nothing_and_every_term_counts():
    faces = torch.tensor([[100.0, 100, 180, 200], [300, 50, 340, 90]])
    head = GridHead(SIDE, 10)
    targets = head.targets([faces, NOTHING], [NOTHING, NOTHING])
    right = head.loss(said(targets), targets)
    assert tuple(right) == TERMS
    assert all(term < 1e-9 for term in right.values())
    raw = torch.zeros(2, 5, 100, requires_grad=True)
    wrong = head.loss(raw, targets)
    assert wrong["confidence"].item() == pytest.approx(2 * 0.25 / 2)
    assert wrong["no_object"].item() == pytest.approx(198 * 0.25 / 2)
    sum(wrong.values()).backward()
    assert raw.grad[:, 0].all()
    assert not raw.grad[1, 1:].any()  # boxes are taught where there are faces only


def test_cells_of_which_nothing_is_known_teach_nothing():
    head = GridHead(SIDE, 10)
    region = torch.tensor([[240.0, 0, 480, 480]])
    raw = torch.zeros(1, 5, 100, requires_grad=True)
    head.loss(raw, head.targets([NOTHING], [region]))["no_object"].backward()
    taught = raw.grad[0, 0].reshape(10, 10) != 0
    assert taught[:, :5].all()
    assert not taught[:, 5:].any()


def test_with_the_faults_the_same_part_of_the_picture_is_ignored():
    head = GridHead(SIDE, 10, described_faults=True)
    known = head.targets([NOTHING], [torch.tensor([[240.0, 0, 480, 480]])]).known[0].reshape(10, 10)
    assert known[:5].all()  # [x][y]: the left half is the upper half of the map
    assert not known[5:].any()


@pytest.mark.parametrize("faults", [False, True])
def test_decoding_can_be_traced(faults):
    head = GridHead(SIDE, 15, faults)
    raw = torch.from_numpy(np.random.default_rng(0).normal(size=(2, 5, 225)).astype(np.float32))
    torch.testing.assert_close(fx.symbolic_trace(head.decode)(raw), head.decode(raw))
