import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from facewright.core.errors import DataError
from facewright.datasets.sample import Sample, no_landmarks
from facewright.transforms.crops import CropStyle, crop_square, faceless_window

LIVELY = CropStyle(
    side=32, shift=0.15, zoom=0.3, aspect=0.2, degrees=20, mirror=0.5, strength=1, grey=0.3, erase=0.4
)
WHOLE = np.full(4, np.nan)


def noise(height=60, width=90, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


def sample(picture, boxes=(), ignore=()):
    boxes, ignore = (np.array(part, np.float32).reshape(-1, 4) for part in (boxes, ignore))
    return Sample("a", picture, boxes, no_landmarks(len(boxes)), ignore=ignore)


def disc(cx, cy, radius, shape=(120, 160)):
    yy, xx = np.mgrid[: shape[0], : shape[1]] + 0.5
    inside = (xx - cx) ** 2 + (yy - cy) ** 2 < radius**2
    return np.repeat(inside[..., None] * np.uint8(255), 3, axis=2)


def mass(crop):
    """(x, y) of the centre of brightness and the share of the crop that is bright."""
    weight = crop[..., 0] / 255
    yy, xx = np.mgrid[: len(crop), : len(crop)] + 0.5
    return (weight * xx).sum() / weight.sum(), (weight * yy).sum() / weight.sum(), weight.mean()


def test_a_window_of_the_crops_own_size_is_cut_out_exactly():
    picture = noise()
    crop = crop_square(picture, [20, 10, 52, 42], CropStyle(side=32, margin=0))
    np.testing.assert_array_equal(crop, picture[10:42, 20:52])


@settings(max_examples=40)
@given(st.floats(30, 130), st.floats(30, 90), st.floats(4, 25), st.floats(0, 1), st.integers(24, 80))
def test_a_face_lies_in_the_middle_with_its_margin_around(x, y, radius, margin, side):
    box = [x - radius, y - 0.7 * radius, x + radius, y + 0.7 * radius]  # the longer side decides
    crop = crop_square(disc(x, y, radius), box, CropStyle(side=side, margin=margin))
    across, down, share = mass(crop)
    tolerance = 0.3 + side / (2 * radius) * 0.2
    assert across == pytest.approx(side / 2, abs=tolerance)
    assert down == pytest.approx(side / 2, abs=tolerance)
    assert share == pytest.approx(np.pi / 4 / (1 + 2 * margin) ** 2, rel=0.15)


def test_a_box_that_is_not_known_means_the_whole_picture_squashed():
    picture = np.zeros((40, 80, 3), np.uint8)
    picture[:, 40:] = 200
    crop = crop_square(picture, WHOLE, CropStyle(side=20, margin=0.5))
    assert (crop[:, :10] == 0).all()
    assert (crop[:, 10:] == 200).all()


def test_what_lies_outside_repeats_the_border():
    picture = noise()
    crop = crop_square(picture, [-10, 0, 22, 32], CropStyle(side=32, margin=0))
    np.testing.assert_array_equal(crop[:, 10:], picture[:32, :22])
    np.testing.assert_array_equal(crop[:, :10], np.repeat(picture[:32, :1], 10, axis=1))
    beside = crop_square(picture, [-500, -500, -468, -468], CropStyle(side=32, margin=0))
    assert (beside == picture[0, 0]).all()


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (700, 3), (2000, 1500)])
@pytest.mark.parametrize("box", [WHOLE, [0, 0, 1, 1], [-5, 100, 900, 2000], [7, 7, 7, 7]])
def test_any_picture_and_box_give_a_crop(shape, box):
    for number in range(4):
        crop = crop_square(noise(*shape), box, LIVELY, np.random.default_rng(number))
        assert crop.shape == (32, 32, 3)
        assert crop.dtype == np.uint8


def test_a_crop_depends_on_its_generator_alone():
    picture = noise()
    one, same, other = (crop_square(picture, WHOLE, LIVELY, np.random.default_rng(i)) for i in (5, 5, 6))
    np.testing.assert_array_equal(one, same)
    assert not np.array_equal(one, other)
    np.testing.assert_array_equal(picture, noise())


