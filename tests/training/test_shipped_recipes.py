"""Every recipe that comes with facewright is built and run for a few steps, on drawn faces."""

import json

import numpy as np
import pytest
from safetensors.numpy import load_file

from facewright.training.loading import load_recipe, recipe_names
from facewright.training.run import train

DRAWN = (
    'data.train={"toy:6?seed=0&size=96"=1}',
    'data.validation=["toy:3?seed=1&size=96"]',
    "data.faceless=[]",
    "data.workers=0",
)


@pytest.mark.parametrize("name", recipe_names())
def test_trains_through_all_its_stages(name, tmp_path):
    recipe = load_recipe(name, DRAWN).shortened()
    weights = load_file(train(recipe, tmp_path / "run", device="cpu", threads=1, cache=tmp_path))
    assert all(np.isfinite(value).all() for value in weights.values())
    record = json.loads((tmp_path / "run" / "run.json").read_text(encoding="utf-8"))
    assert record["steps"] == 3 * len(recipe.stages)
    assert 0 <= record["best"] <= 1
