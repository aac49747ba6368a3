from typing import get_args

import pytest
import torch

from facewright.tasks.detection.assign import Assignment
from facewright.tasks.detection.coding import encode
from facewright.tasks.detection.loss import TERMS, Truth, detection_loss, known
from facewright.tasks.detection.points import points
from facewright.transforms.place import MIRROR

SIDE = 128
WHERE = points(SIDE, SIDE)
NONE = torch.zeros(0, 4)


def marks_in(boxes):
    """Five landmarks in each box, uneven, so that a flip shows."""
    place = torch.tensor([[0.3, 0.4], [0.7, 0.42], [0.5, 0.6], [0.35, 0.8], [0.66, 0.78]])
    return boxes[:, None, :2] + place * (boxes[:, None, 2:] - boxes[:, None, :2])


def truth(*boxes, ignore=NONE, landmarks=True):
    faces = torch.tensor(boxes).reshape(-1, 4).float()
    marks = marks_in(faces) if landmarks else torch.full((len(faces), 5, 2), torch.nan)
    return Truth(faces, marks, torch.as_tensor(ignore).reshape(-1, 4).float())


def random_raw(count=1, seed=0):
    return torch.randn(count, len(WHERE), 15, generator=torch.Generator().manual_seed(seed)) * 0.5


FACES = ([20, 30, 52, 70], [80, 60, 120, 118])


def test_every_term_is_finite_positive_and_gives_a_gradient():
    raw = random_raw(2).requires_grad_()
    terms = detection_loss(raw, [truth(*FACES), truth([2, 2, 14, 15])], WHERE)
    assert tuple(terms) == TERMS
    assert all(term.ndim == 0 and torch.isfinite(term) and term > 0 for term in terms.values())
    sum(terms.values()).backward()
    assert torch.isfinite(raw.grad).all()
    assert raw.grad.abs().sum((0, 1)).all()


@pytest.mark.parametrize("assignment", get_args(Assignment))
def test_other_kinds_reach_their_terms(assignment):
    raw, truths = random_raw(2), [truth(*FACES), truth([2, 2, 14, 15])]
    terms = detection_loss(raw, truths, WHERE, assignment=assignment)
    score = detection_loss(raw, truths, WHERE, assignment=assignment, score_kind="focal")
    box = detection_loss(raw, truths, WHERE, assignment=assignment, box_kind="giou")
    assert [score[name] == terms[name] for name in TERMS] == [False, True, True]
    assert [box[name] == terms[name] for name in TERMS] == [True, False, True]


def test_by_place_the_faces_of_one_canvas_are_not_given_to_another():
    together = detection_loss(random_raw(2), [truth(*FACES), truth()], WHERE, assignment="nearest")
    alone = detection_loss(random_raw(2)[:1], [truth(*FACES)], WHERE, assignment="nearest")
    assert float(together["box"]) == pytest.approx(float(alone["box"]))


def test_no_face_leaves_the_score_alone():
    raw = random_raw(2).requires_grad_()
    terms = detection_loss(raw, [truth(), truth()], WHERE)
    assert terms["score"] > 0
    assert terms["box"] == terms["landmarks"] == 0
    sum(terms.values()).backward()
    assert raw.grad[..., 0].all()
    assert not raw.grad[..., 1:].any()


def test_perfect_answers_cost_nearly_nothing_and_wrong_ones_much():
    (box,) = boxes = torch.tensor([[20.0, 30, 52, 70]])
    raw = torch.full((1, len(WHERE), 15), -12.0)
    raw[0, :, 1:] = encode(box.expand(len(WHERE), 4), marks_in(boxes).expand(len(WHERE), 5, 2), WHERE)
    at = ((WHERE[:, :2] - (box[:2] + box[2:]) / 2).abs().amax(1) < 10) & (WHERE[:, 2] == 8)
    raw[0, at, 0] = 12.0
    terms = detection_loss(raw, [truth(*boxes.tolist())], WHERE)
    wrong = detection_loss(random_raw(), [truth(*boxes.tolist())], WHERE)
    for name in ("box", "landmarks"):
        assert float(terms[name]) == pytest.approx(0, abs=1e-4)
        assert wrong[name] > 0.1


