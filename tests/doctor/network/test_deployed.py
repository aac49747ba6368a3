import copy

import pytest
import torch
from torch import nn

from facewright.doctor.examination import examine
from facewright.doctor.network.subject import Network


def layers(epsilon):
    blocks = []
    for before, after in ((3, 8), (8, 8)):
        blocks += [nn.Conv2d(before, after, 3), nn.BatchNorm2d(after, eps=epsilon), nn.LeakyReLU(0.1)]
    return nn.Sequential(*blocks, nn.Flatten(), nn.Linear(8 * 12 * 12, 2))


@pytest.fixture
def trained():
    torch.manual_seed(0)
    network = layers(1e-3)
    with torch.no_grad():
        for _ in range(50):  # statistics of its own
            network(torch.rand(4, 3, 16, 16))
    return network


def findings(trained, deployed):
    subject = Network("net", trained, torch.rand(2, 3, 16, 16), "class", trained=True, deployed=deployed)
    return examine([subject], cheap=True).findings


def test_s4_another_epsilon_in_use_is_named(trained):
    deployed = layers(1e-5)
    deployed.load_state_dict(trained.state_dict())
    (finding,) = findings(trained, deployed)
    assert finding.id == "network-differs-in-use"
    assert finding.evidence["settings"] == {"BatchNorm2d.eps": (0.001, 1e-05)}
    assert finding.evidence["weights"] == 0


def test_s4_twin_with_the_same_settings_is_healthy(trained):
    deployed = layers(1e-3)
    deployed.load_state_dict(trained.state_dict())
    assert findings(trained, deployed) == []


def test_weights_that_were_not_loaded_are_counted(trained):
    deployed = copy.deepcopy(trained)
    deployed[0].weight.data.mul_(1.1)
    (finding,) = findings(trained, deployed)
    assert "1 of its tensors of weights differ" in finding.message


def test_outputs_of_other_sizes_are_told(trained):
    (finding,) = findings(trained, nn.Sequential(*trained[:-1], nn.Linear(8 * 12 * 12, 3)))
    assert finding.message == "The outputs have 2 numbers in training and 3 in use."
