import json

import numpy as np
import pytest
import torch
from pydantic import ValidationError

from facewright.core.errors import RecipeError
from facewright.training.grid_detection import GridDetectionRecipe, lost_faces
from facewright.training.loading import load_recipe
from facewright.training.run import train

NETWORKS = {
    "yolo-resnet": {"filters": 4},
    "pool-resnet": {"filters": 4, "cells": 3},
    "mobilenet-v3": {},
    "yolo-separable": {},
    "ssd": {},
}


@pytest.fixture(scope="module")
def recipe_of():
    """`recipe_of("ssd", steps=2, ...)`: two rounds on drawn faces, canvases of 96 pixels."""

    def make(
        name: str = "pool-resnet", options: dict | None = None, **changes: object
    ) -> GridDetectionRecipe:
        table: dict[str, object] = {
            "name": "tiny",
            "task": "grid-detection",
            "steps": 2,
            "network": {"name": name, **NETWORKS[name], **(options or {})},
            "data": {
                "train": {"toy:12?seed=0&size=128": 1.0},
                "validation": ["toy:6?seed=1&size=128"],
                "validation_limit": 3,
                "max_side": 128,
                "workers": 0,
            },
            "stages": [{"rounds": 2, "canvas": 96, "batch": 3}],
            "optimiser": {"kind": "adam", "warmup": 1, "rate": 1e-3},
            "evaluation": {"every": 1, "size": 128},
        }
        return GridDetectionRecipe.model_validate(table | changes)

    return make


@pytest.mark.parametrize("name", NETWORKS)
def test_a_run_trains_and_is_judged(name, recipe_of, toy_cache, tmp_path):
    train(recipe_of(name), tmp_path / "run", device="cpu", threads=1, cache=toy_cache)
    record = json.loads((tmp_path / "run" / "run.json").read_text(encoding="utf-8"))
    assert (record["steps"], record["chosen_by"]) == (4, "ap50")
    header = (tmp_path / "run" / "metrics.csv").read_text(encoding="utf-8").splitlines()[0].split(",")
    assert header[2:6] == ["train/coordinates", "train/confidence", "train/no_object", "train/loss"]
    assert header[-1] == "val/lost"
    assert (tmp_path / "run" / "weights.safetensors").is_file()


@pytest.mark.parametrize("name", NETWORKS)
def test_it_learns_one_batch_by_heart(name, recipe_of, toy_cache):
    torch.manual_seed(0)
    system = recipe_of(name).system()
    system.open(toy_cache)
    batch = next(iter(system.loader(0)))
    network = system.network()
    optimiser = torch.optim.Adam(network.parameters(), lr=3e-3)
    losses = []
    for _ in range(12):
        loss = sum(system.loss(network, batch).values())
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    assert losses[-1] < 0.8 * losses[0]


class Oracle(torch.nn.Module):
    """Says what a picture's targets are, in whatever square it is shown."""

    def __init__(self, raw):
        super().__init__()
        self.raw = torch.nn.Parameter(raw)

    def forward(self, x):
        return self.raw


def test_faces_come_back_in_pixels_of_the_picture(recipe_of):
    system = recipe_of("yolo-separable").system()
    picture = np.zeros((100, 200, 3), np.uint8)
    truth = torch.tensor([[20.0, 30, 80, 90], [130, 10, 170, 60]])
    targets = system.head.targets([truth * 96 / 200], [torch.zeros(0, 4)])
    faces = system.find(Oracle(torch.logit(targets.maps)), picture, 0.5)
    found = faces.boxes[np.argsort(faces.boxes[:, 0])]
    np.testing.assert_allclose(found, truth.numpy(), atol=0.1)
    assert (faces.width, faces.height) == (200, 100)


def test_the_described_faults_are_a_switch_of_the_grid_only(recipe_of):
    assert recipe_of(options={"described_faults": True}).system().head.described_faults
    assert not recipe_of().system().head.described_faults
    with pytest.raises(ValidationError, match="described_faults"):
        recipe_of("ssd", {"described_faults": True})


def test_the_network_has_one_side_in_all_stages(recipe_of):
    stages = [{"rounds": 1, "canvas": 96}, {"rounds": 1, "canvas": 128}]
    with pytest.raises(ValidationError, match=r"one side in all stages, not \[96, 128\]"):
        recipe_of(stages=stages)


def test_more_cells_than_the_picture_has_room_for_are_refused(recipe_of):
    with pytest.raises(ValidationError, match="has room for 12, not 13"):
        recipe_of(options={"cells": 13})


@pytest.mark.parametrize(
    "change, sentence",
    [
        ("network.filter=3", "unknown key 'network.filter'; did you mean 'filters'"),
        ("network.name=pool-resnt", "network.name: there is no 'pool-resnt'; did you mean 'pool-resnet'"),
        ("network.filters=0", "network.filters: input should be greater than or equal to 1, not 0"),
        ("network.cells=100", "network.cells: a canvas of 480 pixels has room for 60, not 100$"),
    ],
)
def test_a_mistake_in_the_network_table_is_one_sentence(change, sentence):
    with pytest.raises(RecipeError, match=sentence):
        load_recipe("yolo-poolresnet-medium", [change])


def test_faces_without_a_place_are_counted(recipe_of, toy_cache):
    system = recipe_of("pool-resnet", {"cells": 1}).system()
    system.open(toy_cache)
    (dataset,) = system.validation_sets
    lost, faces = lost_faces(system.head, dataset)
    assert faces == sum(len(sample.boxes) for sample in dataset)
    assert lost == sum(max(len(sample.boxes) - 1, 0) for sample in dataset)
    figures = system.validate(system.network().eval())
    assert list(figures) == list(system.figures)
    assert figures["lost"] == pytest.approx(lost / faces)


def test_the_sheet_shows_the_batch(recipe_of, toy_cache):
    system = recipe_of().system()
    system.open(toy_cache)
    batch = next(iter(system.loader(0)))
    assert batch.pixels.shape == (3, 3, 96, 96)
    assert system.sheet(batch).ndim == 3
