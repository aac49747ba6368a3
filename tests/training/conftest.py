"""A recipe so small that a run takes a second or two: drawn pictures, canvases of 64 pixels, few steps."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from facewright.core.attributes import CELEBA
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


@pytest.fixture(scope="session")
def celeba(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """CelebA's layout: bright pictures are Smiling, reddish ones Male; the other attributes are drawn."""
    people = 24
    root = tmp_path_factory.mktemp("celeba")
    (root / "img_align_celeba").mkdir()
    rng = np.random.default_rng(0)
    attributes, identities, partition = [], [], []
    for i in range(people):
        name, bright, red = f"{i:06d}.jpg", i % 2, i // 2 % 2
        noise = rng.integers(0, 60, (218, 178, 3))
        pixels = noise + 120 * bright + np.array([60 * red, 0, 0])
        Image.fromarray(pixels.astype(np.uint8)).save(root / "img_align_celeba" / name)
        values = dict.fromkeys(CELEBA, 0) | {n: int(rng.integers(2)) for n in CELEBA}
        values |= {"Smiling": bright, "Male": red}
        attributes.append(" ".join([name, *("1" if values[n] else "-1" for n in CELEBA)]))
        identities.append(f"{name} {i}")
        partition.append(f"{name} {0 if i < 16 else 1}")
    (root / "list_attr_celeba.txt").write_text("\n".join([str(people), " ".join(CELEBA), *attributes]))
    (root / "identity_CelebA.txt").write_text("\n".join(identities))
    (root / "list_eval_partition.txt").write_text("\n".join(partition))
    return root