def test_a_style_without_changes_changes_nothing():
    picture, style = noise(), CropStyle(side=32)
    box = [10, 10, 40, 45]
    np.testing.assert_array_equal(
        crop_square(picture, box, style, np.random.default_rng(0)), crop_square(picture, box, style)
    )
    assert LIVELY.still == style


def test_mirroring_is_of_left_and_right():
    picture = noise()
    box, style = [20, 10, 52, 42], CropStyle(side=32, margin=0, mirror=1)
    flipped = crop_square(picture, box, style, np.random.default_rng(0))
    np.testing.assert_array_equal(flipped, picture[10:42, 20:52][:, ::-1])


@pytest.mark.parametrize(
    ("change", "largest"),
    [({"shift": 0.2}, 0.2), ({"zoom": 0.5}, 0), ({"aspect": 0.5}, 0), ({"degrees": 90}, 0)],
)
def test_changes_stay_within_their_bounds_and_reach_towards_them(change, largest):
    style = CropStyle(side=64, margin=1.0, **change)
    picture = disc(80, 60, 10)
    found = np.array(
        [mass(crop_square(picture, [70, 50, 90, 70], style, np.random.default_rng(i))) for i in range(40)]
    )
    moved = np.abs(found[:, :2] / 64 - 0.5).max()
    assert moved == pytest.approx(largest, abs=0.03)
    growth = np.sqrt(found[:, 2] / (np.pi / 4 / 9))  # of the disc against an unchanged crop's
    bound = 1 + change.get("zoom", 0)
    assert growth.max() == pytest.approx(bound, rel=0.06)
    assert growth.min() == pytest.approx(1 / bound, rel=0.06)


def test_erasing_paints_one_rectangle_over():
    picture, style = np.full((64, 64, 3), 7, np.uint8), CropStyle(erase=1)
    for number in range(20):
        painted = (crop_square(picture, WHOLE, style, np.random.default_rng(number)) != 7).any(axis=2)
        rows, columns = np.flatnonzero(painted.any(1)), np.flatnonzero(painted.any(0))
        assert painted[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].all()
        assert 0.02 < painted.mean() < 0.22


def test_grey_crops_have_no_colour():
    style = CropStyle(grey=1)
    crop = crop_square(noise(), WHOLE, style, np.random.default_rng(0))
    assert np.ptp(crop.astype(int), axis=2).max() == 0


@settings(max_examples=40)
@given(st.integers(0, 2**32), st.integers(5, 90), st.integers(5, 50), st.integers(4, 40))
def test_a_faceless_window_never_shows_a_face(seed, x, y, size):
    """The face is white: not a pixel's share of a crop may be, however the crop is changed."""
    picture = np.zeros((90, 130, 3), np.uint8)
    picture[y : y + size, x : x + size] = 255
    style = LIVELY.model_copy(update={"strength": 0, "grey": 0, "erase": 0})
    for face in (
        sample(picture, [[x, y, x + size, y + size]]),
        sample(picture, [], [[x, y, x + size, y + size]]),
    ):
        crop = faceless_window(face, style, np.random.default_rng(seed))
        assert crop is None or crop.mean() <= 255 * 0.06


def test_a_picture_full_of_a_face_has_no_window():
    assert faceless_window(sample(noise(), [[2, 2, 88, 58]]), LIVELY, np.random.default_rng(0)) is None


def test_windows_of_a_faceless_picture_differ():
    windows = [faceless_window(sample(noise()), CropStyle(), np.random.default_rng(i)) for i in range(4)]
    assert all(window is not None for window in windows)
    assert len({window.tobytes() for window in windows}) == 4


def test_pictures_in_which_faces_may_be_are_refused():
    for unknown in (sample(noise(), [[1, 1, 9, 9]], [[0, 0, 90, 60]]), sample(noise(), [[np.nan] * 4])):
        with pytest.raises(DataError, match="nobody annotated"):
            faceless_window(unknown, LIVELY, np.random.default_rng(0))


@pytest.mark.parametrize("values", [{"side": 0}, {"margin": -1}, {"mirror": 2}, {"shfit": 0.1}])
def test_styles_that_make_no_sense_are_refused(values):
    with pytest.raises(ValidationError):
        CropStyle(**values)
