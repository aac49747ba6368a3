import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import fx

from facewright.models.ssd import Ssd
from facewright.tasks.detection.head import TERMS
from facewright.tasks.detection.overlap import pairwise_iou
from facewright.tasks.detection.ssd import MATCHED, NEGATIVES_A_FACE, SsdHead, default_boxes, encode, match

SIDE = 128
HEAD = SsdHead(SIDE, Ssd.maps(SIDE))
COUNT = len(HEAD.defaults)
NOTHING = torch.zeros(0, 4)
CORNERS = torch.cat(
    [HEAD.defaults[:, :2] - HEAD.defaults[:, 2:] / 2, HEAD.defaults[:, :2] + HEAD.defaults[:, 2:] / 2], dim=1
)

coordinate = st.floats(0, SIDE - 4, width=32)
length = st.floats(3, SIDE, width=32)
face = st.tuples(coordinate, coordinate, length, length).map(lambda b: [b[0], b[1], b[0] + b[2], b[1] + b[3]])


def raw_of(targets):
    """What a network that is right says."""
    score = torch.where(targets.face > 0, 20.0, -20.0)
    return torch.cat([score[:, None], targets.code], dim=1)


@settings(max_examples=60)
@given(face)
def test_decoding_what_was_encoded_gives_the_face_back(box):
    truth = torch.tensor([box])
    targets = HEAD.targets([truth], [NOTHING])
    assert (targets.faces, targets.lost) == (1, 0)
    numbers = HEAD.decode(raw_of(targets))[0]
    found = numbers[numbers[:, 4] > 0.5, :4]
    assert len(found) >= 1
    torch.testing.assert_close(found, truth.expand_as(found), atol=0.02, rtol=1e-4)


def test_default_boxes_follow_the_networks_order():
    boxes = default_boxes(SIDE, [4, 2])
    assert boxes.shape == (16 + 4, 4)
    assert boxes[:2, :2].tolist() == [[16, 16], [48, 16]]  # along a row first
    assert boxes[16, :2].tolist() == [32, 32]  # then the next map
    assert boxes[16, 2] > boxes[0, 2]
    assert Ssd().eval()(torch.zeros(1, 3, SIDE, SIDE)).shape == (1, 5, COUNT)


@settings(max_examples=30)
@given(st.lists(face, min_size=1, max_size=5))
def test_every_default_box_that_overlaps_a_face_enough_answers_for_it_and_no_other(boxes):
    truth = torch.tensor(boxes)
    answers = match(truth, HEAD.defaults)
    overlap = pairwise_iou(CORNERS, truth)
    favourites = set(overlap.argmax(0).tolist())
    for place in range(COUNT):
        best = float(overlap[place].max())
        if place in favourites:
            assert answers[place] >= 0
        elif best < MATCHED - 0.001:
            assert answers[place] == -1
        elif best > MATCHED + 0.001:
            assert overlap[place, answers[place]] == pytest.approx(best)


def test_a_face_too_small_for_any_default_box_gets_the_nearest():
    answers = match(torch.tensor([[62.0, 62, 65, 65]]), HEAD.defaults)
    assert (answers >= 0).sum() == 1


def test_two_faces_in_one_place_lose_one():
    twice = torch.tensor([[58.5, 58.5, 61.5, 61.5], [58, 58, 62, 62]])  # in the middle of a cell
    targets = HEAD.targets([twice], [NOTHING])
    assert (targets.faces, targets.lost) == (2, 1)


def test_the_right_answer_costs_nothing_and_every_term_counts():
    targets = HEAD.targets([torch.tensor([[20.0, 20, 60, 70]]), NOTHING], [NOTHING, NOTHING])
    right = HEAD.loss(raw_of(targets), targets)
    assert tuple(right) == TERMS
    assert all(term < 1e-6 for term in right.values())
    raw = torch.randn(2, 5, COUNT, generator=torch.Generator().manual_seed(0)).requires_grad_()
    wrong = HEAD.loss(raw, targets)
    assert all(torch.isfinite(term) and term > 0 for term in wrong.values())
    sum(wrong.values()).backward()
    assert not raw.grad[1, 1:].any()


def test_only_the_hardest_places_without_a_face_are_taught():
    targets = HEAD.targets([torch.tensor([[20.0, 20, 60, 70]])], [NOTHING])
    raw = torch.randn(1, 5, COUNT, generator=torch.Generator().manual_seed(0)).requires_grad_()
    HEAD.loss(raw, targets)["no_object"].backward()
    taught = raw.grad[0, 0] != 0
    assert taught.sum() == max(NEGATIVES_A_FACE * int(targets.face.sum()), 12)
    others = (targets.face[0] == 0) & ~taught
    assert raw[0, 0, taught].min() >= raw[0, 0, others].max()


def test_places_of_which_nothing_is_known_teach_nothing():
    raw = torch.zeros(1, 5, COUNT, requires_grad=True)
    targets = HEAD.targets([NOTHING], [torch.tensor([[0.0, 0, SIDE, SIDE]])])
    terms = HEAD.loss(raw, targets)
    assert terms["no_object"] == 0
    assert not targets.known.any()


def test_decoding_can_be_traced():
    raw = torch.randn(2, 5, COUNT, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(fx.symbolic_trace(HEAD.decode)(raw), HEAD.decode(raw))


def test_code_is_of_order_one_for_a_face_like_its_default_box():
    assert encode(CORNERS[:1], HEAD.defaults[:1]).abs().max() < 1e-5
