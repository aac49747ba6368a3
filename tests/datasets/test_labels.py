"""A box is used, cut or refused by the same rules in every format."""

import numpy as np
import pytest

from facewright.core.errors import DataError
from facewright.datasets.labels import (
    BadLabel,
    Problems,
    by_place,
    folder,
    label_files,
    numbers,
    sample,
    size_of,
    usable_box,
    usable_landmarks,
)


@pytest.mark.parametrize(
    ("box", "why"),
    [
        ((np.nan, 0, 10, 10), "not finite"),
        ((0, 0, np.inf, 10), "not finite"),
        ((10, 0, 0, 10), "wrong order"),
        ((5, 5, 5, 20), "less than a pixel"),
        ((-30, 0, -5, 10), "outside its picture of 100x80"),
        ((100, 0, 130, 10), "outside its picture"),
    ],
)
def test_a_bad_box_is_refused_and_told_why(box, why):
    with pytest.raises(BadLabel, match=why):
        usable_box(box, (100, 80))


def test_a_good_box_stays_as_it_is():
    box, remark = usable_box((10, 20, 30, 50), (100, 80))
    assert box.tolist() == [10, 20, 30, 50] and remark == ""


def test_an_overhang_is_cut_silently_and_a_large_one_is_reported():
    assert usable_box((-2, 0, 18, 80.5), (100, 80))[1] == ""
    box, remark = usable_box((-30, 10, 10, 40), (100, 80))
    assert box.tolist() == [0, 10, 10, 40] and "more than half outside" in remark
    assert usable_box((-30, 10, 10, 40), (100, 80), derived=True)[1] == ""


def test_scaling_keeps_the_centre():
    assert usable_box((10, 10, 30, 50), (100, 80), 0.5)[0].tolist() == [15, 20, 25, 40]


def test_an_unknown_size_cuts_only_left_and_above():
    assert usable_box((-5, 0, 500, 600), None)[0].tolist() == [0, 0, 500, 600]


def test_hidden_label_files_are_left_out_as_hidden_pictures_are(tmp_path, write):
    for name in ("b.txt", "a.txt", "._a.txt", "c.xml", ".cache/d.txt", "sub/e.txt"):
        write(name, "")
    found = [file.relative_to(tmp_path).as_posix() for file in label_files(tmp_path, "*.txt", "*/*.txt")]
    assert found == ["a.txt", "b.txt", "sub/e.txt"]


def test_numbers_wants_enough_and_only_numbers():
    assert numbers(["1", "2.5", "x"], 2) == [1, 2.5]
    with pytest.raises(BadLabel, match="1 columns where 2"):
        numbers(["1"], 2)
    with pytest.raises(BadLabel, match="not all numbers"):
        numbers(["1", "b"], 2)


def test_landmarks_must_be_finite():
    with pytest.raises(BadLabel, match="landmarks"):
        usable_landmarks([1] * 9 + [np.nan])


def test_the_size_is_that_of_the_upright_picture(draw):
    assert size_of(draw("a.jpg", 60, 40, orientation=6)) == (40, 60)


def test_a_missing_or_damaged_picture_is_a_bad_label(tmp_path):
    with pytest.raises(BadLabel, match="does not exist"):
        size_of(tmp_path / "a.jpg")
    (tmp_path / "a.jpg").write_bytes(b"no picture")
    with pytest.raises(BadLabel, match="cannot be read"):
        size_of(tmp_path / "a.jpg")


def test_an_unannotated_picture_is_ignored_as_a_whole(draw):
    made = sample("a.png", draw("a.png", 50, 40), [(1, 2, 3, 4)], unannotated=True)
    assert made.ignore.tolist() == [[0, 0, 50, 40]] and len(made.boxes) == 1
    assert made.landmarks.shape == (1, 5, 2) and np.isnan(made.landmarks).all()


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "f").touch()
    with pytest.raises(DataError, match="not a folder"):
        folder(tmp_path / "f", "voc")


def test_numbers_beyond_reason_are_refused():
    with pytest.raises(BadLabel, match="beyond reason"):
        numbers(["1", "1e300"], 2)


def test_of_two_pictures_that_share_one_label_the_second_is_reported(tmp_path):
    problems = Problems()
    pictures = [tmp_path / "a.jpg", tmp_path / "a.png", tmp_path / "a.b.png"]
    assert list(by_place(pictures, problems).values()) == [pictures[0], pictures[2]]
    assert [problem.path for problem in problems] == [str(pictures[1])]
    assert "that of a.jpg" in problems[0].message


@pytest.mark.parametrize(
    ("box", "kind"),
    [
        ((np.nan, 0, 5, 5), "not-finite"),
        ((9, 0, 5, 5), "inverted"),
        ((3, 3, 3, 9), "empty"),
        ((0.1, 0.2, 0.3, 0.4), "shares"),
        ((50, 0, 60, 5), "outside"),
    ],
)
def test_a_bad_box_says_its_kind(box, kind):
    with pytest.raises(BadLabel) as said:
        usable_box(box, (40, 30))
    assert said.value.kind == kind
