import numpy as np
import pytest

from facewright.core.errors import UsageError
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


def test_corners_that_are_not_exchanged():
    def flip(picture, boxes, landmarks):
        seen, turned, marks = healthy(picture, boxes, landmarks)
        return seen, turned[:, [2, 1, 0, 3]], marks

    (finding,) = examine([Mirror("flip", flip)]).findings
    assert finding.id == "flip-boxes" and finding.picture is not None


def test_lists_and_tuples_of_numbers_will_do():
    assert (
        ids(lambda *labels: [healthy(*labels)[0], *(part.tolist() for part in healthy(*labels)[1:])]) == set()
    )


def test_a_flip_may_turn_its_arguments_in_place():
    def flip(picture, boxes, landmarks):
        for given, turned in zip(
            (picture, boxes, landmarks), healthy(picture, boxes, landmarks), strict=True
        ):
            given[:] = turned.copy()
        return picture, boxes, landmarks

    assert ids(flip) == set()


def test_a_flip_may_change_brightness_and_colours():
    def flip(picture, boxes, landmarks):
        seen, turned, marks = healthy(picture, boxes, landmarks)
        return np.clip(1.1 * seen[..., ::-1] + 3, 0, 255).astype(np.uint8), turned, marks

    assert ids(flip) == set()


def test_a_flip_that_never_flips():
    assert ids(lambda *labels: labels) == {"flip-frozen"}
    assert ids(lambda p, b, m: (np.clip(p, 0, 250) + np.uint8(3), b, m)) == {"flip-frozen"}


@pytest.mark.parametrize(
    ("flip", "said"),
    [
        (lambda p, b, m: (p, b, None), r"flip: the flip returns landmarks that are no numbers .*\(N, 5, 2\)"),
        (lambda p, b, m: (p, b[:, :3], m), r"flip: the flip returns boxes that are no numbers .*\(N, 4\)"),
        (lambda p, b, m: (p / 255, b, m), "flip: the flip returns a picture of float64"),
        (lambda p, b, m: (p, b), "flip: the flip must return three things"),
    ],
)
def test_what_a_flip_returns_wrongly_is_named(flip, said):
    with pytest.raises(UsageError, match=said):
        ids(flip)
