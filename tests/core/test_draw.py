"""Drawn pictures: new arrays, lines where the boxes are, nothing that cannot be drawn."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facewright.core.draw import FACE, IGNORED, TRUTH, contact_sheet, draw_boxes, draw_faces
from facewright.core.faces import Faces

GREY = np.full((120, 160, 3), 128, np.uint8)
ONE = Faces([[40, 30, 100, 90]], [0.87], [[[55, 50], [85, 50], [70, 60], [58, 75], [82, 75]]])


def near(array: np.ndarray, colour) -> np.ndarray:
    return (np.abs(array.astype(int) - colour) < 30).all(axis=2)


def test_the_picture_given_stays_as_it_was():
    picture = GREY.copy()
    for drawn in (draw_faces(picture, ONE), draw_boxes(picture, ONE.boxes)):
        assert drawn.shape == picture.shape and drawn.dtype == np.uint8
        assert not np.shares_memory(drawn, picture)
        assert (drawn != picture).any()
    np.testing.assert_array_equal(picture, GREY)


def test_lines_lie_just_outside_the_box():
    drawn = draw_boxes(GREY, ONE.boxes, width=2)
    line = near(drawn, TRUTH)
    assert line[28:30, 40:100].all() and line[90:92, 40:100].all()
    assert line[30:90, 38:40].all() and line[30:90, 100:102].all()
    assert not line[31:89, 41:99].any()
    np.testing.assert_array_equal(drawn[32:88, 42:98], GREY[32:88, 42:98])


@pytest.mark.parametrize("shade", [0, 128, 255])
def test_lines_show_on_any_background(shade):
    drawn = draw_faces(np.full_like(GREY, shade), ONE, labels=False)
    rows = drawn[:, 70].astype(int)  # across the upper and the lower edge
    contrast = np.abs(np.diff(rows, axis=0)).sum(axis=1)
    assert (contrast > 150).sum() >= 4


def test_no_faces_change_nothing():
    np.testing.assert_array_equal(draw_faces(GREY, Faces.empty()), GREY)
    np.testing.assert_array_equal(draw_boxes(GREY, []), GREY)


def test_labels_and_landmarks_are_drawn_unless_left_out():
    bare = draw_faces(GREY, Faces(ONE.boxes, ONE.scores), labels=False)
    with_landmarks = draw_faces(GREY, ONE, labels=False)
    with_label = draw_faces(GREY, Faces(ONE.boxes, ONE.scores))
    assert (with_landmarks[48:52, 53:57] != bare[48:52, 53:57]).any()
    np.testing.assert_array_equal(with_landmarks[:25], bare[:25])
    assert (with_label[:28] != bare[:28]).any()


def test_each_face_has_its_own_label_of_as_many_lines_as_it_takes():
    two = Faces([[10, 70, 60, 110], [100, 70, 150, 115]], [0.9, 0.8])
    bare = draw_faces(GREY, two, labels=False)
    drawn = draw_faces(GREY, two, labels=["0.90", "0.90\nHat\nBeard"])
    heights = [
        np.argwhere((drawn != bare)[:, columns].any(axis=(1, 2)))
        for columns in (slice(0, 80), slice(80, 160))
    ]
    assert np.ptp(heights[1]) > 1.8 * np.ptp(heights[0])
    np.testing.assert_array_equal(draw_faces(GREY, two, labels=["0.90", "0.80"]), draw_faces(GREY, two))
    with pytest.raises(ValueError, match="1 labels do not fit 2 faces"):
        draw_faces(GREY, two, labels=["one"])


def test_a_label_at_the_upper_edge_moves_below():
    face = Faces([[40, 0, 100, 60]], [0.5])
    drawn, bare = draw_faces(GREY, face), draw_faces(GREY, face, labels=False)
    changed = np.argwhere((drawn != bare).any(axis=2))
    assert changed[:, 0].min() >= 60


def test_landmarks_that_are_not_known_are_not_drawn():
    unknown = np.full((1, 5, 2), np.nan, np.float32)
    bare = draw_boxes(GREY, ONE.boxes)
    np.testing.assert_array_equal(draw_boxes(GREY, ONE.boxes, landmarks=unknown), bare)
    assert (draw_boxes(GREY, ONE.boxes, landmarks=ONE.landmarks) != bare).any()


def test_ignored_regions_are_dashed_in_their_own_colour():
    whole = near(draw_boxes(GREY, ONE.boxes, IGNORED), IGNORED).sum()
    dashed = near(draw_boxes(GREY, ONE.boxes, IGNORED, dashed=True), IGNORED).sum()
    assert 0.2 * whole < dashed < 0.9 * whole
    assert not near(draw_boxes(GREY, ONE.boxes, IGNORED, dashed=True), FACE).any()


def test_lines_grow_with_the_picture():
    large = np.full((1200, 1600, 3), 128, np.uint8)
    box = [[400, 300, 1000, 900]]
    assert (
        near(draw_boxes(large, box), TRUTH)[:, 700].sum()
        > near(draw_boxes(GREY, ONE.boxes), TRUTH)[:, 70].sum()
    )


coordinate = st.floats(-300, 500, width=32)


@settings(max_examples=50)
@given(
    st.integers(1, 90),
    st.integers(1, 90),
    st.lists(st.tuples(coordinate, coordinate, coordinate, coordinate), max_size=4),
)
def test_any_box_on_any_picture_can_be_drawn(width, height, corners):
    boxes = [[min(a, c), min(b, d), max(a, c), max(b, d)] for a, b, c, d in corners]
    landmarks = np.zeros((len(boxes), 5, 2)) + 3
    picture = np.zeros((height, width, 3), np.uint8)
    faces = Faces(boxes, [0.5] * len(boxes), landmarks)
    assert draw_faces(picture, faces).shape == picture.shape
    assert draw_boxes(picture, boxes, dashed=True).shape == picture.shape


def test_a_sheet_holds_every_tile_whole():
    colours = [(200, 0, 0), (0, 200, 0), (0, 0, 200), (200, 200, 0), (0, 200, 200)]
    tiles = [np.full((30 + 40 * i, 150 - 20 * i, 3), colour, np.uint8) for i, colour in enumerate(colours)]
    sheet = contact_sheet(tiles, tile=96, columns=3)
    assert sheet.dtype == np.uint8 and sheet.ndim == 3
    assert 3 * 96 < sheet.shape[1] < 3 * 120 and 2 * 96 < sheet.shape[0] < 2 * 120
    for tile, colour in zip(tiles, colours, strict=True):
        h, w = tile.shape[:2]
        factor = 96 / max(h, w)
        expected = round(h * factor) * round(w * factor)
        assert (sheet == colour).all(axis=2).sum() == pytest.approx(expected, rel=0.02)


def test_titles_and_captions_take_room_and_long_ones_are_cut():
    tiles = [GREY] * 3
    plain = contact_sheet(tiles, tile=64)
    full = contact_sheet(tiles, tile=64, captions=["a" * 200, "b", ""], title="t" * 300)
    assert full.shape[0] > plain.shape[0]
    assert full.shape[1] == plain.shape[1]


def test_a_sheet_of_grey_tiles_one_tile_or_none():
    assert contact_sheet([GREY[..., 0]]).shape[2] == 3
    assert contact_sheet([]).ndim == 3
    assert contact_sheet([], title="nothing here", captions=[]).ndim == 3
    assert contact_sheet([GREY], columns=9).shape[1] < 2 * 192


def test_captions_must_be_as_many_as_tiles():
    with pytest.raises(ValueError, match="1 captions do not fit 2 tiles"):
        contact_sheet([GREY, GREY], captions=["a"])


def test_a_box_that_is_not_known_is_not_drawn():
    boxes = np.array([[np.nan] * 4, [40, 30, 100, 90]], np.float32)
    np.testing.assert_array_equal(draw_boxes(GREY, boxes), draw_boxes(GREY, boxes[1:]))


def test_a_box_whose_corners_are_exchanged_is_drawn():
    for dashed in (False, True):
        right = draw_boxes(GREY, [[40, 30, 100, 90]], dashed=dashed)
        wrong = draw_boxes(GREY, [[100, 30, 40, 90]], dashed=dashed)
        np.testing.assert_array_equal(wrong, right)
