import pytest
import torch
from torch import fx

from facewright.models.darknet19 import Darknet19
from facewright.models.yolo2 import Yolo2

torch.set_num_threads(1)


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(0)
    return Yolo2().eval()


def test_gives_five_numbers_an_anchor_and_cell(network):
    assert Yolo2.cells(416) == 13
    with torch.inference_mode():
        raw = network(torch.zeros(1, 3, 96, 64))
    assert raw.shape == (1, 25, 6)
    assert sum(p.numel() for p in network.parameters()) == pytest.approx(50.6e6, rel=0.01)


def test_the_passthrough_is_looked_at(network):
    """A pixel's worth of detail reaches the output by the early map too, not by the late one alone."""
    with torch.inference_mode():
        early = network.backbone.look(255 * torch.rand(1, 3, 64, 64))
        passed = torch.nn.functional.pixel_unshuffle(network.passed(early), 2)
    assert passed.shape == (1, 256, 2, 2)
    assert network.both[0].in_channels == 256 + 1024


def test_takes_the_classifiers_backbone(network):
    own = {name: value.shape for name, value in network.backbone.state_dict().items()}
    assert own == {name: value.shape for name, value in Darknet19().backbone.state_dict().items()}


def test_can_be_traced(network):
    picture = 255 * torch.rand(1, 3, 64, 64)
    with torch.inference_mode():
        torch.testing.assert_close(fx.symbolic_trace(network)(picture), network(picture))
