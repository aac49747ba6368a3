import random
from collections import OrderedDict

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from facewright.core.errors import UsageError
from facewright.doctor.examination import examine
from facewright.doctor.network.squash import squashes_of
from facewright.doctor.network.subject import Network
from facewright.doctor.seeded import seeded

LABELS = torch.tensor([0, 1, 1, 0])


@pytest.fixture(scope="module")
def inputs():
    return torch.randn((4, 6), generator=torch.Generator().manual_seed(0))


def ids(subject):
    return [f.id for f in examine([subject], cheap=True).findings]


def dense(outputs, *more):
    torch.manual_seed(1)
    return nn.Sequential(nn.Linear(6, 16), nn.Tanh(), nn.Linear(16, outputs), *more)


def test_s4_softmax_of_a_softmax_has_a_floor(inputs):
    def cross_entropy(output):
        return functional.cross_entropy(output, LABELS)

    twice = Network("twice", dense(2, nn.Softmax(1)), inputs, "class", loss=cross_entropy)
    (finding,) = examine([twice], cheap=True).findings
    assert finding.id == "network-activated-twice"
    assert finding.evidence["loss_floor"] == pytest.approx(0.3133, abs=1e-3)
    assert ids(Network("once", dense(2), inputs, "class", loss=cross_entropy)) == []


def test_a_sigmoid_before_a_loss_of_logits_is_found(inputs):
    labels = torch.eye(3)[torch.tensor([0, 1, 2, 0])]

    def of_logits(output):
        return functional.binary_cross_entropy_with_logits(output, labels)

    assert ids(Network("twice", dense(3, nn.Sigmoid()), inputs, "class", loss=of_logits)) == [
        "network-activated-twice"
    ]
    assert ids(Network("once", dense(3), inputs, "class", loss=of_logits)) == []


@pytest.mark.parametrize(
    "loss",
    [
        lambda p: functional.nll_loss(p.log(), LABELS),
        lambda p: functional.binary_cross_entropy(p, torch.eye(2)[LABELS]),
        lambda p: functional.mse_loss(p, torch.eye(2)[LABELS]),
        lambda p: functional.binary_cross_entropy(p, torch.eye(2)[LABELS] * 0.8 + 0.1),
        lambda p: functional.nll_loss(p.log(), LABELS) + 1.0,
    ],
    ids=["likelihood", "entropy", "squares", "smoothed labels", "a constant added"],
)
@pytest.mark.parametrize("last", [nn.Softmax(1), nn.Sigmoid()], ids=["softmax", "sigmoid"])
def test_probabilities_for_a_loss_of_probabilities_are_healthy(inputs, last, loss):
    assert ids(Network("fits", dense(2, last), inputs, "class", loss=loss)) == []


@pytest.mark.parametrize(
    ("last", "squash"),
    [(nn.Softmax(1), "softmax"), (nn.Sigmoid(), "sigmoid"), (nn.ReLU(), None), (nn.Identity(), None)],
)
def test_the_last_activation_is_told_by_what_comes_out(inputs, last, squash):
    assert squashes_of(dense(3, last), inputs) == [squash]


def test_an_output_that_never_changes_is_found(inputs):
    network = dense(1)
    network[0].weight.data.zero_()
    assert ids(Network("dead", network, inputs, "values", trained=True)) == ["network-ignores-input"]


def test_fresh_weights_of_zero_in_the_last_layer_are_no_fault(inputs):
    network = dense(1)
    network[2].weight.data.zero_()
    assert ids(Network("fresh", network, inputs, "values")) == []


