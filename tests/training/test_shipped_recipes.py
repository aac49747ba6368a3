"""Every recipe that comes with facewright is built and run for a few steps, on drawn faces."""

import json

import numpy as np
import pytest
from safetensors.numpy import load_file

from facewright.training.loading import load_recipe, recipe_names
from facewright.training.run import train

PICTURES = ('data.train={"toy:6?seed=0&size=96"=1}', 'data.validation=["toy:3?seed=1&size=96"]')
WITHOUT = ('data.faceless={"toy:5?seed=2&size=96"=1}', 'data.validation_faceless=["toy:3?seed=3&size=96"]')
DRAWN = {
    "classification": (*PICTURES, *WITHOUT),
    "regression": ('data.train={"saddle:30"=1}', 'data.validation=["saddle:9?seed=1"]'),
}
"""task -> drawn data in the place of the recipe's"""
ALONE = {"yolo2-darknet19": ("network.backbone=''",)}
"""recipe -> what makes it do without another run"""


@pytest.mark.parametrize("name", recipe_names())
def test_trains_through_all_its_stages(name, tmp_path):
    drawn = DRAWN.get(load_recipe(name).task, (*PICTURES, "data.faceless=[]"))
    recipe = load_recipe(name, (*drawn, *ALONE.get(name, ()), "data.workers=0")).shortened()
    weights = load_file(train(recipe, tmp_path / "run", device="cpu", threads=1, cache=tmp_path))
    assert all(np.isfinite(value).all() for value in weights.values())
    record = json.loads((tmp_path / "run" / "run.json").read_text(encoding="utf-8"))
    assert record["steps"] == 3 * len(recipe.stages)
    assert np.isfinite(record["best"])
