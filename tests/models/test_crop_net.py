"""Crops of any side in, logits out, in few parameters."""

import pytest
import torch
from torch import fx

from facewright.models.crop_net import CropNet, with_places


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


@torch.inference_mode()
def test_with_places_it_counts_where_something_is_and_without_it_does_not():
    """Two crops of 64 pixels, far apart in them the same spot on black: the last map, 4 x 4, just moves."""
    pixels = torch.zeros(2, 3, 64, 64)
    pixels[0, :, :16, :16] = pixels[1, :, 32:48, 32:48] = 255.0
    torch.manual_seed(0)
    mean, places = CropNet(3).eval(), CropNet(3, places=2, side=64).eval()
    places.load_state_dict(mean.state_dict() | {"head.weight": torch.randn(3, 88 * 4) / 10})
    far, near = places(pixels).diff(dim=0).abs().mean(), mean(pixels).diff(dim=0).abs().mean()
    assert far > 3 * near  # borders are felt a little


@torch.inference_mode()
def test_a_network_with_places_can_begin_as_one_that_takes_the_mean():
    pixels = torch.rand(2, 3, 96, 96) * 255
    mean, places = CropNet(3).eval(), CropNet(3, places=3, side=96).eval()
    places.load_state_dict(with_places(mean.state_dict(), 3))
    torch.testing.assert_close(places(pixels), mean(pixels))


@pytest.mark.parametrize(("places", "side"), [(2, 0), (2, 80), (5, 96)])
def test_places_that_divide_no_map_are_refused(places, side):
    with pytest.raises(ValueError, match="divide no map"):
        CropNet(3, places=places, side=side)
