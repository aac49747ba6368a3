"""Turned, close and framed pictures: a red face on green, seen through its labels."""

import numpy as np
import pytest

from facewright.core.boxes import iou
from facewright.datasets.sample import Sample
from poses import LARGEST, SMALLEST, posed
from reframe import close, framed, rolled

BOX = (80, 60, 140, 150)


@pytest.fixture
def face():
    y, x = np.mgrid[:220, :200]
    array = np.full((220, 200, 3), (0, 128, 0), np.uint8)
    array[((x + 0.5 - 110) / 30) ** 2 + ((y + 0.5 - 105) / 45) ** 2 < 1] = (255, 0, 0)
    marks = np.array([[[95, 90], [125, 90], [110, 105], [100, 130], [120, 130]]], np.float32)
    return Sample(
        "f", array, np.array([BOX], np.float32), marks, ignore=np.array([[0, 0, 200, 220]], np.float32)
    )


def red_box(sample):
    y, x = np.nonzero(sample.read()[..., 0] > 180)
    return [[x.min(), y.min(), x.max() + 1, y.max() + 1]]


@pytest.mark.parametrize("degrees", [0, 30, -30, 90])
@pytest.mark.parametrize("expand", [True, False])
def test_boxes_of_turned_pictures_fit_the_ellipse(face, degrees, expand):
    turned = rolled(face, degrees, expand=expand)
    assert iou(turned.boxes, red_box(turned))[0, 0] > 0.95
    if not expand:
        assert turned.read().shape == face.read().shape


def test_clockwise_is_positive_and_landmarks_go_along(face):
    marks = rolled(face, 90).landmarks[0]
    assert (
        marks[0, 1] < marks[1, 1] and marks[0, 0] > marks[3, 0]
    )  # the left eye above, the mouth to the left


@pytest.mark.parametrize("share", [3.0, 3.7])
def test_a_framed_face_is_in_the_middle_and_of_the_share_asked_for(face, share):
    made = framed(face, share, 320)
    assert made.read().shape == (320, 320, 3)
    assert iou(made.boxes, red_box(made))[0, 0] > 0.95
    assert (made.boxes[0, 3] - made.boxes[0, 1]) == pytest.approx(320 / share, rel=1e-4)
    assert (made.boxes[0, :2] + made.boxes[0, 2:]) / 2 == pytest.approx([160, 160], abs=1e-3)


@pytest.mark.parametrize("share", [1.0, 1.3])
@pytest.mark.parametrize("side", [640, 320])
def test_a_close_face_fills_its_frame(face, share, side):
    made = close(face, share, side)
    assert max(made.read().shape) == side
    assert (made.boxes[0, 3] - made.boxes[0, 1]) == pytest.approx(side / share, rel=0.03)
    assert iou(made.boxes, red_box(made))[0, 0] > 0.95
    inside = (made.landmarks[0] - made.boxes[0, :2]) / (made.boxes[0, 2:] - made.boxes[0, :2])
    before = (face.landmarks[0] - face.boxes[0, :2]) / (face.boxes[0, 2:] - face.boxes[0, :2])
    assert inside == pytest.approx(before, abs=0.01)


def test_poses_show_the_same_faces(face):
    shown = dict(posed([face] * 5, 320))
    assert list(shown) == ["upright", "turned +30", "turned -30", "fills 1/1.3", "fills 1/1"]
    heights = np.array([s.boxes[0, 3] - s.boxes[0, 1] for s in shown["upright"]])
    assert (heights <= 320 / LARGEST + 0.01).all() and (heights >= 320 / SMALLEST - 0.01).all()
    assert len(set(heights.tolist())) == 5
