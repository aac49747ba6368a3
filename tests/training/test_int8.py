import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from torch import nn

from facewright.core.errors import RecipeError
from facewright.core.logits import logit
from facewright.inference.session import Session, find_model
from facewright.training.int8 import rounded_values, rounded_weights, rounding
from facewright.training.loading import load_made
from facewright.training.range_test import FEWEST, range_test
from facewright.training.regression import RegressionRecipe
from facewright.training.run import train
from facewright.training.weights import load_weights, read_weights

NUMBERS = st.floats(-100, 100, width=32)


@given(npst.arrays(np.float32, (3, 2, 3, 3), elements=NUMBERS))
def test_weights_are_off_by_half_a_step_of_their_filters_at_most(weights):
    rounded = rounded_weights(torch.from_numpy(weights)).numpy()
    step = np.abs(weights).max((1, 2, 3), keepdims=True) / 64
    assert (np.abs(rounded - weights) <= step * 0.501 + 1e-6).all()
    assert all(len(np.unique(filter_)) <= 129 for filter_ in rounded)


@given(npst.arrays(np.float32, (1, 2, 4, 4), elements=NUMBERS))
def test_values_are_off_by_half_a_step_of_their_range_at_most_and_nought_stays(values):
    values[0, 0, 0, 0] = 0
    rounded = rounded_values(torch.from_numpy(values)).numpy()
    step = (values.max() - values.min()) / 255
    assert (np.abs(rounded - values) <= step * 1.01 + 1e-6).all()  # the ends may lie half a step outside
    assert rounded[0, 0, 0, 0] == 0 and len(np.unique(rounded)) <= 256


def test_the_range_is_the_mean_of_the_examples_ranges():
    values = torch.tensor([[0.0, 1.0, 0.4], [0.0, 3.0, 0.4]])
    assert rounded_values(values)[1, 1].item() == pytest.approx(2.0)


def test_what_is_no_number_stays_none():
    assert rounded_values(torch.tensor([[1.0, torch.nan]])).isnan().any()


def test_only_what_learns_is_rounded_and_its_weights_stay_as_they_are():
    torch.manual_seed(0)
    layer, values = nn.Conv2d(3, 4, 3), torch.randn(1, 3, 8, 8)
    before, plain = layer.weight.clone(), layer(values)
    with rounding(True):
        rounded = layer(values)
        with torch.no_grad():
            assert torch.equal(layer(values), plain)
    assert not torch.equal(rounded, plain)
    torch.testing.assert_close(rounded, plain, atol=0.1, rtol=0.1)
    with rounding(False):
        assert torch.equal(layer(values), plain)
    rounded.square().sum().backward()
    assert layer.weight.grad is not None and layer.weight.grad.abs().min() > 0
    assert torch.equal(layer.weight, before)


def test_answers_move_as_in_the_int8_file():
    made = load_made("attributes-nano").system()
    network = made.network().eval()
    load_weights(network, read_weights("attributes-nano"))
    card = Session(find_model("attributes-nano")).card
    side = made.card()["side"]
    crops = np.random.default_rng(0).normal(128, 40, (16, 6, 6, 3)).clip(0, 255).astype(np.uint8)
    crops = np.stack([np.kron(crop, np.ones((side // 6, side // 6, 1), np.uint8)) for crop in crops])
    pixels = torch.from_numpy(crops).permute(0, 3, 1, 2).float()
    plain = network(pixels).detach().numpy()
    with rounding(True):
        rounded = network(pixels).detach().numpy()
    said = Session(find_model("attributes-nano-int8")).run({"pictures": crops})["probabilities"]
    in_file = (logit(said) - card.calibration["offset"]) / card.calibration["slope"]
    moved = np.corrcoef((rounded - plain).ravel(), (in_file - plain).ravel())[0, 1]
    assert moved > 0.5


def test_a_stage_trains_so_and_its_next_does_not(tiny, toy_cache, tmp_path):
    def weights(*int8):
        stages = [{"rounds": 1, "canvas": 64, "batch": 2, "int8": each} for each in int8]
        folder = tmp_path / "-".join(map(str, int8))
        train(tiny(stages=stages), folder, device="cpu", threads=1, cache=toy_cache)
        return torch.cat([value.flatten() for value in read_weights(folder).values()])

    plain, first, both = weights(False, False), weights(True, False), weights(True, True)
    assert not torch.equal(plain, first) and not torch.equal(first, both)
    assert torch.isfinite(both).all()


def test_a_range_test_rounds_as_the_first_stage_does(tiny, toy_cache):
    def losses(*int8):
        stages = [{"rounds": 1, "canvas": 64, "batch": 2, "int8": each} for each in int8]
        return [
            trial.loss for trial in range_test(tiny(stages=stages), toy_cache, steps=FEWEST, device="cpu")
        ]

    assert losses(True, False) != losses(False, True)


def test_a_network_without_convolutions_has_nothing_to_round(tmp_path):
    recipe = RegressionRecipe(
        name="tiny",
        data={"train": {"saddle:300?part=train": 1}, "validation": ["saddle:300?part=val"]},
        stages=[{"rounds": 1, "batch": 32}, {"rounds": 1, "batch": 32, "int8": True}],
    )
    with pytest.raises(RecipeError, match=r"stages\.1\.int8: the network has no convolutions"):
        train(recipe, tmp_path / "run", device="cpu", threads=1, cache=tmp_path)
    assert not (tmp_path / "run").exists()
