"""The networks with fixed input of system S2: sizes, shapes, traces."""

import pytest
import torch
from torch import fx, nn

from facewright.models.mobilenet_v3 import YoloMobileNet
from facewright.models.pool_resnet import PoolResnet
from facewright.models.ssd import Ssd
from facewright.models.yolo_resnet import YoloResnet
from facewright.models.yolo_separable import YoloSeparable

torch.set_num_threads(1)
SIDE = 128


def count(network: nn.Module) -> int:
    return sum(p.numel() for p in network.parameters())


@pytest.mark.parametrize(
    "network, parameters",
    [
        (lambda: YoloResnet(64), 743_237),
        (lambda: PoolResnet(32), 200_357),
        (lambda: PoolResnet(64), 769_349),
        (lambda: PoolResnet(128), 3_013_253),
        (YoloMobileNet, 952_933),
        (YoloSeparable, 87_189),
        (Ssd, 772_036),
    ],
)
def test_as_many_parameters_as_described(network, parameters):
    assert count(network()) == parameters


def test_mobilenets_features_are_the_papers():
    network = YoloMobileNet()
    assert count(network) - count(network.head) == 927_008


@pytest.mark.parametrize(
    "network, places",
    [
        (lambda: YoloResnet(8), 4**2),
        (lambda: PoolResnet(8, SIDE, cells=3), 3**2),
        (YoloMobileNet, 4**2),
        (YoloSeparable, 4**2),
        (Ssd, 16**2 + 8**2 + 4**2 + 2**2),
    ],
)
def test_gives_five_numbers_a_place_and_can_be_traced(network, places):
    torch.manual_seed(0)
    network = network().eval()
    x = torch.rand(2, 3, SIDE, SIDE) * 255
    out = network(x)
    assert out.shape == (2, 5, places)
    assert torch.isfinite(out).all()
    torch.testing.assert_close(fx.symbolic_trace(network)(x), out)
    out.square().mean().backward()
    assert all(p.grad is not None for p in network.parameters())


@pytest.mark.parametrize("cells", [10, 15, 20, 25, 30])
def test_pool_resnet_has_the_grid_it_is_asked_for(cells):
    assert PoolResnet(4, 480, cells)(torch.zeros(1, 3, 480, 480)).shape == (1, 5, cells**2)


def test_the_described_heads_kernel_is_6x6():
    assert PoolResnet(4).head.kernel_size == (6, 6)


def test_a_thinned_pool_resnet_is_smaller_and_as_wide_outside():
    thin = PoolResnet(32, inner=[8] * 10)
    assert count(thin) < count(PoolResnet(32)) / 3
    assert thin(torch.zeros(1, 3, 480, 480)).shape == (1, 5, 100)


@pytest.mark.parametrize("network", [lambda: YoloResnet(8), YoloMobileNet, YoloSeparable])
def test_cells_lie_row_by_row(network):
    """What changes in one corner of the picture changes a cell in that corner most."""
    torch.manual_seed(0)
    network = network().eval().double()  # a change that single precision may lose on its way
    picture = torch.full((1, 3, 256, 256), 127.0, dtype=torch.float64)
    spot = picture.clone()
    spot[..., 0:24, 232:256] = 255  # upper right: row 0, column 7
    change = (network(spot) - network(picture))[0].abs().sum(0)
    row, column = divmod(int(change.argmax()), 8)
    assert row <= 1
    assert column >= 6
