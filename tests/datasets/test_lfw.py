"""LFW: the person is the group, and where the face is nobody says."""

import numpy as np
import pytest

from facewright.core.errors import DataError
from facewright.datasets.lfw import read


@pytest.mark.parametrize("inside", ["", "lfw/"])
def test_a_folder_a_person(tmp_path, draw, inside):
    for name in ("Ada_Lovelace/Ada_Lovelace_0001.jpg", "Ada_Lovelace/Ada_Lovelace_0002.jpg",
                 "Al_Gore/Al_Gore_0001.jpg"):  # fmt: skip
        draw(f"{inside}{name}", 250, 250)
    draw(f"{inside}stray.jpg", 250, 250)
    found = read(tmp_path)
    assert [s.group for s in found] == ["Ada_Lovelace", "Ada_Lovelace", "Al_Gore"]
    assert found[0].name == "Ada_Lovelace/Ada_Lovelace_0001.jpg"
    assert all(s.boxes.shape == (1, 4) and np.isnan(s.boxes).all() for s in found)


def test_nothing_there_is_said(tmp_path, draw):
    draw("a.jpg")
    with pytest.raises(DataError, match="no usable folders of people"):
        read(tmp_path)
    with pytest.raises(DataError, match="no such folder"):
        read(tmp_path / "x")
