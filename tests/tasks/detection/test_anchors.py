import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import fx

from facewright.tasks.detection.anchors import AnchorHead, assign
from facewright.tasks.detection.head import TERMS

SIDE, CELLS = 96, 3
ANCHORS = [(10.0, 12.0), (25.0, 30.0), (60.0, 60.0)]
HEAD = AnchorHead(SIDE, CELLS, ANCHORS)
PLACES = len(ANCHORS) * CELLS * CELLS
NOTHING = torch.zeros(0, 4)

middle = st.floats(1, SIDE - 1, width=32)
length = st.floats(4, SIDE, width=32)
face = st.tuples(middle, middle, length, length).map(
    lambda b: [b[0] - b[2] / 2, b[1] - b[3] / 2, b[0] + b[2] / 2, b[1] + b[3] / 2]
)


def raw_of(boxes, places):
    """What a network that is right says: written down from the paper's formulas, not from the decoder."""
    raw = torch.zeros(5, len(ANCHORS), CELLS, CELLS)
    raw[4] = -20
    for (x0, y0, x1, y1), place in zip(boxes.tolist(), places.tolist(), strict=True):
        anchor, cell = divmod(place, CELLS * CELLS)
        row, column = divmod(cell, CELLS)
        inside = torch.tensor([(x0 + x1) / 2 * CELLS / SIDE - column, (y0 + y1) / 2 * CELLS / SIDE - row])
        width, height = ANCHORS[anchor]
        size = torch.tensor([(x1 - x0) / width, (y1 - y0) / height]).log()
        raw[:, anchor, row, column] = torch.cat(
            [inside.clamp(1e-6, 1 - 1e-6).logit(), size, torch.tensor([20.0])]
        )
    return raw.reshape(1, -1, CELLS * CELLS)


@settings(max_examples=60)
@given(st.lists(face, min_size=1, max_size=4))
def test_decoding_what_was_encoded_gives_the_faces_back(boxes):
    targets = HEAD.targets([torch.tensor(boxes)], [NOTHING])
    assert targets.faces == len(boxes)
    assert targets.lost == len(boxes) - len(targets.boxes[0])
    numbers = HEAD.decode(raw_of(targets.boxes[0], targets.places[0]))[0]
    assert (numbers[:, 4] > 0.5).sum() == len(targets.boxes[0])
    torch.testing.assert_close(numbers[targets.places[0], :4], targets.boxes[0], atol=0.01, rtol=1e-3)


@settings(max_examples=30)
@given(st.lists(face, min_size=1, max_size=4))
def test_a_network_that_is_right_has_no_loss(boxes):
    targets = HEAD.targets([torch.tensor(boxes)], [NOTHING])
    loss = HEAD.loss(raw_of(targets.boxes[0], targets.places[0]), targets)
    assert tuple(loss) == TERMS
    assert all(term < 0.02 for term in loss.values())


def test_a_face_gets_its_cell_and_the_anchor_that_fits():
    boxes = torch.tensor([[59.0, 3, 71, 17], [0, 60, 34, 96]])  # centres in row 0, column 2; row 2, column 0
    assert assign(boxes, SIDE, CELLS, HEAD.anchors).tolist() == [2, 9 + 6]


def test_faces_of_one_cell_share_its_anchors_until_there_are_none():
    box = torch.tensor([[40.0, 40, 52, 54]])
    boxes = torch.cat([box, box + 1, box - 1, box + 0.5])
    places = assign(boxes, SIDE, CELLS, HEAD.anchors)
    assert sorted(places.tolist()) == [-1, 4, 9 + 4, 18 + 4]
    targets = HEAD.targets([boxes, NOTHING], [NOTHING, NOTHING])
    assert (targets.faces, targets.lost) == (4, 1)


def test_a_box_beside_its_face_is_drawn_towards_it():
    targets = HEAD.targets([torch.tensor([[20.0, 20, 30, 30]])], [NOTHING])
    raw = torch.zeros(1, 15, CELLS * CELLS)
    raw[0, :6] = -2.0  # all boxes lie in the upper left of their cells and do not reach the face
    raw.requires_grad_()
    HEAD.loss(raw, targets)["coordinates"].backward()
    assert raw.grad is not None
    moved = raw.grad.reshape(5, PLACES)[:, targets.places[0]].squeeze(1)
    assert (moved[:2] < -0.01).all()  # a step against the gradient leads to the right and down
    assert moved[4] == 0
    others = raw.grad.reshape(5, PLACES)
    others[:, targets.places[0]] = 0
    assert not others.any()  # coordinates are taught where there is a face only


def test_confidence_is_taught_to_be_the_iou():
    targets = HEAD.targets([torch.tensor([[10.0, 9, 22, 23]])], [NOTHING])
    raw = raw_of(torch.tensor([[10.0, 9, 22, 16]]), targets.places[0])  # half of the face

    def confidence(score):
        changed = raw.clone().reshape(5, PLACES)
        changed[4, targets.places[0]] = torch.tensor(score).logit()
        return HEAD.loss(changed.reshape(1, 15, -1), targets)["confidence"]

    assert confidence(0.5) < confidence(0.4)
    assert confidence(0.5) < confidence(0.6)


def test_nothing_is_taught_where_nothing_is_known():
    everywhere = torch.tensor([[0.0, 0, SIDE, SIDE]])
    sure = torch.full((1, 15, CELLS * CELLS), 3.0)
    assert HEAD.loss(sure, HEAD.targets([NOTHING], [everywhere]))["no_object"] == 0
    assert HEAD.loss(sure, HEAD.targets([NOTHING], [NOTHING]))["no_object"] > 1


def test_a_box_that_fits_well_is_not_taught_to_be_none():
    targets = HEAD.targets([torch.tensor([[33.0, 33, 58, 63]])], [NOTHING])
    own = int(targets.places[0])
    raw = raw_of(targets.boxes[0], targets.places[0]).reshape(5, PLACES)
    other = own + 9  # the larger anchor of the same cell says the same box
    raw[:2, other] = raw[:2, own]
    raw[2:4, other] = torch.tensor([25 / 60, 30 / 60]).log()
    raw[4, other] = 20
    assert HEAD.loss(raw.reshape(1, 15, -1), targets)["no_object"] < 0.01
    raw[2:4, other] = 0
    assert HEAD.loss(raw.reshape(1, 15, -1), targets)["no_object"] > 10


def test_a_box_that_fits_a_face_without_a_place_is_not_taught_to_be_none():
    head = AnchorHead(SIDE, CELLS, [(25.0, 30.0)])
    targets = head.targets([torch.tensor([[20.0, 20, 60, 60], [57, 41, 69, 55]])], [NOTHING])
    assert targets.lost == 1  # the smaller one: the only anchor of their cell is taken
    raw = torch.full((5, CELLS * CELLS), -20.0)
    # the cell to the right says the small face, but for a pixel
    raw[:, 5] = torch.tensor([-20, 0, math.log(12 / 25), math.log(14 / 30), 20])
    assert head.loss(raw[None], targets)["no_object"] < 0.01


@pytest.mark.parametrize("batch", [1, 3])
def test_decoding_can_be_traced(batch):
    raw = torch.randn(batch, 15, CELLS * CELLS)
    decoded = HEAD.decode(raw)
    assert decoded.shape == (batch, PLACES, 5)
    torch.testing.assert_close(fx.symbolic_trace(HEAD.decode)(raw), decoded)
