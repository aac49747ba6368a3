"""Healthy drawn pictures, from which each test makes one faulty set."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from facewright.datasets.sample import Dataset, Sample, no_landmarks
from facewright.datasets.toy import ToySamples
from facewright.doctor.data import Data
from facewright.doctor.examination import examine

PICTURES = 32


@pytest.fixture(scope="session")
def toys() -> list[Sample]:
    """Square pictures with one face or more that are large enough to be seen."""
    drawn = ToySamples(60, seed=5)
    kept = [s for s in drawn if len(s.boxes) and (s.boxes[:, 3] - s.boxes[:, 1]).max() > 30]
    return kept[:PICTURES]


@pytest.fixture(scope="session")
def wide(toys) -> list[Sample]:
    """The same beside a strip of grey, 384 x 256, so that width and height cannot be mistaken."""
    strip = np.full((256, 128, 3), 120, np.uint8)
    return [replace(s, picture=np.concatenate([s.read(), strip], axis=1)) for s in toys]


@pytest.fixture(scope="session")
def errors():
    """samples (or a Dataset) -> ids of the findings of severity error, of all checks there are."""

    def ask(samples) -> list[str]:
        found = examine([data(samples)]).findings
        return [finding.id for finding in found if finding.severity == "error"]

    return ask


@pytest.fixture(scope="session")
def findings():
    """samples (or a Dataset) -> id -> finding, of all checks there are."""

    def ask(samples, **options):
        return {finding.id: finding for finding in examine([data(samples, **options)]).findings}

    return ask


def data(samples, **options) -> Data:
    dataset = samples if isinstance(samples, Dataset) else Dataset("replica", samples)
    return Data("replica", dataset, **options)


@pytest.fixture(scope="session")
def scene():
    """(seed) -> a picture without a face, as a sample: coloured clouds."""

    def one(seed: int) -> Sample:
        clouds = np.random.default_rng(seed).integers(0, 256, (9, 12, 3), np.uint8)
        picture = np.asarray(Image.fromarray(clouds).resize((256, 256), Image.Resampling.BICUBIC))
        return Sample(f"scene-{seed}", picture, np.zeros((0, 4), np.float32), no_landmarks(0))

    return one
