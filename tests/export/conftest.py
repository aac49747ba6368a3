"""One exported file for all tests here: a nano detector whose weights and norms are random, but not tame."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from facewright.export.onnx_file import export_model
from facewright.inference.card import Card
from facewright.models.detector import FaceDetector
from facewright.training.detection import DetectionRecipe, DetectionSystem


@pytest.fixture(scope="session")
def network() -> FaceDetector:
    """nano, in evaluation mode; every batch norm does something, and scores lie between 0 and 1."""
    torch.manual_seed(3)
    network = FaceDetector("nano").eval()
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.3)
            module.running_var.uniform_(0.5, 2)
            module.weight.data.uniform_(0.5, 1.5)
            module.bias.data.normal_(0, 0.3)
    for head in network.heads:
        torch.nn.init.normal_(head[-1].weight, std=0.02)
        torch.nn.init.constant_(head[-1].bias[:1], 0.0)
    return network


@pytest.fixture(scope="session")
def card() -> Card:
    return Card(
        name="detector-test", task="detection", version="0.1", parameters=1, terms="for tests", max_faces=50
    )


@pytest.fixture(scope="session")
def system() -> DetectionSystem:
    data = {"train": {"toy:1": 1}, "validation": ["toy:1"]}
    return DetectionRecipe.model_validate({"name": "x", "stages": [{"rounds": 1}], "data": data}).system()


@pytest.fixture(scope="session")
def exported(
    system: DetectionSystem, network: FaceDetector, card: Card, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    path = tmp_path_factory.mktemp("exported") / "detector-test.onnx"
    export_model(system, network, card, path)
    return path


@pytest.fixture(scope="session")
def copy_of(network: FaceDetector) -> Callable[[], FaceDetector]:
    """A network of one's own to change."""

    def make() -> FaceDetector:
        copy = FaceDetector("nano").eval()
        copy.load_state_dict(network.state_dict())
        return copy

    return make
