import pytest
import torch
from torch import fx

from facewright.models.box_regression import OUTPUTS, BoxRegression, DenseRegression


def count(network):
    return sum(parameter.numel() for parameter in network.parameters())


def test_exactly_the_parameters_that_were_described():
    assert count(BoxRegression()) == 389_701


def test_the_dense_one_is_about_as_large():
    assert count(DenseRegression()) == 376_829


@pytest.mark.parametrize("make", [BoxRegression, DenseRegression])
def test_five_shares_and_a_trace_that_does_the_same(make):
    torch.manual_seed(0)
    network = make().eval()
    pictures = torch.rand(2, 3, 128, 128) * 255
    with torch.inference_mode():
        said = network(pictures)
        assert said.shape == (2, OUTPUTS)
        assert ((said > 0) & (said < 1)).all()
        torch.testing.assert_close(fx.symbolic_trace(network)(pictures), said)


def test_the_mean_over_all_places_hardly_knows_where_a_thing_is():
    """The fault described: away from the borders a thing may move by whole cells and nothing changes."""
    torch.manual_seed(0)
    network = BoxRegression().eval()
    pictures = torch.zeros(2, 3, 128, 128)
    pictures[0, :, 40:56, 40:56] = 255
    pictures[1, :, 72:88, 64:80] = 255
    with torch.inference_mode():
        one, other = network(pictures)
    torch.testing.assert_close(one, other)
