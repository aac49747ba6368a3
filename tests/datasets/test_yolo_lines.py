"""Boxes, key points and polygons of YOLO labels are told apart, or said not to be."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from facewright.core.errors import DataError
from facewright.datasets.labels import BadLabel
from facewright.datasets.yolo import read
from facewright.datasets.yolo_lines import Lines

SIZE = (100, 80)
BOX = ".5 .5 .2 .5"  # (40, 20, 60, 60) of 100x80
FIVE = [".3 .5", ".4 .5", ".5 .5", ".6 .5", ".7 .5"]
PLACES = [[30, 40], [40, 40], [50, 40], [60, 40], [70, 40]]


def face(line, kpt_shape=(), points=""):
    corners, landmarks = Lines(kpt_shape, points).face(line.split(), SIZE)
    return pytest.approx(list(corners), abs=1e-4), landmarks


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=3, max_size=40))
def test_a_polygon_is_the_box_around_it(outline):
    line = "0 " + " ".join(f"{x} {y}" for x, y in outline)
    box, landmarks = face(line, points="polygon")
    xs, ys = np.transpose(outline) * np.reshape(SIZE, (2, 1))
    assert box == [xs.min(), ys.min(), xs.max(), ys.max()]
    assert landmarks.shape == (5, 2) and np.isnan(landmarks).all()


@pytest.mark.parametrize("place", range(6))
def test_a_polygon_with_a_number_that_is_none_is_left_out(tmp_path, draw, write, place):
    shares = [".1", ".1", ".2", ".1", ".2", ".2"]
    shares[place] = "nan"
    draw("images/a.png")
    write("labels/a.txt", f"0 {' '.join(shares)}\n")
    found = read(tmp_path)
    assert not len(found[0].boxes) and [problem.kind for problem in found.problems] == ["not-finite"]


def test_of_a_polygon_that_cannot_be_read_the_beginning_is_told():
    with pytest.raises(BadLabel, match=r"not all numbers: '0 \.1 .* \.\.\.'$") as caught:
        face("0" + " .1" * 999 + " x")
    assert len(str(caught.value)) < 200


def test_an_oriented_box_is_the_upright_one_around_it():
    assert face("0 .5 .25 .75 .5 .5 .75 .25 .5")[0] == [25, 20, 75, 60]


def test_fifteen_columns_are_a_polygon_or_landmarks_and_somebody_must_say(tmp_path, draw, write):
    line = f"0 {BOX} {' '.join(FIVE)}"
    with pytest.raises(BadLabel, match=r"15 columns are a polygon .*\?points=polygon or \?points=landmarks"):
        face(line)
    for said in ({"points": "landmarks"}, {"kpt_shape": ("5", "2")}):
        box, landmarks = face(line, **said)
        assert box == [40, 20, 60, 60] and landmarks == pytest.approx(np.array(PLACES), abs=1e-4)
    box, landmarks = face(line, points="polygon")
    assert box == [20, 40, 70, 40] and np.isnan(landmarks).all()
    draw("images/a.png")
    write("labels/a.txt", f"{line}\n1 {BOX}\n")
    assert len(read(tmp_path)[0].boxes) == 1 and len(read(tmp_path).problems) == 1
    assert not read(tmp_path, classes="1").problems
    assert np.isfinite(read(tmp_path, points="landmarks")[0].landmarks).sum() == 10
    with pytest.raises(DataError, match="points=landmark: takes landmarks or polygon"):
        read(tmp_path, points="landmark")
    write("data.yaml", "kpt_shape: [5, 2]\n")
    with pytest.raises(DataError, match=r"points=polygon: data\.yaml says by kpt_shape what lines are"):
        read(tmp_path, points="polygon")


@pytest.mark.parametrize("unlabelled", ["-1 -1", "0 0"])
def test_five_landmarks_without_v_say_by_their_numbers_that_one_is_not_labelled(unlabelled):
    box, landmarks = face(f"0 {BOX} {' '.join([unlabelled, *FIVE[1:]])}", points="landmarks")
    assert box == [40, 20, 60, 60] and np.isnan(landmarks).all()


@pytest.mark.parametrize(("count", "each"), [(17, 3), (4, 3), (68, 2), (2, 2), (0, 3)])
def test_of_other_key_points_the_box_is_read_where_data_yaml_tells_of_them(count, each):
    box, landmarks = face(f"0 {BOX} {' .5' * count * each}", (str(count), str(each)))
    assert box == [40, 20, 60, 60] and np.isnan(landmarks).all()


@pytest.mark.parametrize(
    ("line", "kpt_shape", "why"),
    [
        (
            f"0 {BOX} .9",
            (),
            "6 columns where 5 are needed for a box, 20 with five landmarks (of other key points data",
        ),
        ("0 .1 .1 .2 .1 .2 .2", ("17", "3"), "7 columns where 5 are needed for a box, 56 with key points"),
        ("0 .1 .1", (), "3 columns"),
        ("0 10 10 20 10 20 20", (), "no shares of a picture"),
        (f"0 {BOX} {' .5 .5 2' * 4}", (), "no shares of a picture"),  # key points that nobody told of
        ("0 .1 .1 .2 x .2 .2", (), "not all numbers"),
    ],
)
def test_what_a_line_cannot_be_is_said(line, kpt_shape, why):
    with pytest.raises(BadLabel, match=r"columns|shares|numbers") as caught:
        face(line, kpt_shape)
    assert why in str(caught.value)


@pytest.mark.parametrize("shape", ["[5]", "5", "[5, 4]", "[five, 3]"])
def test_a_shape_of_key_points_that_cannot_be_is_refused(tmp_path, draw, write, shape):
    draw("images/a.png")
    write("data.yaml", f"kpt_shape: {shape}\n")
    with pytest.raises(DataError, match=r"kpt_shape: .*takes how many"):
        read(tmp_path)
