import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from facewright.tasks.attributes.distil import distillation_loss


@given(st.lists(st.floats(-30, 30), min_size=1, max_size=6))
def test_a_student_that_answers_as_it_is_taught_learns_nothing(values):
    logits = torch.tensor([values]).requires_grad_()
    loss = distillation_loss(logits, torch.sigmoid(logits))
    loss.backward()
    assert loss.item() == pytest.approx(0, abs=1e-5)
    assert logits.grad.abs().max() < 1e-6


def test_its_gradient_is_that_of_cross_entropy_and_reaches_the_student_only():
    logits = torch.tensor([[0.3, -2.0], [5.0, 0.0]]).requires_grad_()
    taught = torch.tensor([[0.9, 0.0], [1.0, 0.4]]).requires_grad_()
    loss = distillation_loss(logits, taught)
    loss.backward()
    assert taught.grad is None
    assert torch.allclose(logits.grad, (torch.sigmoid(logits) - taught).detach() / 4, atol=1e-6)
    p = torch.sigmoid(torch.tensor(0.3))
    by_hand = 0.9 * torch.log(0.9 / p) + 0.1 * torch.log(0.1 / (1 - p))
    assert distillation_loss(logits[:1, :1], taught[:1, :1]).item() == pytest.approx(by_hand.item(), rel=1e-5)


def test_a_sure_teacher_and_extreme_students_stay_finite():
    logits = torch.tensor([[200.0, -200.0, 200.0, 0.0]]).requires_grad_()
    loss = distillation_loss(logits, torch.tensor([[0.0, 1.0, 1.0, 1.0]]))
    loss.backward()
    assert torch.isfinite(loss) and torch.isfinite(logits.grad).all()
