"""Crops hold the face where they say, in the size and ratio asked for, whatever the box."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facewright.apps.crop import CropStyle, crop_face, crop_faces, pixels_of, place
from facewright.core.errors import PictureError, UsageError
from facewright.core.faces import Face, Faces
from facewright.inference.align import TEMPLATE, similarity

FRAMINGS = ["square", "head-and-shoulders", "passport", "aligned"]
RATIOS = {"square": 1, "head-and-shoulders": 4 / 5, "passport": 35 / 45, "aligned": 1}
edge = st.floats(-50, 250, width=32)


def ramp(height=200, width=300):
    """A picture whose red is its column and whose green its row, both halved."""
    y, x = np.mgrid[:height, :width]
    return np.stack([x // 2, y // 2, np.zeros_like(x)], axis=2).astype(np.uint8)


def turned_face(degrees, middle=(150, 100), scale=60):
    """A face whose landmarks are those of the template, turned, with the upright box about them."""
    turn = np.exp(1j * np.deg2rad(degrees))
    points = ((TEMPLATE - (0.5, 0.55)) * scale / 0.63 @ (1, 1j)) * turn
    landmarks = np.column_stack([points.real, points.imag]) + middle
    x, y = middle
    half = scale / 2
    return Face(
        np.array([x - half, y - half, x + half, y + half], np.float32), 0.9, landmarks.astype(np.float32)
    )


@pytest.mark.parametrize("framing", FRAMINGS)
@pytest.mark.parametrize("roll", [False, True])
def test_size_and_ratio_are_those_asked_for(framing, roll):
    crop = crop_face(ramp(), turned_face(10), CropStyle(framing, size=90, roll=roll))
    assert crop.shape == (90, round(90 * RATIOS[framing]), 3) and crop.dtype == np.uint8


def test_a_square_is_cut_out_pixel_for_pixel():
    picture = ramp()
    crop = crop_face(picture, Face(np.array([100, 80, 140, 120], np.float32), 0.9))
    np.testing.assert_array_equal(crop, picture[70:130, 90:150])


def test_margin_goes_to_all_sides():
    face = Face(np.array([100, 80, 140, 120], np.float32), 0.9)
    for framing in ("square", "passport", "head-and-shoulders"):
        without, with_margin = (place(face, CropStyle(framing, margin=m)) for m in (0.0, 0.5))
        assert with_margin.height == pytest.approx(without.height * 1.5)
        middles = [
            np.linalg.solve(p.matrix[:, :2], (0.5, 0.5) - p.matrix[:, 2]) for p in (without, with_margin)
        ]
        np.testing.assert_allclose(*middles)


def test_a_passport_photo_has_the_face_where_offices_want_it():
    face = Face(np.array([130, 70, 170, 120], np.float32), 0.9)
    matrix = place(face, CropStyle("passport")).matrix
    chin, crown = matrix @ (150, 120, 1), matrix @ (150, 120 - 1.23 * 50, 1)
    assert chin[0] == pytest.approx(0.5) and 0.7 <= chin[1] - crown[1] <= 0.8
    assert 0.05 < crown[1] < 0.12


def test_near_the_border_a_crop_is_moved_repeats_it_or_is_filled():
    picture, face = ramp(), Face(np.array([0, 0, 40, 40], np.float32), 0.9)
    moved, edge_, filled = (
        crop_face(picture, face, CropStyle(outside=outside, colour=(9, 9, 9)))
        for outside in ("move", "edge", "fill")
    )
    np.testing.assert_array_equal(moved, picture[:60, :60])
    np.testing.assert_array_equal(crop_face(picture, face), moved)
    assert (
        (edge_[:10, :10] == picture[0, 0]).all() and (filled[:10] == 9).all() and (filled[:, :10] == 9).all()
    )
    np.testing.assert_array_equal(filled[10:, 10:], picture[:50, :50])
    large = Face(np.array([50, 0, 250, 200], np.float32), 0.9)
    assert crop_face(picture, large).shape == (200, 200, 3)
    assert crop_face(picture, large, CropStyle("passport")).shape == (200, 156, 3)


@pytest.mark.parametrize("degrees", [-60, -20, 0, 35, 90])
@pytest.mark.parametrize("framing", FRAMINGS)
def test_a_tilted_head_is_turned_upright(degrees, framing):
    face = turned_face(degrees)
    placed = place(face, CropStyle(framing, roll=True))
    assert placed.by == "landmarks"
    there = np.column_stack([face.landmarks, np.ones(5)]) @ placed.matrix.T * (placed.width, placed.height)
    eyes = there[1] - there[0]
    assert eyes[1] == pytest.approx(0, abs=1e-3) and eyes[0] > 0
    if framing == "aligned":
        np.testing.assert_allclose(there / (placed.width, placed.height), TEMPLATE, atol=1e-4)


def test_the_pixels_of_a_turned_crop_are_those_of_the_place_it_says():
    face, style = turned_face(30), CropStyle("square", size=60, roll=True)
    crop = crop_face(ramp(), face, style)
    matrix = place(face, style).matrix
    x, y = np.linalg.solve(matrix[:, :2], (30.5 / 60, 20.5 / 60) - matrix[:, 2])
    np.testing.assert_allclose(crop[20, 30, :2], ((x - 0.5) / 2, (y - 0.5) / 2), atol=1.5)


def test_without_landmarks_a_face_is_taken_as_it_is():
    face = Face(np.array([100, 80, 140, 120], np.float32), 0.9)
    assert place(face, CropStyle(roll=True)).by == "box"
    assert place(face, CropStyle("aligned")).by == "box"
    np.testing.assert_array_equal(crop_face(ramp(), face, CropStyle(roll=True)), crop_face(ramp(), face))


def test_all_faces_of_a_picture():
    faces = Faces([[10, 10, 40, 50], [100, 60, 160, 130]], [0.9, 0.8])
    assert [crop.shape[:2] for crop in crop_faces(ramp(), faces)] == [(60, 60), (105, 105)]
    assert crop_faces(ramp(), Faces.empty()) == []


@settings(max_examples=80)
@given(
    st.tuples(edge, edge, edge, edge),
    st.integers(1, 200),
    st.integers(1, 200),
    st.sampled_from(FRAMINGS),
    st.sampled_from(["move", "edge", "fill", None]),
    st.sampled_from([None, 1, 40]),
)
def test_any_box_in_any_picture_gives_a_crop(corners, height, width, framing, outside, size):
    a, b, c, d = corners
    face = Face(np.array([min(a, c), min(b, d), max(a, c), max(b, d)], np.float32), 0.9)
    if framing == "aligned" and outside == "move":
        outside = None
    style = CropStyle(framing, size, outside=outside)
    crop = crop_face(ramp(height, width), face, style)
    assert crop.ndim == 3 and min(crop.shape) >= 1
    assert crop.shape[0] * crop.shape[1] <= pixels_of(face, style, width, height) + sum(crop.shape)  # rounded
    if size is not None:
        assert crop.shape[0] == size
    elif outside == "move" or (outside is None and framing != "aligned"):
        assert crop.shape[0] <= height + 1 and crop.shape[1] <= width + 1


@pytest.mark.parametrize("framing", FRAMINGS)
@pytest.mark.parametrize("picture", [ramp() / 255, ramp()[..., 0], ramp()[:0], "photo.jpg"])
def test_what_is_no_rgb_picture_is_refused(picture, framing):
    with pytest.raises(PictureError, match=r"uint8|shape must be \(H, W, 3\), not|no pixels"):
        crop_face(picture, turned_face(20), CropStyle(framing))


@pytest.mark.parametrize("framing", FRAMINGS)
def test_a_crop_is_the_callers_own(framing):
    picture = ramp()
    crop = crop_face(picture, turned_face(20), CropStyle(framing, roll=True))
    crop[:] = 0
    np.testing.assert_array_equal(picture, ramp())


@pytest.mark.parametrize(
    "values",
    [
        {"framing": "round"}, {"size": 0}, {"size": 64.5}, {"margin": -1}, {"margin": float("nan")},
        {"outside": "mirror"}, {"colour": (1, 2)}, {"outside": "move", "roll": True},
        {"framing": "aligned", "outside": "move"},
    ],
)  # fmt: skip
def test_a_style_that_makes_no_sense_is_refused(values):
    with pytest.raises(UsageError):
        CropStyle(**values)


def test_the_similarity_of_the_template_is_itself():
    np.testing.assert_allclose(similarity(TEMPLATE, TEMPLATE), [[1, 0, 0], [0, 1, 0]], atol=1e-9)
