import math

import numpy as np
import pytest

from facewright.core.faces import Faces
from facewright.datasets.sample import Sample, no_landmarks
from facewright.metrics.landmarks import landmark_error
from facewright.metrics.matching import match_all

POINTS = np.array([[10, 10], [30, 10], [20, 20], [12, 30], [28, 30]], np.float32)
BOXES = np.array([[0, 0, 40, 40], [100, 0, 140, 40]], np.float32)


def error(truth, landmarks, boxes=BOXES):
    sample = Sample("s", np.zeros((50, 200, 3), np.uint8), BOXES, truth)
    faces = Faces(boxes, [0.5] * len(boxes), landmarks)
    return landmark_error([sample], [faces], match_all([sample], [faces]))


def test_every_point_four_pixels_off_on_a_face_of_forty_is_ten_percent():
    truth = np.stack([POINTS, POINTS + [100, 0]])
    off = truth + np.array([[0, 4], [4, 0]], np.float32)[:, None]
    assert error(truth, off) == (pytest.approx(0.1), 2)


def test_detections_in_another_order_are_compared_with_the_face_they_found():
    truth = np.stack([POINTS, POINTS + [100, 0]])
    assert error(truth, truth[::-1], BOXES[::-1]) == (0, 2)


def test_faces_without_true_landmarks_are_left_out():
    truth = no_landmarks(2)
    assert math.isnan(error(truth, np.zeros((2, 5, 2))).nme)
    truth[0] = POINTS
    assert error(truth, np.stack([POINTS, POINTS])) == (0, 1)


def test_a_detector_without_landmarks_has_no_error():
    result = error(np.stack([POINTS, POINTS]), None)
    assert math.isnan(result.nme)
    assert result.faces == 0
