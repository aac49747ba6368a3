"""A box drawn in a picture, seen through any view, comes back where it was."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from facewright.inference.detections import Detections
from facewright.inference.views import CUT, View


def detections(boxes, landmarks=None):
    boxes = np.array(boxes, np.float32).reshape(-1, 4)
    return Detections(boxes, np.full(len(boxes), 0.9, np.float32), landmarks)


def red(pixels):
    """The box of what is red, in the pixels' own coordinates."""
    ys, xs = np.nonzero((pixels[..., 0] > 150) & (pixels[..., 1] < 60))
    return [[xs.min(), ys.min(), xs.max() + 1, ys.max() + 1]]


def seen(pixels):
    return pixels.shape[1], pixels.shape[0]


def test_the_whole_picture_is_itself_and_its_boxes_are_untouched(paint):
    picture = paint(50, 40, red=(3, 4, 20, 30))
    view = View((50, 40), (0, 0, 50, 40), (50, 40))
    assert np.shares_memory(view.pixels(picture), picture)
    found = detections([[0.1, 0.3, 17.77, 39.123]])
    assert view.back(found, (50, 40)).boxes.tolist() == found.boxes.tolist()


@given(
    x=st.integers(30, 60), y=st.integers(30, 50), w=st.integers(8, 30), h=st.integers(8, 30),
    scale=st.sampled_from([1, 2, 3]), turn=st.sampled_from([0, 90, 180, 270]),
)  # fmt: skip
def test_quarter_turns_scales_and_regions_bring_a_box_back_exactly(paint, x, y, w, h, scale, turn):
    box = (x, y, x + w, y + h)
    picture = paint(130, 110, red=box)
    region = (20, 10, 120, 100)
    view = View((130, 110), region, (100 * scale, 90 * scale), turn)
    pixels = view.pixels(picture) if scale == 1 else _enlarged(view, picture, scale)
    found = view.back(detections(red(pixels)), seen(pixels))
    assert found.boxes.tolist() == [list(box)]


def _enlarged(view, picture, scale):
    """As `pixels`, with sharp edges, to be exact."""
    x0, y0, x1, y1 = view.region
    return np.rot90(picture[y0:y1, x0:x1].repeat(scale, 0).repeat(scale, 1), -view.turn // 90)


@given(turn=st.integers(0, 359), x=st.floats(-40, 40), y=st.floats(-30, 30))
def test_points_come_back_from_any_turn(turn, x, y):
    """A dot drawn in the turned view, at the place that turning about the middles gives it."""
    view = View((100, 80), (0, 0, 100, 80), (100, 80), turn)
    canvas = seen(view.pixels(np.zeros((80, 100, 3), np.uint8)))
    angle = np.deg2rad(turn)
    there = np.array([x * np.cos(angle) - y * np.sin(angle), x * np.sin(angle) + y * np.cos(angle)])
    landmarks = np.tile(there + np.array(canvas) / 2, (1, 5, 1)).astype(np.float32)
    back = view.back(detections([[0, 0, 9, 9]], landmarks), canvas)
    assert back.landmarks[0, 0] == pytest.approx([x + 50, y + 40], abs=1e-3)


@pytest.mark.parametrize("turn", [0, 45, 90, 135, 180, 225, 270, 315])
def test_a_disc_has_the_same_box_whichever_way_round(turn):
    ys, xs = np.mgrid[:90, :120] + 0.5
    picture = np.zeros((90, 120, 3), np.uint8)
    picture[(xs - 40) ** 2 + (ys - 55) ** 2 < 20**2] = (255, 0, 0)
    view = View((120, 90), (0, 0, 120, 90), (120, 90), turn)
    pixels = view.pixels(picture)
    found = view.back(detections(red(pixels)), seen(pixels))
    assert found.boxes[0] == pytest.approx([20, 35, 60, 75], abs=1.5)


def test_the_box_of_a_tilted_face_is_that_of_its_ellipse():
    view = View((100, 100), (0, 0, 100, 100), (100, 100), 45)
    (box,) = view.back(detections([[30, 40, 70, 60]]), (100, 100)).boxes
    reach = np.hypot(20, 10) * np.sqrt(0.5)
    assert box == pytest.approx([50 - reach, 50 - reach, 50 + reach, 50 + reach], abs=1e-3)


def test_landmarks_stay_those_of_the_upright_face():
    """The viewer's left eye of a head on its side is still the left one when the head is turned upright."""
    view = View((60, 60), (0, 0, 60, 60), (60, 60), 90)
    upright = np.array([[[20, 20], [40, 20], [30, 30], [22, 40], [38, 40]]], np.float32)
    back = view.back(detections([[10, 10, 50, 50]], upright), (60, 60)).landmarks[0]
    assert back.tolist() == [[20, 40], [20, 20], [30, 30], [40, 38], [40, 22]]


def test_a_face_that_the_regions_edge_may_have_cut_is_left_to_others():
    view = View((100, 100), (20, 0, 80, 60), (60, 60))
    margin = 20 * CUT
    inside = [20 + margin + 0.1, 0, 40 + margin, 20]  # at the picture's own upper border
    cut = [[20 + margin - 0.1, 10, 40, 30], [60, 10, 80, 30], [30, 39, 50, 59], [10, 20, 30, 40]]
    assert view.cuts(np.array([inside, *cut], np.float32)).tolist() == [False, True, True, True, True]


def test_small_faces_are_left_to_other_views_where_told():
    view = View((100, 100), (0, 0, 100, 100), (50, 50), 0, smallest=20)
    found = view.back(detections([[0, 0, 10, 19], [0, 0, 10, 21]]), (50, 50))
    assert found.boxes.tolist() == [[0, 0, 20, 42]]


def test_no_faces_are_none_from_every_view():
    for turn in (0, 45, 90):
        none = Detections(
            np.zeros((0, 4), np.float32), np.zeros(0, np.float32), np.zeros((0, 5, 2), np.float32)
        )
        back = View((30, 20), (0, 0, 30, 20), (30, 20), turn).back(none, (30, 20))
        assert back.boxes.shape == (0, 4) and back.landmarks.shape == (0, 5, 2)


@given(
    x=st.integers(25, 60), y=st.integers(15, 50), w=st.integers(8, 30), h=st.integers(8, 30),
    turn=st.sampled_from([0, 90, 180, 270]),
)  # fmt: skip
def test_a_mirrored_view_brings_a_box_back_exactly_and_landmarks_to_their_sides(paint, x, y, w, h, turn):
    box = (x, y, x + w, y + h)
    picture = paint(130, 110, red=box)
    view = View((130, 110), (0, 0, 130, 110), (130, 110), turn, mirrored=True)
    pixels = view.pixels(picture)
    plain = View((130, 110), (0, 0, 130, 110), (130, 110), turn)
    assert np.array_equal(pixels[:, ::-1], plain.pixels(picture))
    shown = red(pixels)
    points = np.array([[[10, 20], [30, 20], [18, 30], [12, 40], [28, 44]]], np.float32)
    found = view.back(detections(shown, points), seen(pixels))
    assert found.boxes.tolist() == [list(box)]
    other = points[:, [1, 0, 2, 4, 3]] * [-1, 1] + [seen(pixels)[0], 0]
    again = plain.back(detections(shown, other.astype(np.float32)), seen(pixels))
    assert found.landmarks.tolist() == again.landmarks.tolist()
