"""Losses against numbers worked out by hand."""

import math

import pytest
import torch

from facewright.tasks.attributes.loss import attribute_loss, positive_weights

LOGITS = torch.tensor([[0.0, 2.0], [-1.0, 0.0]])


def sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def test_cross_entropy_of_what_is_known():
    labels = torch.tensor([[1, 0], [-1, 1]], dtype=torch.int8)
    expected = (math.log(2) - math.log(1 - sigmoid(2)) + math.log(2)) / 3
    assert attribute_loss(LOGITS, labels).item() == pytest.approx(expected)


def test_a_yes_counts_its_weight():
    labels = torch.tensor([[1, 0], [0, 1]], dtype=torch.int8)
    losses = [math.log(2), -math.log(1 - sigmoid(2)), -math.log(1 - sigmoid(-1)), math.log(2)]
    expected = (3 * losses[0] + losses[1] + losses[2] + 5 * losses[3]) / 4
    weighted = attribute_loss(LOGITS, labels, positive=torch.tensor([3.0, 5.0]))
    assert weighted.item() == pytest.approx(expected)


def test_focal_weighs_down_what_is_right_already():
    labels = torch.tensor([[1, 0]], dtype=torch.int8)
    p = sigmoid(2)
    expected = (0.5**2 * math.log(2) + p**2 * -math.log(1 - p)) / 2
    assert attribute_loss(LOGITS[:1], labels, kind="focal").item() == pytest.approx(expected)


def test_asymmetric_weighs_down_only_a_no():
    labels = torch.tensor([[1, 0]], dtype=torch.int8)
    p = sigmoid(2) - 0.05
    expected = (math.log(2) + p**4 * -math.log(1 - p)) / 2
    assert attribute_loss(LOGITS[:1], labels, kind="asymmetric", gamma=4).item() == pytest.approx(expected)
    settled = attribute_loss(torch.tensor([[-4.0]]), torch.tensor([[0]]), kind="asymmetric")
    assert settled.item() == 0  # below the margin


@pytest.mark.parametrize("gamma", [0.0, 0.5, 2.0])
@pytest.mark.parametrize("kind", ["bce", "focal", "asymmetric"])
def test_extreme_logits_and_nothing_known_stay_finite(kind, gamma):
    logits = torch.tensor([[200.0, -200.0, 200.0, -200.0]], requires_grad=True)
    loss = attribute_loss(logits, torch.tensor([[0, 1, 1, 0]]), kind=kind, gamma=gamma)
    loss.backward()
    assert torch.isfinite(loss) and torch.isfinite(logits.grad).all()
    assert attribute_loss(logits.detach(), torch.full((1, 4), -1), kind=kind).item() == 0


@pytest.mark.parametrize("kind", ["bce", "focal", "asymmetric"])
def test_a_label_between_no_and_yes_counts_as_both(kind):
    logits, weights = torch.tensor([[0.4, -1.3]]), torch.tensor([3.0, 1.0])
    of = [
        attribute_loss(logits, torch.full((1, 2), value), kind=kind, positive=weights).item()
        for value in (0.0, 0.3, 1.0)
    ]
    assert of[1] == pytest.approx(0.7 * of[0] + 0.3 * of[2], rel=1e-5)


def test_smoothing_moves_every_known_label_towards_one_half():
    labels = torch.tensor([[1.0, 0.0], [-1.0, 0.5]])
    smoothed = torch.tensor([[0.9, 0.1], [-1.0, 0.5]])
    expected = attribute_loss(LOGITS, smoothed).item()
    assert attribute_loss(LOGITS, labels, smoothing=0.2).item() == pytest.approx(expected)


def test_positive_weights_follow_from_how_often_pictures_are_drawn():
    labels = torch.tensor([[1, 0, -1], [0, 0, 1], [0, 0, 0], [-1, 0, 0]], dtype=torch.int8)
    even = torch.ones(4)
    assert positive_weights(labels, even, 1.0).tolist() == [2, 1, 2]
    assert positive_weights(labels, even, 0.5).tolist() == pytest.approx([2**0.5, 1, 2**0.5])
    assert positive_weights(labels, torch.tensor([4.0, 1, 1, 1]), 1.0).tolist() == [0.5, 1, 2]
    assert positive_weights(labels, even, 0.0).tolist() == [1, 1, 1]