def test_twenty_fresh_layers_without_statistics_are_no_fault():
    layers = [
        layer for _ in range(20) for layer in (nn.Conv2d(8, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU())
    ]
    network = nn.Sequential(nn.Conv2d(3, 8, 3), *layers, nn.Flatten(), nn.Linear(8 * 14 * 14, 1))
    assert ids(Network("deep", network, torch.rand(3, 3, 16, 16) * 255, "class")) == []


def test_inputs_that_are_not_brought_to_scale_saturate_a_sigmoid(inputs):
    network = nn.Sequential(nn.Linear(6, 32), nn.Linear(32, 4), nn.Sigmoid())
    assert ids(Network("bytes", network, 1e4 * inputs, "class")) == ["network-saturated"]
    assert ids(Network("scaled", network, inputs, "class")) == []
    assert ids(Network("sure", network, 1e4 * inputs, "class", trained=True)) == []


class HidesNan(nn.Module):
    def forward(self, x):
        return torch.nan_to_num(x, 0.1)


def test_s2_nan_in_the_network_is_replaced(inputs):
    assert ids(Network("hides", dense(5, HidesNan()), inputs, "values")) == ["network-hides-nan"]
    assert ids(Network("shows", dense(5), inputs, "values")) == []


def test_s2_nan_in_the_loss_is_replaced(inputs):
    def squares(output):
        return {"squares": output.square().mean(), "none": torch.zeros(())}

    def hides(output):
        return torch.where(output.isnan(), 0.1, output.square()).mean()

    def refuses(output):
        if output.isnan().any():
            raise ValueError("NaN")
        return output.square().mean()

    assert ids(Network("hides", dense(5), inputs, "values", loss=hides)) == ["network-hides-nan"]
    assert ids(Network("shows", dense(5), inputs, "values", loss=squares)) == []
    assert ids(Network("refuses", dense(5), inputs, "values", loss=refuses)) == []


def test_a_trained_network_may_be_sure_of_all_it_is_shown(inputs):
    torch.manual_seed(1)
    linear = nn.Sequential(nn.Linear(6, 2), nn.Softmax(1))
    with torch.no_grad():
        linear[0].bias.copy_(torch.tensor([30.0, -30.0]))
    assert ids(Network("sure", linear, inputs, "class", trained=True)) == []
    with torch.no_grad():
        linear[0].weight.zero_()
    assert ids(Network("dead", linear, inputs, "class", trained=True)) == ["network-ignores-input"]


def test_weights_that_are_made_of_others_can_be_looked_at(inputs):
    norm = nn.utils.parametrizations.weight_norm
    network = nn.Sequential(norm(nn.Linear(6, 16)), nn.Tanh(), norm(nn.Linear(16, 2)))
    labelled = {"loss": lambda output: functional.cross_entropy(output, LABELS)}
    assert ids(Network("normed", network, inputs, "class", **labelled)) == []


def test_whole_numbers_beside_an_output_are_left_alone(inputs):
    class Chosen(nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = dense(3)

        def forward(self, x):
            scores = self.layers(x)
            return {"scores": scores, "best": scores.argmax(1)}

    def loss(output):
        return functional.cross_entropy(output["scores"], LABELS)

    assert ids(Network("chosen", Chosen(), inputs, "class", loss=loss)) == []


def test_a_dictionary_of_its_own_class_reaches_the_loss_as_one(inputs):
    class Answer(OrderedDict):
        @property
        def scores(self):
            return self["scores"]

    class Named(nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = dense(3)

        def forward(self, x):
            return Answer(scores=self.layers(x))

    def loss(output):
        return functional.cross_entropy(output.scores, LABELS)

    assert ids(Network("named", Named(), inputs, "class", loss=loss)) == []
    hiding = Network("named", Named(), inputs, "class", loss=lambda output: loss(output).nan_to_num(0.1))
    assert ids(hiding) == ["network-hides-nan"]


def test_examining_leaves_all_random_numbers_as_they_are(inputs):
    def drawn():
        return random.random(), np.random.random(), float(torch.rand(1))  # noqa: NPY002 - as others draw

    def drawing(output):
        drawn()
        return functional.cross_entropy(output, LABELS)

    subject = Network("drawing", dense(3), inputs, "class", loss=drawing)

    def drawn_after(between):
        random.seed(3)
        np.random.seed(3)  # noqa: NPY002
        torch.manual_seed(3)
        between()
        return drawn()

    assert drawn_after(lambda: examine([subject])) == drawn_after(lambda: None)


def test_devices_that_the_network_is_not_on_keep_their_random_numbers(monkeypatch):
    def told(seed):
        raise AssertionError

    monkeypatch.setattr(torch.cuda, "manual_seed_all", told)
    with seeded():
        first = torch.rand(2)
    with seeded():
        assert torch.equal(torch.rand(2), first)


def test_one_example_is_no_batch():
    with pytest.raises(UsageError, match="mine: a batch of at least two examples is needed, not 1"):
        Network("mine", nn.Linear(3, 1), torch.zeros(1, 3), "values")


class BoxAndScore(nn.Module):
    """A box behind a sigmoid, a score as a logit or behind one."""

    def __init__(self, last):
        super().__init__()
        self.box, self.score = dense(4, nn.Sigmoid()), dense(1, last)

    def forward(self, x):
        return {"box": self.box(x), "score": self.score(x)}


@pytest.mark.parametrize(
    ("last", "found"), [(nn.Sigmoid(), ["network-activated-twice"]), (nn.Identity(), [])]
)
def test_one_of_several_outputs_is_activated_twice(inputs, last, found):
    faces = torch.tensor([[1.0], [0], [1], [0]])

    def loss(said):
        return {
            "box": functional.smooth_l1_loss(said["box"], torch.full((4, 4), 0.3)),
            "score": functional.binary_cross_entropy_with_logits(said["score"], faces),
        }

    findings = examine([Network("two", BoxAndScore(last), inputs, "class", loss=loss)], cheap=True).findings
    assert [f.id for f in findings] == found
    assert all("output 2 of 2" in f.message for f in findings)
