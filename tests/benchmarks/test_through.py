"""Faces of pure red described by how red a crop is: little of the whole picture, most of what is cut out."""

import numpy as np
import pytest

from facewright.core.errors import DataError
from facewright.datasets.sample import Dataset, Sample, no_landmarks
from facewright.inference.attributes import Attributes
from facewright.inference.detector import Detector
from through import through


def sample(name, picture, smiling):
    unknown = np.full((1, 4), np.nan, np.float32)
    return Sample(name, picture, unknown, no_landmarks(1), {"Smiling": np.array([smiling], np.int8)})


@pytest.fixture
def models(colour_attributes, colour_model):
    return Attributes(colour_attributes, threads=1, every=True), Detector(colour_model, threads=1)


def test_both_ways_are_judged_on_what_was_found(models, paint):
    red = paint(100, 100, red=(30, 30, 62, 72), green=(80, 80, 90, 90))  # the smaller face is not meant
    none = paint(100, 100)
    sets = [Dataset("a", [sample("1", red, 1), sample("2", none, 1)]), Dataset("b", [sample("3", none, 0)])]
    seen = through(*models, sets)
    assert (seen.asked, seen.whole.pictures, seen.found.pictures) == (3, 1, 1)
    assert seen.whole.attributes["Smiling"].accuracy == 0
    assert seen.found.attributes["Smiling"].accuracy == 1
    assert 0 < seen.changed < 1 and seen.by_landmarks in (0, 1)


def test_nothing_found_is_a_sentence(models, paint):
    with pytest.raises(DataError, match="a: colours finds no face in any picture"):
        through(*models, [Dataset("a", [sample("2", paint(64, 64), 1)])])
