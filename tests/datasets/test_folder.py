"""A folder of faceless pictures."""

import pytest

from facewright.core.errors import DataError
from facewright.datasets.folder import read


def test_every_picture_is_a_sample_without_faces(tmp_path, draw, write):
    draw("b.png")
    draw("sub/c.jpg")
    write("notes.txt", "no picture")
    assert [s.name for s in read(tmp_path)] == ["b.png"]
    deep = read(tmp_path, recursive=True)
    assert [s.name for s in deep] == ["b.png", "sub/c.jpg"] and deep[0].boxes.shape == (0, 4)


def test_no_folder_and_no_picture_are_errors(tmp_path):
    with pytest.raises(DataError, match="no such folder"):
        read(tmp_path / "none")
    with pytest.raises(DataError, match="no usable pictures"):
        read(tmp_path)


def test_a_folder_inside_that_may_not_be_listed_is_a_problem(tmp_path, draw, lock):
    draw("a.png")
    (tmp_path / "locked").mkdir()
    lock(tmp_path / "locked")
    dataset = read(tmp_path, recursive=True)
    assert [s.name for s in dataset] == ["a.png"]
    assert [str(p) for p in dataset.problems] == [
        f"{tmp_path}/locked: the folder cannot be listed (Permission denied)"
    ]
