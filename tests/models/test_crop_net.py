"""Crops of any side in, logits out, in few parameters."""

import pytest
import torch
from torch import fx
from torch.nn import functional

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


@pytest.mark.parametrize(("places", "side"), [(3, 96), (2, 80), (4, 80)])
@torch.inference_mode()
def test_a_network_with_places_can_begin_as_one_that_takes_the_mean(places, side):
    """Where places overlap, some of the map counts more often than other: nearly."""
    pixels = torch.rand(2, 3, side, side) * 255
    mean, network = CropNet(3).eval(), CropNet(3, places=places, side=side).eval()
    network.load_state_dict(with_places(mean.state_dict(), network))
    divided = side // 16 % places == 0
    torch.testing.assert_close(network(pixels), mean(pixels), rtol=0.1, atol=1e-6 if divided else 0.05)


@torch.inference_mode()
def test_a_network_can_begin_as_one_of_other_places():
    """What a head of 6 x 6 places says of a map is nearly what one of 5 x 5 made of it says."""
    torch.manual_seed(0)
    six, five = CropNet(1, places=6, side=96).eval(), CropNet(1, places=5, side=80).eval()
    ramp = torch.linspace(-1, 1, 6)[None, :] * torch.linspace(1, 2, 6)[:, None]
    six.head.weight.copy_((torch.randn(88, 1, 1) * ramp).flatten()[None])
    five.load_state_dict(with_places(six.state_dict(), five))
    for maps in torch.rand(20, 88, 1, 1) * torch.linspace(0, 1, 5)[None, None, :, None]:
        map5 = maps[None].expand(1, 88, 5, 5)
        map6 = functional.interpolate(map5, (6, 6), mode="bilinear", antialias=True)
        assert five.head(map5.flatten(1)).item() == pytest.approx(six.head(map6.flatten(1)).item(), abs=0.35)
    for weights in ({}, CropNet(1, "small").state_dict()):
        assert with_places(weights, five) is weights


@pytest.mark.parametrize(("cells", "places"), [(6, 6), (6, 3), (5, 2), (5, 3), (5, 4), (6, 4), (7, 3)])
def test_places_cover_the_map_and_are_of_one_size(cells, places):
    pool = CropNet(1, places=places, side=16 * cells).pool
    lit = torch.zeros(cells * cells, 1, cells, cells).flatten(1).fill_diagonal_(1.0).view(-1, 1, cells, cells)
    means = pool(lit).flatten(1)
    assert means.shape == (cells**2, places**2) and (means.sum(1) > 0).all()
    assert torch.allclose(means.sum(0), torch.ones(places**2))


@pytest.mark.parametrize(("places", "side"), [(2, 0), (5, 64), (7, 96)])
def test_more_places_than_the_map_has_are_refused(places, side):
    with pytest.raises(ValueError, match=f"crops of {side} pixels have no"):
        CropNet(3, places=places, side=side)
