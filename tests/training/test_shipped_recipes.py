"""Every recipe that comes with facewright is built and run for a few steps, on drawn data of its task."""

import json

import numpy as np
import pytest
from safetensors.numpy import load_file

from facewright.models.crop_net import CropNet
from facewright.training.loading import load_recipe, recipe_names
from facewright.training.run import train
from facewright.training.weights import read_weights

PICTURES = ('data.train={"toy:6?seed=0&size=96"=1}', 'data.validation=["toy:3?seed=1&size=96"]')
WITHOUT = ('data.faceless={"toy:5?seed=2&size=96"=1}', 'data.validation_faceless=["toy:3?seed=3&size=96"]')
DRAWN = {
    "detection": (*PICTURES, "data.faceless=[]", "data.validation_faceless=[]"),
    "grid-detection": (*PICTURES, "data.faceless=[]"),
    "localisation": (*PICTURES, "data.faceless=[]", "data.validation_faceless=[]"),
    "classification": (*PICTURES, *WITHOUT),
    "regression": ('data.train={"saddle:30"=1}', 'data.validation=["saddle:9?seed=1"]'),
    "attributes": (  # as their comments say, for the whole of CelebA
        'data.train={"celeba:DIR?split=train"=1}',
        'data.tight={"celeba:DIR?split=train"=[0.056,0.193,0.944,0.927]}',
        'data.validation=["celeba:DIR?split=val"]',
    ),
}
"""task -> drawn data in the place of the recipe's"""
NO_ALARMS = ("data.hard=''", *(f"stages.{i}.hard_negative=0" for i in range(3)))
ALONE = {
    "yolo2-darknet19": ("network.backbone=''",),
    "detector-taught": NO_ALARMS,
    "detector-long": NO_ALARMS[:3],
    "detector-medium": NO_ALARMS,
    "detector-medium-last": NO_ALARMS,
    "attributes-taught": ("teacher.weights=['attributes-nano']",),
}
"""recipe -> what makes it do without another run"""
GROWN_FROM = {"detector-renew": "detector-nano", "detector-medium": "detector-small"}


def begun_with(name, system):
    """The weights without which a recipe makes no sense; None where it makes some."""
    if not system.needs_weights:
        return None
    if name in GROWN_FROM:
        return read_weights(GROWN_FROM[name])
    return CropNet(len(system.recipe.classes), system.recipe.network.size).state_dict()


@pytest.mark.parametrize("name", recipe_names())
def test_trains_through_all_its_stages(name, tmp_path, celeba):
    drawn = [change.replace("DIR", str(celeba)) for change in DRAWN[load_recipe(name).task]]
    recipe = load_recipe(name, (*drawn, *ALONE.get(name, ()), "data.workers=0")).shortened()
    init = begun_with(name, recipe.system())
    weights = load_file(train(recipe, tmp_path / "run", init=init, device="cpu", threads=1, cache=tmp_path))
    assert all(np.isfinite(value).all() for value in weights.values())
    record = json.loads((tmp_path / "run" / "run.json").read_text(encoding="utf-8"))
    assert record["steps"] == 3 * len(recipe.stages)
    assert np.isfinite(record["best"])
