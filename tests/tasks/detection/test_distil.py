import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from facewright.core.errors import RecipeError
from facewright.tasks.detection.coding import encode
from facewright.tasks.detection.distil import SURE, TEACHER_TERMS, distillation_loss
from facewright.tasks.detection.points import points

SIDE = 64
WHERE = points(SIDE, SIDE)


def answers(count=2, seed=0, score=0.0):
    raw = torch.randn(count, len(WHERE), 15, generator=torch.Generator().manual_seed(seed)) * 0.5
    raw[..., 0] += score
    return raw


@given(st.integers(0, 2**16), st.floats(-6, 6))
def test_a_student_that_answers_as_its_teacher_learns_nothing(seed, score):
    raw = answers(seed=seed, score=score).requires_grad_()
    terms = distillation_loss(raw, raw.detach().clone(), WHERE)
    assert tuple(terms) == TEACHER_TERMS
    for term in terms.values():
        assert term.item() == pytest.approx(0, abs=1e-5)
    sum(terms.values()).backward()
    assert raw.grad[..., 0].abs().max().item() < 1e-5


def test_every_term_teaches_the_student_and_only_the_student():
    raw, taught = answers().requires_grad_(), answers(seed=1, score=1.0).requires_grad_()
    terms = distillation_loss(raw, taught, WHERE)
    assert all(term.ndim == 0 and torch.isfinite(term) and term > 0 for term in terms.values())
    sum(terms.values()).backward()
    assert taught.grad is None
    sure = taught[..., 0].sigmoid() > SURE
    assert raw.grad[..., 0].all()
    assert raw.grad[..., 1:][sure].any() and not raw.grad[..., 1:][~sure].any()


def test_a_step_down_the_gradient_brings_the_student_nearer():
    raw, taught = answers().requires_grad_(), answers(seed=1, score=1.0)
    before = distillation_loss(raw, taught, WHERE)
    for name, term in before.items():
        (gradient,) = torch.autograd.grad(term, raw, retain_graph=True)
        after = distillation_loss(raw.detach() - 0.1 * gradient / gradient.norm(), taught, WHERE)
        assert after[name] < term


def test_where_the_teacher_sees_nothing_boxes_are_not_learnt():
    raw = answers().requires_grad_()
    terms = distillation_loss(raw, answers(seed=1, score=-9.0), WHERE)
    assert terms["teacher_box"] == terms["teacher_landmarks"] == 0
    assert terms["teacher_score"] > 0
    sum(terms.values()).backward()
    assert torch.isfinite(raw.grad).all()


def test_what_the_teacher_is_surer_of_counts_more():
    boxes = torch.tensor([[4.0, 4, 36, 36]]).expand(len(WHERE), 4)
    marks = boxes[:, None, :2].expand(-1, 5, 2) + 9.0
    taught = torch.full((1, len(WHERE), 15), -9.0)
    taught[0, :, 1:] = encode(boxes, marks, WHERE)
    taught[0, [0, 1], 0] = torch.tensor([3.0, 0.0])  # probabilities .953 and .5
    raw = taught.clone().requires_grad_()
    wrong = taught.clone()
    wrong[0, [0, 1], 1] += 0.25
    (gradient,) = torch.autograd.grad(distillation_loss(raw, wrong, WHERE)["teacher_box"], raw)
    sure, doubtful = gradient[0, :2, 1].abs().tolist()
    assert sure / doubtful == pytest.approx(torch.sigmoid(torch.tensor(3.0)).item() / 0.5, rel=1e-3)


def test_the_number_of_canvases_does_not_change_what_each_is_worth():
    raw, taught = answers(1), answers(1, seed=1, score=1.0)
    one = distillation_loss(raw, taught, WHERE)
    three = distillation_loss(raw.expand(3, -1, -1), taught.expand(3, -1, -1), WHERE)
    for name in TEACHER_TERMS:
        assert float(three[name]) == pytest.approx(float(one[name]), rel=1e-4)


def test_a_teacher_of_other_points_is_refused():
    with pytest.raises(RecipeError, match=r"it answers at 80 points .* its student at 84; .* strides"):
        distillation_loss(answers(1)[:, :84], answers(1)[:, :80], WHERE[:84])
