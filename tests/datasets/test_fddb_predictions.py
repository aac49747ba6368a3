"""FDDB's layout of predictions, rectangles and ellipses."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from facewright.core.errors import DataError
from facewright.datasets.fddb_predictions import read, write
from facewright.datasets.labels import Problems

NAMES = ["2002/a/img_1", "2002/a/img_2"]
TEXT = "2002/a/img_1\n3\n10 20 30 40 .9\n30 20 1.5 50 40 .8\n1 2 3 4 -1e-1\n2002/a/img_2\n0\n"


def told(path, names=NAMES):
    problems = Problems()
    return read(path, names, problems), [str(problem) for problem in problems]


def test_rectangles_and_ellipses_are_read(tmp_path, write):
    write("fold-01-out.txt", TEXT)
    write("readme.txt", "no fold, and passed over")
    (first, second), problems = told(tmp_path)
    assert problems == [] and len(second.scores) == 0
    assert first.scores.tolist() == [0.9, -0.1, 0.8]
    assert first.regions.elliptic.tolist() == [False, False, True]
    assert first.regions.rows.tolist() == [[15, 20, 0, 25, 40], [1.5, 2, 0, 2.5, 4], [30, 20, 1.5, 50, 40]]


def test_one_file_of_any_name_will_do(tmp_path, write):
    (first, _), problems = told(write("all.txt", TEXT.replace("img_1", "img_1.jpg")))
    assert len(first.scores) == 3 and problems == []
    assert told(tmp_path)[1] == []


def test_folds_of_one_digit_are_read_beside_those_of_two(tmp_path, write):
    write("fold-1-out.txt", "2002/a/img_1\n1\n10 20 30 40 .9\n")
    write("fold-10-out.txt", "2002/a/img_2\n1\n10 20 30 40 .8\n")
    found, problems = told(tmp_path)
    assert [one.scores.tolist() for one in found] == [[0.9], [0.8]] and problems == []


def test_missing_unknown_and_second_pictures_are_said(tmp_path, write):
    write("fold-01-out.txt", TEXT.partition("2002/a/img_2")[0])
    write("fold-02-out.txt", "2002/a/img_1\n0\n2003/x\n0\n")
    (first, second), problems = told(tmp_path)
    assert (len(first.scores), len(second.scores)) == (3, 0)
    assert "2002/a/img_1 comes a second time; the first one counts" in problems[0]
    assert "1 pictures are not in the set, such as 2003/x" in problems[1]
    assert "nothing on 1 of 2 pictures, such as 2002/a/img_2; nothing counts as found" in problems[2]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("10 20 30 x .9", "not all numbers"),
        ("10 20 30 40", "4 columns where 5 (a rectangle) or 6 (an ellipse) are needed"),
        ("10 20 -30 40 .9", "a width or height below 0"),
        ("10 -20 1 30 40 .9", "is no ellipse with a score"),
        ("10 20 30 40 nan", "not finite"),
    ],
)
def test_rows_that_are_no_detections_are_said(tmp_path, write, row, words):
    write("fold-01-out.txt", TEXT.replace("10 20 30 40 .9", row))
    (first, _), problems = told(tmp_path)
    assert len(first.scores) == 2
    assert "fold-01-out.txt, 2002/a/img_1: " in problems[0] and words in problems[0]


def test_files_of_another_kind_are_errors_and_cut_ones_are_said(tmp_path, write):
    with pytest.raises(
        DataError, match=r"has no picture of the set, such as 2002/a/img_1; its first one is a/b"
    ):
        told(write("x.txt", "a/b\n0\n"))
    with pytest.raises(DataError, match="no count follows '2002/a/img_1'"):
        told(write("x.txt", "2002/a/img_1\n2002/a/img_2\n"))
    with pytest.raises(DataError, match=r"has no picture of the set, .* problems: .*x\.txt: is empty"):
        told(write("x.txt", ""))
    _, problems = told(write("x.txt", TEXT.partition("1 2 3 4")[0]))
    assert "img_1: 2 rows where the count says 3" in problems[0]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(st.tuples(*[st.floats(0, 1e6)] * 5), max_size=4), min_size=2, max_size=2))
def test_what_is_written_is_read(tmp_path, rows):
    folder = tmp_path / "out"
    write(
        folder,
        dict(zip([f"{NAMES[0]}.jpg", NAMES[1]], rows, strict=True)),
        dict(zip(NAMES, (3, 10), strict=True)),
    )
    assert sorted(path.name for path in folder.iterdir()) == ["fold-03-out.txt", "fold-10-out.txt"]
    found, problems = told(folder)
    assert problems == []
    for one, given_ in zip(found, rows, strict=True):
        assert one.scores.tolist() == [row[4] for row in given_]
        assert np.allclose(one.regions.rows[:, :2], np.reshape(given_, (-1, 5))[:, 2:4] / 2)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(alphabet="0123456789. -\nenaif\t", max_size=60))
def test_any_text_is_read_or_said(tmp_path, text):
    (tmp_path / "x.txt").write_text("2002/a/img_1\n" + text)
    try:
        found, _ = told(tmp_path / "x.txt")
    except DataError:
        return
    assert all(np.isfinite(one.regions.rows).all() for one in found)
