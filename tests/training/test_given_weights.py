"""Runs that begin with given weights, and what of them stands still."""

import shutil

import pytest
import torch
from safetensors.torch import load_file, save_file

from facewright.core.errors import ModelError, RecipeError, UsageError
from facewright.export.run_folder import read_network, read_run


def test_what_a_stage_freezes_stands_still_and_moves_again_in_the_next(tiny, go, finished, tmp_path):
    given = load_file(finished[0] / "weights.safetensors")

    def moved(frozen_stages):
        stages = [
            {"rounds": 1, "canvas": 64, "batch": 2, "frozen": ["stem", "stages.0"] if frozen else []}
            for frozen in frozen_stages
        ]
        folder = tmp_path / str(frozen_stages)
        go(tiny(stages=stages, averaging={"decay": 0}), folder, init=given)
        weights = load_file(folder / "weights.safetensors")
        return {name for name in given if not torch.equal(weights[name], given[name])}

    held = {name for name in given if name.startswith(("stem", "stages.0"))}
    assert held.isdisjoint(moved([True])) and moved([True, False]) & held
    assert any(name.startswith("heads") for name in moved([True, True]))


def test_a_stage_that_freezes_nothing_there_is_refused_before_training(tiny, go, tmp_path):
    stages = [{"rounds": 1, "canvas": 64}, {"rounds": 1, "canvas": 64, "frozen": ["stem", "stage.0"]}]
    with pytest.raises(RecipeError, match=r"stages\.1\.frozen: .*'stage\.0'.*stages"):
        go(tiny(stages=stages), tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_init_begins_with_the_weights_given(tiny, go, finished, tmp_path):
    given = load_file(finished[0] / "weights.safetensors")
    recipe = tiny(
        steps=1, stages=[{"rounds": 1, "canvas": 64, "batch": 2}], optimiser={"rate": 1e-9, "warmup": 0}
    )
    go(recipe, tmp_path / "run", init=given)
    weights = load_file(tmp_path / "run" / "weights.safetensors")
    for name in given:
        if "running" not in name and "num_batches" not in name:
            torch.testing.assert_close(weights[name], given[name], rtol=1e-4, atol=1e-6)


def test_growing_from_nothing_is_refused(tiny, go, tmp_path):
    with pytest.raises(UsageError, match=r"network\.grow: there is nothing to grow from; .*--init"):
        go(tiny(network={"grow": True}), tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_run_of_an_earlier_network_is_one_sentence(finished, tiny, go, tmp_path):
    """As runs from before there was a coarsest level."""
    folder = shutil.copytree(finished[0], tmp_path / "old")
    earlier = {k: v for k, v in load_file(folder / "weights.safetensors").items() if "coarse" not in k}
    save_file(earlier, folder / "weights.safetensors")
    checkpoint = torch.load(folder / "last.ckpt", weights_only=True)
    checkpoint["state_dict"] = {f"network.{name}": value for name, value in earlier.items()}
    torch.save(checkpoint, folder / "last.ckpt")
    says = r"old: its weights are of an earlier FaceDetector.*--init \S+old --set network\.grow=true"
    with pytest.raises(ModelError, match=says):
        go(tiny(), folder, resume=True)
    run = read_run(folder)
    with pytest.raises(ModelError, match=says):
        read_network(run, run.recipe.system())
    with pytest.raises(UsageError, match=r"of the same size, or --set network\.grow=true"):
        go(tiny(), tmp_path / "new", init=earlier)
