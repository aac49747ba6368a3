"""The reference network has the size and the shapes that its author gives."""

import pytest
import torch

from facewright.models.resnet15 import ResNet15


@pytest.mark.parametrize(("outputs", "parameters"), [(15, 31_570_447), (40, 31_576_872)])
def test_parameters_as_described(outputs, parameters):
    with torch.device("meta"):
        network = ResNet15(outputs)
    assert sum(p.numel() for p in network.parameters()) == parameters


def test_a_crop_gives_a_logit_an_attribute_and_all_convolutions_learn():
    network = ResNet15(3)
    pixels = torch.randint(0, 256, (2, 3, 80, 80)).float()
    logits = network(pixels)
    assert logits.shape == (2, 3)
    logits.square().sum().backward()
    weights = [m.weight for m in network.modules() if isinstance(m, torch.nn.Conv2d | torch.nn.Linear)]
    assert len(weights) == 12 + 3
    assert all(w.grad is not None and w.grad.abs().sum() > 0 for w in weights)
