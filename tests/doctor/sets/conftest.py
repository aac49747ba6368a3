"""Drawn people to divide, and short ways to make subjects of them."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from facewright.datasets.sample import Dataset, Sample, no_landmarks
from facewright.datasets.toy import draw_sample
from facewright.doctor.data import Data
from facewright.doctor.examination import examine

DATA = Path(__file__).parents[3] / "data"


@pytest.fixture
def real_data(monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder with the unpacked real sets, made the data root; skips where there is none."""
    if not (DATA / "detection").is_dir():
        pytest.skip("the real data is not unpacked in data/")
    monkeypatch.setenv("FACEWRIGHT_DATA", str(DATA))
    return DATA


@pytest.fixture(scope="session")
def toys() -> Sequence[Sample]:
    """240 drawn pictures of 0 to 12 people."""
    return [draw_sample(7, index, 128) for index in range(240)]


@pytest.fixture(scope="session")
def portraits(toys: Sequence[Sample]) -> Sequence[Sample]:
    """Upright pictures of one face each, with some surroundings, of different sizes."""
    return [p for toy in toys if (p := _portrait(toy)) is not None]


@pytest.fixture(scope="session")
def ids():
    """Of subjects -> the ids of all that is found, each once."""
    return lambda *subjects: {finding.id for finding in examine(subjects).findings}


@pytest.fixture(scope="session")
def errors():
    """Of subjects -> what is found of severity error, in words."""
    return lambda *subjects: [
        f"{f.id}: {f.message}" for f in examine(subjects).findings if f.severity == "error"
    ]


@pytest.fixture(scope="session")
def data():
    """(name, samples, limit) -> Data."""
    return lambda name, samples, limit=1000: Data(name, Dataset(name, list(samples)), limit)


@pytest.fixture(scope="session")
def scene():
    """(seed) -> a picture without a face, as a sample: coloured clouds."""
    return _scene


def _scene(seed: int, width: int = 128, height: int = 96) -> Sample:
    rng = np.random.default_rng(seed)
    clouds = Image.fromarray(rng.integers(0, 256, (9, 12, 3), np.uint8))
    picture = np.asarray(clouds.resize((width, height), Image.Resampling.BICUBIC))
    return Sample(
        f"scene-{seed}", picture, np.zeros((0, 4), np.float32), no_landmarks(0), group=f"scene-{seed}"
    )


def _portrait(toy: Sample) -> Sample | None:
    sides = toy.boxes[:, 2:] - toy.boxes[:, :2]
    if not len(sides) or sides.max(axis=0).min() < 28:
        return None
    chosen = int(sides.prod(axis=1).argmax())
    width, height = sides[chosen]
    x0, y0, x1, y1 = toy.boxes[chosen]
    pixels = toy.read()
    left, top = (int(max(0, v)) for v in (x0 - width / 3, y0 - height / 3))
    right, bottom = int(min(pixels.shape[1], x1 + width / 3)), int(min(pixels.shape[0], y1 + height / 3))
    shift = np.array([left, top], np.float32)
    return replace(
        toy,
        picture=np.ascontiguousarray(pixels[top:bottom, left:right]),
        boxes=toy.boxes[[chosen]] - np.tile(shift, 2),
        landmarks=toy.landmarks[[chosen]] - shift,
        attributes={name: values[[chosen]] for name, values in toy.attributes.items()},
    )
