"""A recipe so small that a run takes a second or two: drawn pictures, canvases of 64 pixels, few steps."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from facewright.training.detection import DetectionRecipe

torch.set_num_threads(1)


@pytest.fixture(scope="session")
def toy_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="session")
def tiny() -> Callable[..., DetectionRecipe]:
    """`tiny(optimiser={...}, ...)`: four rounds of three steps in two stages, changed as given."""

    def make(**changes: object) -> DetectionRecipe:
        table: dict[str, object] = {
            "name": "tiny",
            "task": "detection",
            "steps": 3,
            "data": {
                "train": {"toy:12?seed=0&size=128": 1.0},
                "validation": ["toy:6?seed=1&size=128"],
                "validation_limit": 3,
                "max_side": 128,
                "workers": 0,
            },
            "stages": [
                {"rounds": 2, "canvas": 64, "batch": 2, "tiles": [2, 2]},
                {"rounds": 2, "canvas": 96, "batch": 3, "mosaic": 0.0},
            ],
            "evaluation": {"every": 3, "size": 128},
            "optimiser": {"warmup": 2},
        }
        return DetectionRecipe.model_validate(table | changes)

    return make
