import itertools

import pytest
import torch
from torch import nn
from torch.nn import functional

from facewright.core.errors import UsageError
from facewright.doctor.examination import examine
from facewright.doctor.training.subject import Training

BATCHES = [
    (torch.randn((4, 6), generator=draw), torch.randn((4, 2), generator=draw))
    for draw in [torch.Generator().manual_seed(seed) for seed in range(4)]
]


class Detector(nn.Module):
    """A backbone and a head."""

    def __init__(self):
        super().__init__()
        self.backbone = nn.Sequential(nn.Linear(6, 16), nn.Tanh())
        self.head = nn.Linear(16, 2)

    def forward(self, x):
        return self.head(self.backbone(x))


def loss(network, batch):
    return functional.mse_loss(network(batch[0]), batch[1])


def sgd(network):
    return torch.optim.SGD(network.parameters(), lr=0.1)


def training(**more):
    told = {"network": Detector, "batches": lambda epoch: BATCHES[epoch:] + BATCHES[:epoch], "loss": loss}
    return Training("toy", **(told | {"optimiser": sgd} | more))


def findings(**more):
    return examine([training(**more)]).findings


def ids(**more):
    return [finding.id for finding in findings(**more)]


def test_a_plain_training_is_healthy():
    assert ids() == []
    assert ids(optimiser=lambda network: torch.optim.AdamW(network.parameters())) == []


def sam(*, climbs):
    """Sharpness-aware minimisation (Foret et al., 2021): its climb, or only its passes."""

    def step(network, optimiser, batch):
        optimiser.zero_grad()
        loss(network, batch).backward()
        climbed = [0.05 * p.grad / (p.grad.norm() + 1e-12) for p in network.parameters()]
        with torch.no_grad():
            for p, up in zip(network.parameters(), climbed, strict=True):
                p.add_(up if climbs else 0 * up)
        optimiser.zero_grad()
        loss(network, batch).backward()
        with torch.no_grad():
            for p, up in zip(network.parameters(), climbed, strict=True):
                p.sub_(up if climbs else 0 * up)
        optimiser.step()

    return step


def test_s2_sam_that_stays_where_it_is_wastes_a_pass_a_step():
    (finding,) = findings(step=sam(climbs=False))
    assert finding.id == "training-passes-wasted"
    assert finding.evidence == {"steps": 2, "passes": 4, "wasted": 2}


def test_s2_twin_that_climbs_is_healthy():
    assert ids(step=sam(climbs=True)) == []


def freezing(*stages):
    def prepare(network, stage):
        network.train()
        for name, parameter in network.named_parameters():
            parameter.requires_grad_(not name.startswith(stages[stage]))

    return {"prepare": prepare, "stages": len(stages)}


def test_s4_frozen_backbone_that_is_never_tuned():
    (finding,) = findings(**freezing("backbone"))
    assert finding.id == "training-never-freed"
    assert finding.evidence["parameters"] == ["backbone.0.bias", "backbone.0.weight"]
    assert finding.evidence["share"] == pytest.approx(112 / 146)


def test_s4_twin_that_tunes_it_in_a_later_stage_is_healthy():
    assert ids(**freezing("backbone", "nothing")) == []


def test_weights_that_the_optimiser_was_not_given():
    def of_the_head(network):
        return torch.optim.SGD(network.head.parameters(), lr=0.1)

    assert ids(optimiser=of_the_head) == ["training-forgets-weights"]


def test_steps_that_change_nothing():
    assert "training-steps-idle" in ids(step=lambda network, optimiser, batch: optimiser.zero_grad())
    nought = {"optimiser": lambda network: torch.optim.SGD(network.parameters(), lr=0.0)}
    assert ids(**nought) == ["training-steps-idle"]


def test_a_part_that_no_gradient_reaches():
    class Cut(Detector):
        def forward(self, x):
            return self.head(self.backbone(x).detach())

    assert ids(network=Cut) == ["training-without-gradient"]


