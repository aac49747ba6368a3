"""FDDB's ellipse lists, fold by fold."""

import pytest

from facewright.core.errors import DataError
from facewright.datasets.fddb_truth import fold_of, read

LIST = "2002/a/img_1\n2\n30 20 1.5 50 40  1\n10 5 0 20 20  1\n2002/a/img_2\n0\n"


@pytest.mark.parametrize("place", ["", "FDDB-folds/"])
def test_ellipses_are_read_with_their_folds(tmp_path, write, place):
    write(f"{place}FDDB-fold-02-ellipseList.txt", LIST)
    write(f"{place}FDDB-fold-10-ellipseList.txt", LIST.replace("img", "pic"))
    truth = read(tmp_path)
    assert list(truth.names) == ["2002/a/img_1", "2002/a/img_2", "2002/a/pic_1", "2002/a/pic_2"]
    assert list(truth.folds) == [2, 2, 10, 10] and truth.problems == ()
    assert truth.faces[0].rows.tolist() == [[30, 20, 1.5, 50, 40], [10, 5, 0, 20, 20]]
    assert len(truth.faces[1]) == 0
    assert set(read(tmp_path, fold=10).folds) == {10}
    assert list(read(tmp_path / f"{place}FDDB-fold-02-ellipseList.txt").folds) == [2, 2]


def test_sizes_come_from_pictures_that_are_there(tmp_path, write, draw):
    write("FDDB-fold-01-ellipseList.txt", LIST)
    draw("originalPics/2002/a/img_1.jpg", 90, 70)
    write("originalPics/2002/a/img_2.jpg", "no picture")
    assert read(tmp_path).sizes == {}
    truth = read(tmp_path, images="")
    assert truth.sizes == {"2002/a/img_1": (90, 70)}
    assert "its faces are not cut to it" in truth.problems[0].message


@pytest.mark.parametrize("row", ["30 x 0 50 40 1", "30 0 0 50 40 1", "nan 5 0 50 40 1", "30 20 0 50"])
def test_what_is_no_ellipse_is_said(tmp_path, write, row):
    write("FDDB-fold-01-ellipseList.txt", LIST.replace("10 5 0 20 20  1", row))
    truth = read(tmp_path)
    assert len(truth.faces[0]) == 1 and "img_1: " in truth.problems[0].message


def test_what_is_not_there_or_comes_twice_is_an_error(tmp_path, write):
    with pytest.raises(DataError, match="holds no FDDB-fold"):
        read(tmp_path)
    with pytest.raises(DataError, match="gone: no such file or folder"):
        read(tmp_path / "gone")
    write("FDDB-fold-01-ellipseList.txt", LIST)
    write("FDDB-fold-02-ellipseList.txt", LIST)
    with pytest.raises(DataError, match="img_1 comes twice"):
        read(tmp_path)


def test_folds_by_name():
    names = ("FDDB-fold-07-ellipseList.txt", "fold-10-out.txt", "fold-1-out.txt", "x.txt")
    assert [fold_of(name) for name in names] == [7, 10, 1, 0]
