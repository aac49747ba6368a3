"""FDDB's ellipses become upright boxes."""

import numpy as np
import pytest

from facewright.core.errors import DataError
from facewright.datasets.fddb import read

LIST = f"2002/a/img_1\n2\n30 20 {np.pi / 2} 50 40  1\n10 5 0 20 20  1\n2002/a/img_2\n1\n9 9 0 50 40 1\n"


@pytest.mark.parametrize("pictures", ["", "originalPics/"])
def test_folds_are_read_with_their_pictures(tmp_path, draw, write, pictures):
    write("FDDB-folds/FDDB-fold-01-ellipseList.txt", LIST)
    write("FDDB-folds/FDDB-fold-02-ellipseList.txt", LIST.replace("img", "pic"))
    for name in ("img_1", "img_2", "pic_1", "pic_2"):
        draw(f"{pictures}2002/a/{name}.jpg")
    dataset = read(tmp_path)
    assert len(dataset) == 4 and not dataset.problems
    assert dataset[0].boxes == pytest.approx(np.array([(30, 10, 70, 70), (10, 15, 30, 25)]), abs=1e-4)
    assert [s.name for s in read(tmp_path, fold=2)] == ["2002/a/pic_1.jpg", "2002/a/pic_2.jpg"]


def test_missing_pictures_and_bad_rows_are_said(tmp_path, draw, write):
    draw("2002/a/img_1.jpg")
    write("FDDB-fold-01-ellipseList.txt", LIST.replace("10 5 0", "10 x 0"))
    dataset = read(tmp_path)
    assert [len(s.boxes) for s in dataset] == [1]
    assert (
        "not all numbers" in dataset.problems[0].message
        and "no 2002/a/img_2.jpg" in dataset.problems[1].message
    )


def test_a_list_that_is_cut_off_or_of_another_kind_is_said(tmp_path, draw, write):
    draw("2002/a/img_1.jpg")
    assert "cut off" in read(write("cut.txt", LIST.partition("10 5")[0])).problems[0].message
    with pytest.raises(DataError, match="no count follows"):
        read(write("names.txt", "2002/a/img_1\n2002/a/img_2\n"))
    with pytest.raises(DataError, match="holds no FDDB-fold"):
        read(tmp_path)


def test_pictures_written_without_loss_are_found_too(tmp_path, draw, write):
    write("FDDB-fold-01-ellipseList.txt", "a\n0\n")
    draw("a.png")
    assert [s.name for s in read(tmp_path)] == ["a.png"]
