"""Attributes are learnt from a folder in CelebA's layout, and a run exports to a file that agrees."""

import pytest
import torch
from pydantic import ValidationError

from facewright.core.attributes import CELEBA, S1
from facewright.core.errors import DataError, RecipeError
from facewright.training.attributes import AttributesRecipe, AttributesSystem
from facewright.training.loading import load_recipe


@pytest.fixture
def tiny(celeba) -> AttributesRecipe:
    return AttributesRecipe.model_validate(
        {
            "name": "tiny",
            "attributes": ["Smiling", "Male"],
            "network": {"name": "crop-net"},
            "data": {
                "train": {f"celeba:{celeba}?split=train": 1},
                "validation": [f"celeba:{celeba}?split=val"],
                "workers": 0,
            },
            "steps": 60,
            "stages": [{"rounds": 1, "side": 32, "batch": 8, "mirror": 0.5, "shift": 0.05}],
            "optimiser": {"warmup": 5, "clip": 10},
            "lean": 0.5,
        }
    )


def test_it_learns_what_can_be_seen_and_the_card_says_how_to_read_it(tiny, tmp_path):
    system = AttributesSystem(tiny)
    system.open(tmp_path)
    torch.manual_seed(0)
    network = system.network()
    optimiser = torch.optim.Adam(network.parameters(), 3e-3)
    for batch in system.loader(0):
        optimiser.zero_grad()
        system.loss(network, batch)["attributes"].backward()
        optimiser.step()
    figures = system.validate(network.eval())
    assert set(figures) == set(system.figures) and figures["ap"] > 0.95
    calibration = system.calibrate(network, tmp_path)
    card = system.card()
    assert card["classes"] == ["Smiling", "Male"] and card["side"] == 32
    assert len(calibration["slope"]) == 2 and min(calibration["slope"]) > 0
    assert system.sheet(batch).ndim == 3
    plain = AttributesSystem(tiny.model_copy(update={"lean": "none"}))
    assert plain.calibrate(network, tmp_path) == {}


def test_a_crop_is_a_function_of_its_number_and_carries_its_pictures_labels(tiny, tmp_path):
    system = AttributesSystem(tiny)
    system.open(tmp_path)
    first, again = (next(iter(system.loader(0))) for _ in range(2))
    assert torch.equal(first.pixels, again.pixels) and torch.equal(first.labels, again.labels)
    bright = first.pixels.float().mean((1, 2, 3)) > 100
    assert torch.equal(bright, first.labels[:, 0] == 1)
    red = first.pixels[:, 0].float().mean((1, 2)) - first.pixels[:, 1].float().mean((1, 2)) > 30
    assert torch.equal(red, first.labels[:, 1] == 1)


def test_lists_of_attributes(tiny):
    assert tiny.classes == ("Smiling", "Male")
    assert tiny.model_copy(update={"attributes": "s1"}).classes == S1
    assert load_recipe("attributes-resnet15", ["attributes=all"]).classes == CELEBA
    with pytest.raises(RecipeError, match="names each attribute once"):
        load_recipe("attributes-resnet15", ['attributes=["Male","Male"]'])
    with pytest.raises(RecipeError, match="network"):
        load_recipe("attributes-resnet15", ["network.name=resnet16"])


def test_an_attribute_that_no_picture_has_and_a_wrong_set_are_said(tiny, tmp_path):
    system = AttributesSystem(tiny.model_copy(update={"attributes": ["Smilling"]}))
    with pytest.raises(DataError, match="no training picture says Smilling; did you mean 'Smiling'"):
        system.open(tmp_path)
    data = tiny.data.model_copy(update={"tight": {"celeba-alinged/train": (0, 0, 1, 1)}})
    with pytest.raises(DataError, match=r"data\.tight: celeba-alinged/train is not in data\.train"):
        AttributesSystem(tiny.model_copy(update={"data": data})).open(tmp_path)


@pytest.mark.parametrize(("name", "side"), [("resnet15", 128), ("resnet15", 48), ("crop-net", 8)])
def test_crops_that_a_network_cannot_look_at_are_refused(tiny, name, side):
    table = tiny.model_dump() | {"network": {"name": name}, "stages": [{"rounds": 1, "side": side}]}
    with pytest.raises(ValidationError, match=rf"stages\.0\.side: {name} takes crops of .*, not {side}"):
        AttributesRecipe.model_validate(table)


@pytest.mark.parametrize("region", [(0.5, 0.2, 0.5, 0.9), (0.9, 0.2, 0.5, 0.9), (0, 0, 1.2, 1)])
def test_a_framing_outside_the_picture_or_of_no_size_is_refused(tiny, region):
    data = tiny.data.model_dump()
    with pytest.raises(ValidationError, match="must be shares with 0 <= x0 < x1 <= 1"):
        AttributesRecipe.model_validate(
            tiny.model_dump() | {"data": data | {"tight": dict.fromkeys(data["train"], region)}}
        )
