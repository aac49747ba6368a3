"""Attributes of one face a picture, as a table."""

import numpy as np
import pytest

from facewright.core.errors import DataError
from facewright.datasets.attribute_table import attribute_table
from facewright.datasets.sample import Dataset, Sample, no_landmarks


def picture(name: str, faces: int = 1, **attributes: int) -> Sample:
    values = {key: np.full(faces, value, np.int8) for key, value in attributes.items()}
    return Sample(name, b"", np.full((faces, 4), np.nan, np.float32), no_landmarks(faces), values, group=name)


def test_what_is_not_said_is_unknown():
    dataset = Dataset("set", [picture("a", Male=1, Young=0), picture("b", Young=-1)])
    assert attribute_table(dataset, ["Young", "Male", "Bald"]).tolist() == [[0, 1, -1], [-1, -1, -1]]


@pytest.mark.parametrize("faces", [0, 2])
def test_pictures_without_or_with_several_faces_are_refused(faces):
    with pytest.raises(DataError, match=f"set: b has {faces} faces; attributes want one a picture"):
        attribute_table(Dataset("set", [picture("a", Male=1), picture("b", faces, Male=1)]), ["Male"])
