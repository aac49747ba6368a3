"""300-W .pts files become five landmarks and a tight box."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facewright.core.errors import DataError
from facewright.datasets.labels import BadLabel
from facewright.datasets.pts import read, read_points

FIVE = [(40, 30), (60, 30), (50, 42), (42, 50), (58, 50)]


def pts(points) -> str:
    rows = "\n".join(f"{x} {y}" for x, y in points)
    return f"version: 1\nn_points: {len(points)}\n{{\n{rows}\n}}\n"


def sixty_eight():
    points = np.full((68, 2), 50.0)
    points[36:42], points[42:48], points[30], points[48], points[54] = FIVE
    return points


@pytest.mark.parametrize("points", [FIVE, sixty_eight()])
def test_landmarks_and_box_of_a_face(tmp_path, draw, write, points):
    draw("a.png")
    write("a.pts", pts(points))
    dataset = read(tmp_path)
    assert dataset[0].landmarks[0].tolist() == [list(map(float, p)) for p in FIVE] and not dataset.problems
    assert dataset[0].boxes[0] == pytest.approx([28.42, 11.2, 71.58, 63.2], abs=1e-4)


def test_what_does_not_fit_is_left_out_and_said(tmp_path, draw, write):
    for name in ("ok", "few", "nan", "no-pts"):
        draw(f"{name}.png")
    write("ok.pts", pts(FIVE))
    write("few.pts", pts(FIVE[:3]))
    write("nan.pts", pts([*FIVE[:4], ("nan", 3)]))
    write("alone.pts", pts(FIVE))
    dataset = read(tmp_path)
    assert [s.name for s in dataset] == ["ok.png"] and len(dataset.problems) == 4


def test_unannotated_makes_the_picture_an_ignore_region_and_keeps_the_face(tmp_path, draw, write):
    draw("a.png")
    write("a.pts", pts(FIVE))
    sample = read(tmp_path, unannotated=True)[0]
    assert sample.ignore.tolist() == [[0, 0, 100, 80]] and len(sample.boxes) == 1


def test_subfolders_are_read_when_asked_for(tmp_path, draw, write):
    draw("one/a.png")
    write("one/a.pts", pts(FIVE))
    assert read(tmp_path, recursive=True)[0].name == "one/a.png"
    with pytest.raises(DataError, match="no usable"):
        read(tmp_path)


@pytest.mark.parametrize("text", ["", "version: 1\n", "n_points: 3\n{\n1 2\n}", "n_points: 1\n{\na b\n}"])
def test_other_text_is_refused(text):
    with pytest.raises(BadLabel):
        read_points(text)


numbers = st.floats(-1e4, 1e4, width=32)


@settings(max_examples=40)
@given(st.lists(st.tuples(numbers, numbers), max_size=80))
def test_points_come_back_as_they_were_written(points):
    assert read_points(pts(points)).tolist() == [list(p) for p in points]
