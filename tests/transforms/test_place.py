import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from facewright.core.faces import LANDMARKS
from facewright.transforms.place import (
    MIRROR,
    Labels,
    Placement,
    covers,
    cut_labels,
    place_labels,
    place_pixels,
)

NO_BOXES, NO_MARKS = np.zeros((0, 4), np.float32), np.zeros((0, 5, 2), np.float32)

placements = st.builds(
    Placement,
    scale=st.floats(0.1, 3),
    x=st.floats(0, 200),
    y=st.floats(0, 200),
    to_x=st.floats(0, 200),
    to_y=st.floats(0, 200),
    degrees=st.floats(-180, 180),
    mirror=st.booleans(),
)


def labels(boxes=NO_BOXES, landmarks=None, ignore=NO_BOXES):
    boxes = np.array(boxes, np.float32).reshape(-1, 4)
    marks = np.full((len(boxes), 5, 2), np.nan, np.float32) if landmarks is None else landmarks
    return Labels(boxes, np.asarray(marks, np.float32), np.array(ignore, np.float32).reshape(-1, 4))


def ellipse(shape, cx, cy, rx, ry):
    yy, xx = np.mgrid[: shape[0], : shape[1]] + 0.5
    inside = ((xx - cx) / rx) ** 2 + ((yy - cy) / ry) ** 2 < 1
    return np.repeat(inside[..., None] * np.uint8(255), 3, axis=2)


@pytest.mark.parametrize("seed", range(40))
def test_a_drawn_ellipse_lands_where_its_labels_say(seed):
    """Centre of mass against the landmarks, extents and area against the box, at any scale, turn and flip."""
    rng = np.random.default_rng(seed)
    height, width = rng.integers(80, 500, 2)
    cx, cy = rng.uniform(0.3, 0.7, 2) * (width, height)
    rx, ry = rng.uniform(0.1, 0.25, 2) * min(height, width) + 6
    scale = float(np.exp(rng.uniform(np.log(5 / min(rx, ry)), np.log(min(3, 75 / max(rx, ry))))))
    to = 100 + rng.uniform(-8, 8, 2)
    placement = Placement(scale, cx, cy, *to, float(rng.uniform(-180, 180)), bool(seed % 2))
    canvas = np.zeros((200, 200, 3), np.uint8)
    place_pixels(ellipse((height, width), cx, cy, rx, ry), placement, canvas)
    placed = place_labels(
        labels([[cx - rx, cy - ry, cx + rx, cy + ry]], np.full((1, 5, 2), [cx, cy])), placement
    )

    mass = canvas[..., 0] / 255
    yy, xx = np.mgrid[:200, :200] + 0.5
    centre = np.array([(mass * xx).sum(), (mass * yy).sum()]) / mass.sum()
    np.testing.assert_allclose(centre, placed.landmarks[0, 0], atol=0.25)
    np.testing.assert_allclose(to, placed.landmarks[0, 0], atol=0.01)
    assert mass.sum() == pytest.approx(np.pi * rx * ry * scale**2, rel=0.06)
    seen_y, seen_x = np.nonzero(mass > 0.5)
    extents = [seen_x.min(), seen_y.min(), seen_x.max() + 1, seen_y.max() + 1]
    np.testing.assert_allclose(extents, placed.boxes[0], atol=1.5)


def test_nothing_moves_without_a_placement():
    rng = np.random.default_rng(0)
    picture = rng.integers(0, 256, (40, 60, 3), np.uint8)
    still = Placement(1.0, 0, 0, 0, 0)
    canvas = np.zeros_like(picture)
    place_pixels(picture, still, canvas)
    np.testing.assert_array_equal(canvas, picture)
    before = labels([[3, 4, 20, 30]], rng.uniform(0, 40, (1, 5, 2)), [[1, 2, 3, 4]])
    for one, other in zip(before, place_labels(before, still), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)


def test_a_flip_mirrors_pixels_exactly_and_swaps_left_and_right():
    picture = np.random.default_rng(0).integers(0, 256, (32, 48, 3), np.uint8)
    flip = Placement(1.0, 24, 16, 24, 16, 0, mirror=True)
    canvas = np.zeros_like(picture)
    place_pixels(picture, flip, canvas)
    np.testing.assert_array_equal(canvas, picture[:, ::-1])
    marks = np.array([[[10, 10], [20, 11], [15, 15], [11, 20], [19, 21]]], np.float32)
    flipped = place_labels(labels([[5, 5, 25, 30]], marks), flip)
    np.testing.assert_allclose(flipped.boxes, [[23, 5, 43, 30]], atol=1e-5)
    np.testing.assert_allclose(
        flipped.landmarks[0], [[28, 11], [38, 10], [33, 15], [29, 21], [37, 20]], atol=1e-5
    )


def test_the_swap_is_of_left_and_right_names():
    swap = {"left": "right", "right": "left"}
    for name, other in zip(LANDMARKS, (LANDMARKS[i] for i in MIRROR), strict=True):
        assert "_".join(swap.get(word, word) for word in name.split("_")) == other


def test_turning_is_clockwise_on_the_screen():
    turned = place_labels(
        labels([[0, 0, 1, 1]], np.full((1, 5, 2), [60, 50])), Placement(1, 50, 50, 50, 50, 90)
    )
    np.testing.assert_allclose(turned.landmarks[0, 0], [50, 60], atol=1e-4)


