"""Answers that are numbers, each example's by itself; losses with a gradient."""

import pytest
import torch
from torch import nn
from torch.nn import functional

from facewright.doctor.examination import examine
from facewright.doctor.network.subject import Network

LABELS = torch.tensor([0, 1, 1, 0])


@pytest.fixture
def inputs():
    return torch.randn((4, 6), generator=torch.Generator().manual_seed(0))


def ids(network, inputs, **more):
    return [f.id for f in examine([Network("mine", network, inputs, "class", **more)], cheap=True).findings]


def dense(*more):
    torch.manual_seed(1)
    return nn.Sequential(nn.Linear(6, 16), nn.Tanh(), nn.Linear(16, 2), *more)


def cross_entropy(output):
    return functional.cross_entropy(output, LABELS)


def test_a_weight_that_is_no_number_is_named(inputs):
    broken = dense()
    broken[2].weight.data[1, 3] = torch.nan
    (finding,) = examine([Network("mine", broken, inputs, "class", trained=True)]).findings
    assert finding.id == "network-not-finite" and "2.weight" in finding.message
    assert finding.evidence == {"outputs": 4, "weights": ["2.weight"]}
    assert ids(dense(), inputs, trained=True) == []


class MasksOne(nn.Module):
    def forward(self, x):
        return x.masked_fill(torch.tensor([False, True]), -torch.inf)


def test_infinite_logits_are_what_masks_are_made_of(inputs):
    assert "network-not-finite" not in ids(dense(MasksOne()), inputs)


class Reshaped(nn.Module):
    """(B, 4, 4) channels last, then flattened as if the batch came last."""

    def forward(self, x):
        return x.t().reshape(len(x), -1)


@pytest.mark.parametrize("mixing", [nn.Softmax(0), Reshaped()])
def test_answers_that_depend_on_their_neighbours_are_found(inputs, mixing):
    found = ids(dense(mixing), inputs)
    assert found[0] == "network-mixes-examples"


def test_batch_norm_mixes_in_training_only(inputs):
    assert ids(dense(nn.BatchNorm1d(2), nn.Softmax(1)), inputs) == []


@pytest.mark.parametrize(
    "cut",
    [
        lambda output: cross_entropy(output.detach()),
        lambda output: ((output > 0).float() - functional.one_hot(LABELS)).square().mean(),
    ],
)
def test_a_loss_that_is_cut_off_is_found(inputs, cut):
    assert "network-loss-without-gradient" in ids(dense(), inputs, loss=cut)
    assert "network-loss-without-gradient" in ids(dense(nn.Sigmoid()), inputs, loss=cut)
    assert ids(dense(), inputs, loss=cross_entropy) == []


@pytest.mark.parametrize("last", [nn.Softmax(1), nn.Sigmoid()])
def test_nll_loss_of_probabilities_is_below_zero(inputs, last):
    found = ids(dense(last), inputs, loss=lambda output: functional.nll_loss(output, LABELS))
    assert "network-loss-negative" in found
    logs = dense(nn.LogSoftmax(1))
    assert ids(logs, inputs, loss=lambda output: functional.nll_loss(output, LABELS)) == []
