"""Overlaps of ellipses and rectangles: worked by hand, against drawn shapes, and however they are turned."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from facewright.core.regions import Regions, iou

CLOSE = 1e-5
sides, places = st.floats(2, 60), st.floats(-50, 50)
ellipses = st.tuples(sides, sides, st.floats(-4, 4), places, places)
boxes = st.tuples(places, places, sides, sides)
either = ellipses.map(lambda row: Regions.ellipses([row])) | boxes.map(lambda row: Regions.boxes([row]))


def one(a, b, size=None):
    return float(iou(a, b, size)[0, 0])


def test_an_ellipse_in_the_rectangle_around_it():
    shared = one(Regions.ellipses([(30, 20, 0, 50, 40)]), Regions.boxes([(20, 20, 60, 40)]))
    assert shared == pytest.approx(np.pi / 4, abs=CLOSE)


def test_a_circle_cut_in_half_by_a_rectangle():
    half = one(Regions.ellipses([(10, 10, 0.3, 0, 0)]), Regions.boxes([(-10, -10, 10, 20)]))
    assert half == pytest.approx((50 * np.pi) / (50 * np.pi + 200), abs=CLOSE)


@given(angle=st.floats(0, 6.3), distance=st.floats(0, 19.9))
def test_two_circles_share_a_lens(angle, distance):
    a = Regions.ellipses([(10, 10, 0, 0, 0)])
    b = Regions.ellipses([(10, 10, 1, distance * np.cos(angle), distance * np.sin(angle))])
    lens = 200 * np.arccos(distance / 20) - distance / 2 * np.sqrt(400 - distance**2)
    assert one(a, b) == pytest.approx(lens / (200 * np.pi - lens), abs=CLOSE)


def test_rectangles_as_boxes():
    a, b = Regions.boxes([(0, 0, 10, 10)]), Regions.boxes([(5, 0, 10, 10), (0, 0, 10, 5), (10, 0, 5, 5)])
    assert iou(a, b)[0] == pytest.approx([1 / 3, 1 / 2, 0])


@given(either)
def test_a_region_is_itself(region):
    assert one(region, region) == 1


@given(either, either)
def test_who_is_compared_with_whom_is_the_same(a, b):
    assert one(a, b) == pytest.approx(one(b, a), abs=1e-12)
    assert 0 <= one(a, b) <= 1


@given(ellipses)
def test_an_ellipse_told_by_its_other_axis_is_the_same(row):
    a, b, angle, cx, cy = row
    other = Regions.ellipses([(b, a, angle + np.pi / 2, cx, cy)])
    assert one(Regions.ellipses([row]), other) == pytest.approx(1, abs=1e-9)


@given(ellipses, ellipses, st.floats(-4, 4), st.floats(0.1, 10), places, places)
def test_overlaps_turn_grow_and_move_with_the_picture(a, b, turn, scale, dx, dy):
    def changed(row):
        x, y = scale * row[3], scale * row[4]
        cos, sin = np.cos(turn), np.sin(turn)
        return (
            row[0] * scale, row[1] * scale, row[2] + turn, cos * x - sin * y + dx, sin * x + cos * y + dy
        )  # fmt: skip

    before = one(Regions.ellipses([a]), Regions.ellipses([b]))
    after = one(Regions.ellipses([changed(a)]), Regions.ellipses([changed(b)]))
    assert after == pytest.approx(before, abs=2e-4)  # of needles; of faces see the next test


@given(ellipses, boxes, st.integers(0, 3))
def test_a_rectangle_turns_with_the_picture_by_quarters(ellipse, box, quarters):
    a, b, angle, cx, cy = ellipse
    x, y, w, h = box
    before = one(Regions.ellipses([ellipse]), Regions.boxes([box]))
    for _ in range(quarters):
        cx, cy, angle = -cy, cx, angle + np.pi / 2
        x, y, w, h = -y - h, x, h, w
    after = one(Regions.ellipses([(a, b, angle, cx, cy)]), Regions.boxes([(x, y, w, h)]))
    assert after == pytest.approx(before, abs=2e-4)


@given(either, either, st.booleans())
def test_as_many_small_squares_say(a, b, cut):
    size = (60, 40) if cut else None
    grid = np.linspace(-130, 130, 521)
    x, y = np.meshgrid(grid, grid)
    inside = [_inside(region, x, y) for region in (a, b)]
    if size:
        inside = [shape & (x >= 0) & (x <= size[0]) & (y >= 0) & (y <= size[1]) for shape in inside]
    union = (inside[0] | inside[1]).sum()
    assume(union > 1500)
    assert one(a, b, size) == pytest.approx((inside[0] & inside[1]).sum() / union, abs=0.05)


def _inside(region, x, y):
    a, b, angle, cx, cy = region.rows[0]
    u = (x - cx) * np.cos(angle) + (y - cy) * np.sin(angle)
    v = (y - cy) * np.cos(angle) - (x - cx) * np.sin(angle)
    if region.elliptic[0]:
        return (u / a) ** 2 + (v / b) ** 2 <= 1
    return (abs(u) <= a) & (abs(v) <= b)


def test_what_lies_outside_the_picture_does_not_count():
    face, found = Regions.ellipses([(20, 20, 0, 0, 50)]), Regions.boxes([(0, 30, 20, 40)])
    assert one(face, found) == pytest.approx(200 * np.pi / (400 * np.pi + 800 - 200 * np.pi), abs=CLOSE)
    assert one(face, found, (100, 100)) == pytest.approx(200 * np.pi / 800, abs=CLOSE)
    outside = Regions.boxes([(-50, 0, 20, 20)])
    assert one(outside, outside, (100, 100)) == 0


def test_without_area_there_is_no_overlap():
    nothing = Regions.ellipses([(0, 5, 0, 10, 10), (5, 0, 1, 10, 10)])
    line = Regions.boxes([(0, 0, 0, 20)])
    assert not iou(nothing, Regions.boxes([(0, 0, 20, 20)])).any()
    assert not iou(nothing, nothing).any() and not iou(line, line).any()
    assert iou(Regions.boxes([]), nothing).shape == (0, 2)


def test_arrays_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="shape"):
        Regions(np.zeros((2, 5)), np.zeros(1, bool))