@pytest.mark.parametrize(("weight", "found"), [(1.0, []), (1e4, ["training-terms-apart"])])
def test_terms_of_the_loss_that_are_orders_of_magnitude_apart(weight, found):
    def two(network, batch):
        x, y = network(batch[0]).T
        one, other = batch[1].T
        return {"x": weight * functional.mse_loss(x, one), "y": functional.mse_loss(y, other)}

    assert ids(loss=two) == found


def test_gradients_that_are_gathered_over_several_batches_are_no_idle_steps():
    calls = itertools.count(1)

    def step(network, optimiser, batch):
        loss(network, batch).backward()
        if next(calls) % 4 == 0:
            optimiser.step()
            optimiser.zero_grad()

    assert ids(step=step) == []


def test_two_passes_of_different_inputs_given_by_name_are_not_wasted():
    def step(network, optimiser, batch):
        optimiser.zero_grad()
        functional.mse_loss(network(x=batch[0]) + network(x=-batch[0]), batch[1]).backward()
        optimiser.step()

    assert ids(step=step) == []


class Listed(nn.Module):
    """Its layers stand in a plain list, of which PyTorch knows nothing."""

    def __init__(self):
        super().__init__()
        self.layers = [nn.Linear(6, 16), nn.Tanh()]
        self.head = nn.Linear(16, 2)

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return self.head(x)


def test_layers_in_a_plain_list_are_found():
    (finding,) = findings(network=Listed)
    assert finding.id == "training-hides-weights"
    assert finding.evidence == {"tensors": 2, "numbers": 6 * 16 + 16}


def test_weights_of_the_loss_that_the_optimiser_has_are_not_hidden():
    balance = nn.Parameter(torch.zeros(()))

    def weighed(network, batch):
        return loss(network, batch) * torch.exp(-balance) + balance

    def both(network):
        return torch.optim.SGD([*network.parameters(), balance], lr=0.1)

    assert ids(loss=weighed, optimiser=both) == []


def test_a_loss_without_a_gradient_moves_nothing():
    (finding,) = findings(loss=lambda network, batch: loss(network, batch).detach())
    assert finding.id == "training-steps-idle" and "no gradient reached any" in finding.message


def test_a_rate_of_zero_is_named():
    def warming(network):
        optimiser = sgd(network)
        torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: min(step / 100, 1))
        return optimiser

    (finding,) = findings(optimiser=warming)
    assert finding.id == "training-steps-idle" and "rate was 0" in finding.message


def test_a_rate_too_small_is_not_taken_for_weights_that_were_forgotten():
    (finding,) = findings(
        network=lambda: nn.Sequential(nn.Linear(6, 40), nn.Tanh(), nn.Linear(40, 2)),
        optimiser=lambda network: torch.optim.SGD(
            [{"params": network[0].parameters(), "lr": 1e-12}, {"params": network[2].parameters(), "lr": 0.1}]
        ),
    )
    assert finding.id == "training-forgets-weights" and "the rate is too small" in finding.message


def test_two_passes_under_dropout_are_two_looks():
    """R-Drop (Liang et al., 2021)."""

    def dropping():
        return nn.Sequential(nn.Linear(6, 16), nn.Tanh(), nn.Dropout(0.5), nn.Linear(16, 2))

    def twice(network, batch):
        return loss(network, batch) + loss(network, batch)

    assert ids(network=dropping, loss=twice) == []
    assert ids(loss=twice) == ["training-passes-wasted"]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (lambda value: value.item(), r"term loss is a float, not a tensor"),
        (lambda value: {"box": value.expand(4)}, r"term box has shape \(4,\): take its mean or its sum"),
    ],
)
def test_what_is_no_loss_is_told_in_a_sentence(wrong, sentence):
    with pytest.raises(UsageError, match=sentence):
        findings(loss=lambda network, batch: wrong(loss(network, batch)))