def test_unknown_landmarks_stay_unknown_and_emptiness_stays_empty():
    somehow = Placement(0.7, 5, 6, 70, 80, 20, True)
    assert np.isnan(place_labels(labels([[3, 4, 20, 30]]), somehow).landmarks).all()
    for part, shape in zip(place_labels(Labels.none(), somehow), ((0, 4), (0, 5, 2), (0, 4)), strict=True):
        assert part.shape == shape
        assert part.dtype == np.float32


@settings(max_examples=80)
@given(st.floats(0.1, 3), st.floats(-180, 180), st.booleans(), st.floats(0, 20), st.floats(0, 20))
def test_what_covers_leaves_no_pixel_bare(scale, degrees, mirror, right, down):
    side = round(70 / scale) + 45  # the canvas's diagonal is 64
    placement = Placement(scale, side / 2, side / 2, 25 + right * scale, 20 - down * scale, degrees, mirror)
    picture, canvas = np.zeros((side, side, 3), np.uint8), np.full((40, 50, 3), 255, np.uint8)
    assume(covers(picture.shape, placement, canvas.shape))
    place_pixels(picture, placement, canvas)
    assert (canvas == 0).all()


@pytest.mark.parametrize("scale", [0.125, 0.5, 1.0, 2.5])
@pytest.mark.parametrize("mirror", [False, True])
def test_a_picture_flush_with_the_canvas_covers_it(scale, mirror):
    picture, canvas = (
        np.zeros((120, 160, 3), np.uint8),
        np.full((round(120 * scale), round(160 * scale), 3), 255, np.uint8),
    )
    placement = Placement(1.001 * scale, 80, 60, canvas.shape[1] / 2, canvas.shape[0] / 2, 0, mirror)
    assert covers(picture.shape, placement, canvas.shape)
    place_pixels(picture, placement, canvas)
    assert (canvas == 0).all()
    assert not covers(picture.shape, placement._replace(to_x=canvas.shape[1] / 2 + 1), canvas.shape)


@settings(max_examples=80)
@given(placements, st.lists(st.floats(5, 195), min_size=4, max_size=4))
def test_an_ignored_region_keeps_covering_what_it_covered(placement, numbers):
    x0, x1 = sorted(numbers[:2])
    y0, y1 = sorted(numbers[2:])
    assume(x1 > x0 and y1 > y0)
    corners = np.array([[x0, y0], [x1, y0], [x0, y1], [x1, y1]])
    placed = place_labels(labels([[x0, y0, x1, y1]], None, [[x0, y0, x1, y1]]), placement)
    matrix = placement.matrix()
    where = corners @ matrix[:, :2].T + matrix[:, 2]
    low, high = placed.ignore[0, :2], placed.ignore[0, 2:]
    np.testing.assert_allclose(low, where.min(0), atol=0.01)
    np.testing.assert_allclose(high, where.max(0), atol=0.01)
    assert (placed.boxes[0, :2] >= low - 0.01).all()  # a face's ellipse lies inside its turned box
    assert (placed.boxes[0, 2:] <= high + 0.01).all()


def test_a_picture_beside_the_canvas_draws_nothing():
    canvas = np.full((20, 20, 3), 7, np.uint8)
    place_pixels(np.zeros((30, 30, 3), np.uint8), Placement(1, 15, 15, 500, 500), canvas)
    assert (canvas == 7).all()


def test_strong_shrinking_averages_instead_of_skipping():
    stripes = np.zeros((640, 640, 3), np.uint8)
    stripes[::2] = 255
    canvas = np.zeros((64, 64, 3), np.uint8)
    place_pixels(stripes, Placement(0.1, 320, 320, 32, 32), canvas)
    assert np.abs(canvas[2:-2, 2:-2].astype(int) - 128).max() <= 2


def cut(box, least=4.0, ignore=NO_BOXES):
    return cut_labels(labels([box], None, ignore), 100, 80, least)


def test_what_sticks_out_is_clipped():
    assert cut([-5, 10, 25, 40]).boxes.tolist() == [[0, 10, 25, 40]]
    assert cut([90, 70, 105, 85]).ignore.tolist() == [[90, 70, 100, 80]]


def test_a_face_of_which_less_than_half_is_left_is_ignored():
    assert len(cut([-10, 10, 10, 40]).boxes) == 1  # exactly half
    out = cut([-11, 10, 9, 40])
    assert len(out.boxes) == len(out.landmarks) == 0
    assert out.ignore.tolist() == [[0, 10, 9, 40]]


def test_a_face_too_small_is_ignored_by_its_area():
    assert len(cut([10, 10, 14, 14]).boxes) == 1
    assert cut([10, 10, 13.9, 14]).ignore.shape == (1, 4)
    assert len(cut([10, 10, 12, 19]).boxes) == 1


def test_what_is_gone_leaves_nothing():
    assert [len(part) for part in cut([200, 10, 230, 40], ignore=[[-50, 0, -10, 10]])] == [0, 0, 0]
    assert [len(part) for part in cut([50, 50, 50, 50])] == [0, 0, 0]  # an empty box is no face


def test_ignored_regions_are_clipped_and_the_faces_landmarks_stay():
    marks = np.arange(10, dtype=np.float32).reshape(1, 5, 2)
    out = cut_labels(labels([[0, 0, 20, 20]], marks, [[50, 50, 400, 90]]), 100, 80, 4)
    assert out.ignore.tolist() == [[50, 50, 100, 80]]
    np.testing.assert_array_equal(out.landmarks, marks)
