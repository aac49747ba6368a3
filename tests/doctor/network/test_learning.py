import torch
from torch import nn
from torch.nn import functional

from facewright.doctor.examination import examine
from facewright.doctor.network.subject import Network

INPUTS = torch.randn((4, 6), generator=torch.Generator().manual_seed(0))
LABELS = torch.tensor([0, 1, 1, 0])


def ids(network):
    subject = Network("net", network, INPUTS, "class", loss=lambda out: functional.cross_entropy(out, LABELS))
    return [finding.id for finding in examine([subject]).findings]


def test_one_batch_can_be_learned_by_heart_dropout_or_not():
    assert ids(nn.Sequential(nn.Linear(6, 32), nn.ReLU(), nn.Dropout(0.5), nn.Linear(32, 2))) == []


class CutOff(nn.Module):
    def forward(self, x):
        return x.detach()


def test_a_network_whose_gradient_is_cut_off_cannot():
    network = nn.Sequential(nn.Linear(6, 1), nn.Linear(1, 2), nn.Softmax(1), nn.BatchNorm1d(2, affine=False))
    cut = nn.Sequential(nn.Linear(6, 2), CutOff(), nn.Linear(2, 2, bias=False), nn.Hardtanh(-0.1, 0.1))
    assert ids(network) == []
    assert ids(cut) == ["network-cannot-overfit"]
