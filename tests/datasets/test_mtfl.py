"""The five-landmark list: five x, then five y."""

import pytest

from facewright.core.errors import DataError
from facewright.datasets.mtfl import read

ROW = "40 60 50 42 58 30 30 42 50 50"


def test_x_come_first_then_y(tmp_path, draw, write):
    draw("lfw/a.png")
    write("landmarks.txt", f"lfw/a.png {ROW}\n")
    dataset = read(tmp_path)
    assert dataset[0].name == "lfw/a.png" and not dataset.problems
    assert dataset[0].landmarks.tolist() == [[[40, 30], [60, 30], [50, 42], [42, 50], [58, 50]]]
    assert dataset[0].boxes[0] == pytest.approx([28.42, 11.2, 71.58, 63.2], abs=1e-4)


def test_mtfls_own_lists_with_windows_paths_and_attributes_are_read(tmp_path, draw, write):
    draw("lfw/a.png")
    assert read(write("training.txt", f" lfw\\a.png {ROW} 1 2 1 3\n"))[0].name == "lfw/a.png"


def test_bad_lines_are_left_out_and_numbered(tmp_path, draw, write):
    draw("a.png")
    write("landmarks.txt", f"a.png {ROW}\nb.png {ROW}\na.png 1 2 3\n\na.png {ROW.replace('40', 'nan')}\n")
    dataset = read(tmp_path)
    assert len(dataset) == 1
    assert [p.message.split(":")[0] for p in dataset.problems] == ["line 2", "line 3", "line 5"]


def test_a_missing_list_is_an_error(tmp_path):
    with pytest.raises(DataError, match=r"no landmarks\.txt"):
        read(tmp_path)
    with pytest.raises(DataError, match="no such file"):
        read(tmp_path / "none")
