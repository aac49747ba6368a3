import numpy as np

from facewright.doctor.examination import examine
from facewright.doctor.targets.coding import Mirror


def healthy(picture, boxes, landmarks):
    width = picture.shape[1]
    turned, marks = boxes.copy(), landmarks.copy()
    turned[:, [0, 2]] = width - boxes[:, [2, 0]]
    marks[..., 0] = width - marks[..., 0]
    return picture[:, ::-1], turned, marks[:, [1, 0, 2, 4, 3]]


def ids(flip):
    return {finding.id for finding in examine([Mirror("flip", flip)]).findings}


def test_a_healthy_flip():
    assert ids(healthy) == set()


def test_a_flip_that_leaves_pictures_as_they_are_at_times():
    random = np.random.default_rng(0)
    assert ids(lambda *labels: healthy(*labels) if random.random() < 0.5 else labels) == set()


def test_boxes_that_stay_where_they_were():
    assert ids(lambda p, b, m: (p[:, ::-1], b, healthy(p, b, m)[2])) == {"flip-boxes"}


def test_boxes_a_pixel_off():
    def flip(picture, boxes, landmarks):
        seen, turned, marks = healthy(picture, boxes, landmarks)
        return seen, turned - np.float32([1, 0, 1, 0]), marks

    assert ids(flip) == {"flip-boxes"}


def test_landmarks_that_keep_their_sides():
    def flip(picture, boxes, landmarks):
        seen, turned, marks = healthy(picture, boxes, landmarks)
        return seen, turned, marks[:, [1, 0, 2, 4, 3]]

    assert ids(flip) == {"flip-landmarks"}


def test_s4_flips_are_vertical():
    def flip(picture, boxes, landmarks):
        height = picture.shape[0]
        turned, marks = boxes.copy(), landmarks.copy()
        turned[:, [1, 3]] = height - boxes[:, [3, 1]]
        marks[..., 1] = height - marks[..., 1]
        return picture[::-1], turned, marks

    assert "flip-upside-down" in ids(flip)
