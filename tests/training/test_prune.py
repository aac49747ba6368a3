import pytest
import torch

from facewright.models.pool_resnet import PoolResnet
from facewright.models.yolo_resnet import YoloResnet
from facewright.training.prune import inner_widths, prune
from facewright.training.weights import load_weights

X = torch.rand(1, 3, 128, 128, generator=torch.Generator().manual_seed(0)) * 255


def net(filters=8):
    torch.manual_seed(0)
    network = PoolResnet(filters, 128, 3).eval()
    for name, weight in network.named_parameters():
        if "second" in name:
            torch.nn.init.normal_(weight, std=0.1)
    return network


def test_keeping_all_changes_nothing():
    network = net()
    assert torch.equal(prune(network, 1.0)(X), network(X))


def test_the_named_share_is_kept_and_the_original_stays():
    network = net()
    before = network(X)
    thin = prune(network, 0.5)
    assert inner_widths(thin) == [4] * 10
    assert inner_widths(network) == [8] * 10
    assert torch.equal(network(X), before)
    assert not torch.equal(thin(X), before)


def test_filters_that_say_nothing_go_first_and_are_not_missed():
    network = net()
    silent = [1, 4, 6]
    for block in network.blocks:
        if hasattr(block, "first"):
            block.first.weight.data[silent] = 0
            block.first.bias.data[silent] = 0
    torch.testing.assert_close(prune(network, 5 / 8)(X), network(X))


def test_a_recipes_thin_network_takes_the_weights():
    thin = prune(net(), 0.25)
    fresh = PoolResnet(8, 128, 3, inner_widths(thin)).eval()
    load_weights(fresh, thin.state_dict())
    assert torch.equal(fresh(X), thin(X))


def test_yolo_resnets_blocks_too():
    thin = prune(YoloResnet(8), 0.5).eval()
    assert thin(X).shape == (1, 5, 16)


@pytest.mark.parametrize("keep", [0.0, -1.0, 1.1, float("nan")])
def test_a_share_out_of_range_is_refused(keep):
    with pytest.raises(ValueError, match="keep must be"):
        prune(net(), keep)
