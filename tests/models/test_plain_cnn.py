"""The plain reference has the size that is said of it, and all of it learns."""

import torch

from facewright.models.plain_cnn import PlainCNN


def test_a_crop_gives_a_logit_an_attribute_and_every_weight_learns():
    network = PlainCNN(40)
    assert sum(p.numel() for p in network.parameters()) == 1_070_568
    logits = network(torch.rand(4, 3, 80, 80) * 255)
    assert logits.shape == (4, 40) and 0.05 < logits.std() < 5
    logits.square().sum().backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in network.parameters())
