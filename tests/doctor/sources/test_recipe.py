from pathlib import Path

import numpy as np
import pytest
import torch

from facewright.core.pictures import read_picture, write_picture
from facewright.doctor.data import Data
from facewright.doctor.evaluation.kinds import AnswerMetric, Metric
from facewright.doctor.examination import examine
from facewright.doctor.network.subject import Network
from facewright.doctor.sets.subject import Items, Splits
from facewright.doctor.sources.looking import Looking
from facewright.doctor.sources.open import open_subjects
from facewright.doctor.sources.training import lowest_rate
from facewright.doctor.targets.coding import Coding, Mirror
from facewright.doctor.training.subject import Training
from facewright.training.recipe import Optimiser
from facewright.training.schedules import rate_at

PICTURES = [Data, Data, Items]
FINDING = [Coding, Metric, Mirror, Network, Splits, Training]
KINDS = {
    "detection": PICTURES + FINDING,
    "grid-detection": [*PICTURES, Items, *FINDING],
    "localisation": [*PICTURES, Items, *FINDING],
    "classification": [AnswerMetric, Data, Data, *PICTURES, Network, Splits, Training],
    "regression": [Network, Training],
    "attributes": [AnswerMetric, *PICTURES, Network, Splits, Training],
}


def of(path, kind):
    return next(s for s in open_subjects(path.name, Looking(20, Path("cache"))) if isinstance(s, kind))


def test_a_recipe_is_all_that_it_trains_by(recipe, request):
    subjects = open_subjects(recipe.name, Looking(20, Path("cache")))
    names = sorted(type(subject).__name__ for subject in subjects)
    assert names == sorted(kind.__name__ for kind in KINDS[request.node.callspec.params["recipe"]])
    assert all(subject.name.startswith(("tiny: ", "toy:", "celeba:")) for subject in subjects)


def test_the_network_has_a_loss_that_teaches_it(recipe):
    subject = of(recipe, Network)
    assert 2 <= len(subject.inputs) <= 4
    terms = subject.loss(subject.network.train()(subject.inputs))
    torch.stack(list(terms.values())).sum().backward()
    assert any(p.grad is not None and p.grad.abs().sum() > 0 for p in subject.network.parameters())


def test_training_is_that_of_the_module(recipe):
    """The same batches each time a round is asked for, others in another round; its own optimiser."""
    subject = of(recipe, Training)
    first, again, other = (next(iter(subject.batches(round_))) for round_ in (0, 0, 1))
    assert torch.equal(first[0], again[0]) and not torch.equal(first[0], other[0])
    assert len(first[0]) <= 4
    network = subject.network()
    subject.prepare(network, 0)
    assert network.training and set(subject.loss(network, first))
    optimiser = subject.optimiser(network)
    assert optimiser.param_groups[0]["lr"] == pytest.approx(subject.highest)


def test_a_coding_takes_what_the_network_gives(recipe):
    for coding in open_subjects(recipe.name, Looking(20, Path("cache"))):
        if not isinstance(coding, Coding):
            continue
        raw = coding.network(torch.zeros(1, 3, coding.height, coding.width)).detach().requires_grad_()
        assert raw.shape[1:] == coding.raw_shape
        assert coding.decode(raw).reshape(-1, 5).shape[1] == 5
        for boxes in (torch.tensor([[20.0, 24.0, 52.0, 60.0]]), torch.zeros(0, 4)):
            targets = coding.encode(boxes)
            loss = coding.total(raw, targets)
            assert loss.isfinite()
            assert coding.weighted(raw, targets, coding.weights).item() == pytest.approx(loss.item())
            twice = {term: 2 * weight for term, weight in coding.weights.items()}
            assert coding.weighted(raw, targets, twice).item() == pytest.approx(2 * loss.item())
        if coding.examples is not None:  # of points there is nothing to lose
            assert len(coding.examples) == 4 and coding.examples[0].shape[1] == 4


def test_validation_is_seen_as_the_network_sees_it(recipe):
    for items in open_subjects(recipe.name, Looking(20, Path("cache"))):
        if isinstance(items, Items) and items.augmented is False:
            seen = items.read(1, 0)
            assert seen.picture.shape == (96, 96, 3)
            assert np.array_equal(seen.picture, read_picture(items.files[1]))  # 96 x 96 already
            assert np.array_equal(items.read(1, 0).picture, items.read(1, 1).picture)


@pytest.mark.parametrize(
    "schedule", ["cosine", "constant", "steps", "triangular", "triangular2", "exp_range"]
)
def test_the_lowest_rate_stated_is_the_lowest_met(schedule):
    settings = Optimiser(schedule=schedule, warmup=10, cycle=20, drops=[0.5, 0.8], lowest=1e-4)
    rates = [rate_at(step, 410, settings) for step in range(10, 411)]
    assert min(rates) == pytest.approx(lowest_rate(settings), rel=1e-3)


def test_no_small_recipe_is_refused(recipe):
    result = examine(open_subjects(recipe.name, Looking(20, Path("cache"))), cheap=True)
    assert [f"{f.id}: {f.message}" for f in result.findings if f.severity == "error"] == []


@pytest.mark.parametrize("parts", [2, 4])
def test_batches_worked_through_in_parts_are_examined_too(parts, detection):
    text = detection.read_text().replace("batch = 2\n", f"batch = 8\naccumulate = {parts}\n")
    detection.write_text(text)
    result = examine(open_subjects(detection.name, Looking(20, Path("cache"))), cheap=True)
    assert [f.id for f in result.findings if f.severity == "error"] == []


def test_faceless_pictures_of_training_and_validation_are_held_against_each_other(detection):
    folder = Path("nobody")
    folder.mkdir()
    for i in range(30):
        pixels = np.random.default_rng(i).integers(0, 256, (96, 96, 3), np.uint8)
        write_picture(pixels, folder / f"{i}.png")
    shared = 'faceless = ["folder:nobody"]\nvalidation_faceless = ["folder:nobody"]\n'
    detection.write_text(detection.read_text().replace("[data]\n", f"[data]\n{shared}"))
    result = examine(open_subjects(detection.name, Looking(20, Path("cache"))))
    assert "negatives-shared" in [finding.id for finding in result.findings]
