import pytest
import torch
from safetensors.torch import save_file

from facewright.core.errors import ModelError
from facewright.models.darknet19 import Darknet19
from facewright.training.grid_detection import GridDetectionRecipe
from facewright.training.weights import WEIGHTS


def recipe_of(backbone):
    return GridDetectionRecipe.model_validate(
        {
            "name": "tiny",
            "network": {"name": "yolo2", "anchors": [[10, 12], [30, 40]], "backbone": backbone},
            "data": {
                "train": {"toy:6?seed=0&size=96": 1.0},
                "validation": ["toy:3?seed=1&size=96"],
                "workers": 0,
            },
            "stages": [{"rounds": 1, "canvas": 64, "batch": 2}],
        }
    )


def test_training_begins_with_the_classifiers_backbone(tmp_path):
    classifier = Darknet19()
    save_file(classifier.state_dict(), tmp_path / WEIGHTS)
    system = recipe_of(str(tmp_path)).system()
    system.open(tmp_path / "cache")
    untrained, network = system.network(), system.network()
    system.begin(network)
    first = "backbone.early.0.0.weight"
    assert torch.equal(network.state_dict()[first], classifier.state_dict()[first])
    assert not torch.equal(untrained.state_dict()[first], classifier.state_dict()[first])
    loss = system.loss(network, next(iter(system.loader(0))))
    assert all(torch.isfinite(term) for term in loss.values())
    assert system.figures[-1] == "lost"


def test_a_missing_run_is_told(tmp_path):
    system = recipe_of(str(tmp_path / "runs" / "none")).system()
    system.open(tmp_path / "cache")
    with pytest.raises(ModelError, match="none: no such run or weights, wanted for the backbone"):
        system.begin(system.network())
