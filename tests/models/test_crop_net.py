"""Crops of any side in, logits out, in few parameters."""

import pytest
import torch
from torch import fx

from facewright.models.crop_net import CropNet


@pytest.mark.parametrize(("size", "most"), [("nano", 300_000), ("small", 31_570_447 // 30)])
def test_sizes(size, most):
    network = CropNet(40, size)
    assert sum(p.numel() for p in network.parameters()) <= most


@pytest.mark.parametrize("side", [16, 64, 80, 90])
@torch.inference_mode()
def test_any_side(side):
    network = fx.symbolic_trace(CropNet(5).eval())
    pixels = torch.randint(0, 256, (2, 3, side, side)).float()
    logits = network(pixels)
    assert logits.shape == (2, 5) and torch.isfinite(logits).all()
    assert torch.allclose(network(pixels[:1]), logits[:1], atol=1e-5)


def test_every_weight_learns():
    network = CropNet(2)
    network(torch.rand(2, 3, 32, 32) * 255).square().sum().backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in network.parameters())
