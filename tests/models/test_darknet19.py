import pytest
import torch
from torch import fx, nn

from facewright.models.darknet19 import Darknet19

torch.set_num_threads(1)
CONVOLUTIONS = [
    (3, 32, 3), (32, 64, 3), (64, 128, 3), (128, 64, 1), (64, 128, 3), (128, 256, 3), (256, 128, 1),
    (128, 256, 3), (256, 512, 3), (512, 256, 1), (256, 512, 3), (512, 256, 1), (256, 512, 3), (512, 1024, 3),
    (1024, 512, 1), (512, 1024, 3), (1024, 512, 1), (512, 1024, 3), (1024, 2, 1),
]  # fmt: skip


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(0)
    return Darknet19()


def test_has_exactly_the_convolutions_of_the_paper(network):
    found = [m for m in network.modules() if isinstance(m, nn.Conv2d)]
    assert [(m.in_channels, m.out_channels, m.kernel_size[0]) for m in found] == CONVOLUTIONS
    assert sum(p.numel() for p in network.parameters()) == 19_819_426


def test_every_norm_has_the_same_epsilon_and_every_slope_is_a_tenth(network):
    norms = [m for m in network.modules() if isinstance(m, nn.BatchNorm2d)]
    slopes = [m.negative_slope for m in network.modules() if isinstance(m, nn.LeakyReLU)]
    assert len(norms) == len(slopes) == 18
    assert {m.eps for m in norms} == {1e-5}
    assert set(slopes) == {0.1}


def test_gives_two_logits_a_picture_not_probabilities(network):
    network.eval()
    with torch.inference_mode():
        logits = network(255 * torch.rand(2, 3, 224, 224))
        assert network.backbone(torch.zeros(1, 3, 224, 224)).shape == (1, 1024, 7, 7)
    assert logits.shape == (2, 2)
    assert not torch.allclose(logits.sum(1), torch.ones(2))


def test_can_be_traced(network):
    picture = 255 * torch.rand(1, 3, 64, 64)
    network.eval()
    with torch.inference_mode():
        torch.testing.assert_close(fx.symbolic_trace(network)(picture), network(picture))
