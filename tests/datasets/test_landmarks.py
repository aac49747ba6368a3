"""Landmarks become the tight box, at any place, size and angle."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facewright.datasets.labels import BadLabel
from facewright.datasets.landmarks import ellipse_box, five_of_68, tight_box

FACE = np.array([(-10, 0), (10, 0), (0, 12), (-8, 20), (8, 20)], np.float64)  # eyes 20 apart, mouth 20 below


def test_an_upright_face_gets_the_box_of_the_formula():
    x0, y0, x1, y1 = tight_box(FACE)
    assert (y1 - y0, x1 - x0) == pytest.approx((52, 43.16))  # 2.6 x 20, .83 of it
    assert ((x0 + x1) / 2, (y0 + y1) / 2) == pytest.approx((0, 7.2), abs=1e-5)  # .36 x 20 below the eyes


def test_eyes_far_apart_set_the_size_when_the_mouth_is_near():
    wide = FACE * [2, 1]
    assert np.ptp(tight_box(wide)[1::2]) == pytest.approx(2.6 * 0.95 * 40, rel=1e-5)


def test_a_head_on_its_side_gets_a_lying_box():
    lying = FACE[:, ::-1]
    width, height = tight_box(lying)[2:] - tight_box(lying)[:2]
    assert (width, height) == pytest.approx((52, 43.16))


def test_eyes_and_mouth_on_one_spot_are_refused():
    with pytest.raises(BadLabel, match="one spot"):
        tight_box(np.zeros((5, 2)))


@settings(max_examples=50)
@given(st.floats(0.1, 50), st.floats(-500, 500), st.floats(-500, 500), st.floats(0, 6.28))
def test_the_box_moves_and_grows_with_the_face(scale: float, dx: float, dy: float, angle: float):
    turn = np.array([(np.cos(angle), np.sin(angle)), (-np.sin(angle), np.cos(angle))])
    box = tight_box(FACE @ turn)
    moved = tight_box(FACE @ turn * scale + (dx, dy))
    assert moved == pytest.approx(box * scale + [dx, dy, dx, dy], abs=1e-2, rel=1e-3)


@settings(max_examples=50)
@given(st.floats(1, 100), st.floats(1, 100), st.floats(-3.2, 3.2))
def test_the_box_of_an_ellipse_touches_it_on_all_sides(along: float, across: float, angle: float):
    t = np.linspace(0, 2 * np.pi, 2000)
    x = along * np.cos(t) * np.cos(angle) - across * np.sin(t) * np.sin(angle)
    y = along * np.cos(t) * np.sin(angle) + across * np.sin(t) * np.cos(angle)
    assert ellipse_box(0, 0, along, across, angle) == pytest.approx(
        [x.min(), y.min(), x.max(), y.max()], abs=1e-2
    )


def test_five_landmarks_come_from_their_places_among_the_68():
    points = np.zeros((68, 2))
    points[36:42], points[42:48], points[30], points[48], points[54] = (1, 2), (5, 2), (3, 4), (2, 6), (4, 6)
    assert five_of_68(points).tolist() == [[1, 2], [5, 2], [3, 4], [2, 6], [4, 6]]
