"""A classifier that likes red squares, moved over pictures with red squares."""

import numpy as np
import pytest

from facewright.core.boxes import iou
from facewright.core.errors import PictureError, UsageError
from facewright.inference.sliding import TALL, SlidingWindow, Windows

SIDE = 16


def reddish(crops):
    """1 for a crop whose inner half is red and whose border is not."""
    red = crops[..., 0] > 128
    inner = slice(SIDE // 4, -SIDE // 4)
    inside = red[:, inner, inner].mean(axis=(1, 2))
    border = np.concatenate([red[:, 0], red[:, -1], red[:, :, 0], red[:, :, -1]], axis=1).mean(axis=1)
    return np.clip(inside - border, 0, 1).astype(np.float32)


def picture(*squares, width=120, height=90):
    array = np.zeros((height, width, 3), np.uint8)
    for x, y, side in squares:
        array[y : y + side, x : x + side, 0] = 255
    return array


def sliding(**options):
    defaults = {"smallest": 16, "scale": 1.2, "stride": 0.125, "margin": 0.25, "threshold": 0.8}
    return SlidingWindow(reddish, SIDE, **defaults | options)


@pytest.mark.parametrize("square", [(40, 30, 20), (0, 0, 20), (8, 40, 40)])
def test_a_face_of_any_size_is_found_once_and_where_it_is(square):
    x, y, side = square
    canvas = picture((x + 20, y + 20, side), width=160, height=130)
    faces = sliding()(canvas)
    assert len(faces) == 1 and faces.landmarks is None
    assert (faces.width, faces.height) == (160, 130)
    middle = np.array([x + 20 + side / 2, y + 20 + side / 2])
    np.testing.assert_allclose((faces.boxes[0, :2] + faces.boxes[0, 2:]) / 2, middle, atol=side * 0.12)
    assert 0.6 * side < faces[0].height < 1.6 * side
    assert faces[0].height / faces[0].width == pytest.approx(TALL, rel=0.02)


def test_two_faces_and_none():
    boxes = sliding()(picture((15, 20, 16), (70, 35, 30))).sorted("left").boxes
    assert len(boxes) == 2 and boxes[0, 2] < 60 < boxes[1, 0]
    assert len(sliding()(picture())) == 0
    assert len(sliding()(picture((0, 0, 120)))) == 0  # no border anywhere


def test_a_threshold_of_nothing_takes_no_window_without_any_probability():
    assert len(sliding(threshold=0.0)(picture())) == 0


def test_every_place_is_looked_at_and_every_window_lies_in_the_picture():
    windows = sliding(stride=0.5).look(picture(width=61, height=47))
    x0, y0, x1, y1 = windows.boxes.T
    assert x0.min() == y0.min() == 0 and x1.max() == pytest.approx(61) and y1.max() == pytest.approx(47)
    covered = sliding().heat(windows._replace(scores=np.ones(len(windows.boxes), np.float32)))
    assert covered[10:-10, 10:-10].min() == 1
    sizes = list(sliding().sizes(61, 47))
    assert sizes[0] == 16 and sizes[-1] <= 47 < sizes[-1] * 1.2


def test_a_picture_smaller_than_every_window_has_no_faces():
    assert len(sliding()(picture(width=10, height=40))) == 0


@pytest.mark.parametrize("picture", [np.zeros((90, 90), np.uint8), np.zeros((90, 90, 3)), "photo.jpg"])
def test_what_is_no_rgb_picture_is_refused(picture):
    with pytest.raises(PictureError, match=r"uint8|shape must be \(H, W, 3\), not"):
        SlidingWindow(lambda crops: np.zeros(len(crops), np.float32))(picture)


def test_the_classifier_gets_bounded_batches_of_its_side():
    seen = []

    def spy(crops):
        seen.append(crops.shape)
        return reddish(crops)

    SlidingWindow(spy, SIDE, smallest=16)(picture())
    assert all(shape[1:] == (SIDE, SIDE, 3) and 1 <= shape[0] <= 256 for shape in seen)


def test_a_lone_window_is_outvoted_and_agreement_is_averaged():
    boxes = np.array([[0, 0, 30, 30], [4, 0, 34, 30], [8, 0, 38, 30], [80, 40, 110, 70]], np.float32)
    windows = Windows(boxes, np.array([0.9, 0.8, 0.9, 1.0], np.float32), 120, 90)
    alone, agreed = (sliding(margin=0, votes=votes).faces(windows) for votes in (1, 3))
    assert len(alone) == 2 and len(agreed) == 1
    assert agreed[0].score == pytest.approx(0.9)
    assert iou(agreed.boxes, sliding(margin=0).tight(boxes[1:2]))[0, 0] > 0.99


def test_a_face_inside_a_better_one_goes():
    large, small = [[20, 10, 80, 70]] * 3, [[40, 30, 56, 46]] * 2
    windows = Windows(np.array(large + small, np.float32), np.full(5, 0.95, np.float32), 120, 90)
    faces = sliding(votes=1).faces(windows)
    assert len(faces) == 1 and faces[0].height > 30


def test_heat_is_the_highest_or_the_mean():
    boxes = np.array([[0, 0, 50, 40], [0, 0, 50, 40]], np.float32)
    windows = Windows(boxes, np.array([0.2, 0.6], np.float32), 60, 50)
    slider = sliding(margin=0)
    assert slider.heat(windows)[20, 25] == pytest.approx(0.6)
    assert slider.heat(windows, mean=True)[20, 25] == pytest.approx(0.4)
    assert slider.heat(windows)[45, 55] == slider.heat(windows, mean=True)[45, 55] == 0


@pytest.mark.parametrize(
    "options",
    [{"scale": 1}, {"stride": 0}, {"threshold": 1.5}, {"votes": 0}, {"smallest": 2}, {"margin": -1}],
)
def test_arguments_that_make_no_windows_are_refused(options):
    (name,) = options
    with pytest.raises(UsageError, match=name):
        sliding(**options)