def test_without_landmarks_that_term_is_zero_and_silent():
    raw = random_raw().requires_grad_()
    terms = detection_loss(raw, [truth(*FACES, landmarks=False)], WHERE)
    assert terms["landmarks"] == 0
    sum(terms.values()).backward()
    assert not raw.grad[..., 5:].any()
    assert torch.isfinite(raw.grad).all()


def test_faces_without_landmarks_do_not_thin_out_those_with():
    with_marks, without = truth(FACES[0]), truth(FACES[1], landmarks=False)
    both = Truth(*(torch.cat(parts) for parts in zip(with_marks, without, strict=True)))
    alone = detection_loss(random_raw(), [with_marks], WHERE)["landmarks"]
    assert float(detection_loss(random_raw(), [both], WHERE)["landmarks"]) == pytest.approx(float(alone))


def test_ignored_regions_teach_nothing():
    region = [60, 0, 128, 128]
    raw = random_raw().requires_grad_()
    detection_loss(raw, [truth([8, 40, 40, 80], ignore=[region])], WHERE)["score"].backward()
    inside = WHERE[:, 0] >= 60
    assert not raw.grad[0, inside, 0].any()
    assert raw.grad[0, ~inside, 0].all()


def test_a_face_that_is_annotated_in_an_ignored_region_is_learnt_with_what_is_around_it():
    raw = random_raw().requires_grad_()
    face = [70, 50, 100, 90]
    terms = detection_loss(raw, [truth(face, ignore=[[0, 0, 128, 128]])], WHERE)
    sum(terms.values()).backward()
    x, y = WHERE[:, 0], WHERE[:, 1]
    around = (x >= 62.5) & (x <= 107.5) & (y >= 40) & (y <= 100)  # one and a half times the box
    learnt = raw.grad[0, :, 0] != 0
    assert learnt[around].all()
    assert raw.grad[0, :, 1:].any()
    assert not learnt[~around & ~raw.grad[0, :, 1:].any(1)].any()


def test_known_is_all_ones_without_ignored_regions():
    faces, all_of_it = torch.tensor(FACES).float(), torch.tensor([[0.0, 0.0, SIDE, SIDE]])
    assert known(WHERE, faces, torch.zeros(0, 4)).tolist() == [1.0] * len(WHERE)
    assert known(WHERE, torch.zeros(0, 4), all_of_it).tolist() == [0.0] * len(WHERE)


def test_a_mirrored_picture_costs_the_same():
    def mirrored_boxes(boxes):
        return torch.stack([SIDE - boxes[:, 2], boxes[:, 1], SIDE - boxes[:, 0], boxes[:, 3]], 1)

    t = truth(*FACES, ignore=[[0, 90, 40, 128]])
    marks = t.landmarks[:, MIRROR].clone()
    marks[..., 0] = SIDE - marks[..., 0]
    flipped = Truth(mirrored_boxes(t.boxes), marks, mirrored_boxes(t.ignore))

    raw = random_raw()
    opposite = torch.tensor([SIDE, 0.0, 0.0]) + WHERE * torch.tensor([-1.0, 1.0, 1.0])
    order = [int((p == WHERE).all(1).nonzero()) for p in opposite]
    other = raw[:, order].clone()
    other[..., 1] *= -1
    offsets = other[..., 5:].unflatten(-1, (5, 2))[..., MIRROR, :].clone()
    offsets[..., 0] *= -1
    other[..., 5:] = offsets.flatten(-2)

    here, there = detection_loss(raw, [t], WHERE), detection_loss(other, [flipped], WHERE)
    for name in TERMS:
        assert float(here[name]) == pytest.approx(float(there[name]), rel=1e-4)


def test_the_order_of_the_faces_does_not_matter():
    here = detection_loss(random_raw(), [truth(*FACES)], WHERE)
    there = detection_loss(random_raw(), [truth(*FACES[::-1])], WHERE)
    for name in TERMS:
        assert float(here[name]) == pytest.approx(float(there[name]), rel=1e-5)
