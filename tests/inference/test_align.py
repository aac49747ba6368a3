import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facewright.datasets.landmarks import tight_box
from facewright.inference.align import (
    ABOVE,
    BELOW,
    BOX_HEIGHT,
    BOX_MIDDLE,
    TEMPLATE,
    cut,
    frame,
    frame_side,
    frame_to_describe,
    similarity,
)

SHIFTS = st.floats(-300, 300)
ANGLES = st.floats(-np.pi, np.pi)


def turned(points, scale, angle, dx, dy):
    rotation = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return points @ rotation.T + (dx, dy)


def moved(matrix, points):
    return np.c_[points, np.ones(len(points))] @ matrix.T


def face(scale=100.0, angle=0.0, dx=200.0, dy=100.0):
    """A box and landmarks as those of the template, turned, scaled and moved."""
    landmarks = turned(TEMPLATE, scale, angle, dx, dy).astype(np.float32)
    x, y = turned(np.array([[0.5, BOX_MIDDLE]]), scale, angle, dx, dy)[0]
    half = scale * BOX_HEIGHT / 2
    return np.array([x - half * 0.8, y - half, x + half * 0.8, y + half], np.float32), landmarks


@given(st.floats(0.1, 400), ANGLES, SHIFTS, SHIFTS)
@settings(max_examples=50)
def test_a_similarity_is_found_again(scale, angle, dx, dy):
    target = turned(TEMPLATE, scale, angle, dx, dy)
    matrix = similarity(TEMPLATE, target)
    assert moved(matrix, TEMPLATE) == pytest.approx(target, abs=1e-9 * (scale + 300))
    back = similarity(target, TEMPLATE)
    assert moved(back, target) == pytest.approx(TEMPLATE, abs=1e-6)
    assert np.linalg.det(matrix[:, :2]) > 0


@given(st.integers(0, 10_000))
@settings(max_examples=30)
def test_no_other_similarity_is_nearer(seed):
    rng = np.random.default_rng(seed)
    source, target = rng.normal(size=(2, 5, 2))
    matrix = similarity(source, target)
    least = ((moved(matrix, source) - target) ** 2).sum()
    for _ in range(20):
        a, b, dx, dy = rng.normal(scale=0.05, size=4)
        other = matrix + [[a, -b, dx], [b, a, dy]]
        assert ((moved(other, source) - target) ** 2).sum() >= least


def test_points_in_one_place_have_no_similarity():
    with pytest.raises(ValueError, match="one place"):
        similarity(np.full((5, 2), 7.0), TEMPLATE)


@given(st.floats(5, 400), st.floats(-np.pi / 2, np.pi / 2), SHIFTS, SHIFTS)
@settings(max_examples=50)
def test_landmarks_are_laid_over_the_template(scale, angle, dx, dy):
    box, landmarks = face(scale, angle, dx, dy)
    placed = frame(box, landmarks)
    assert placed.by == "landmarks" and frame_side(placed.matrix) == pytest.approx(scale, rel=1e-3)
    assert moved(placed.matrix, landmarks) == pytest.approx(TEMPLATE, abs=1e-3)


@given(st.floats(5, 400), ANGLES, SHIFTS, SHIFTS)
@settings(max_examples=50)
def test_what_is_described_reaches_above_and_below_along_the_face_however_it_is_turned(scale, angle, dx, dy):
    box, landmarks = face(scale, angle, dx, dy)
    corners = np.array([[0, -ABOVE], [1, -ABOVE], [0, 1 + BELOW], [1, 1 + BELOW]])
    there = moved(np.linalg.inv(np.vstack([frame(box, landmarks).matrix, (0, 0, 1)]))[:2], corners)
    placed = frame_to_describe(box, landmarks)
    assert moved(placed.matrix, there) == pytest.approx(np.array([[0, 0], [1, 0], [0, 1], [1, 1]]), abs=1e-6)


def test_an_upright_face_is_framed_alike_by_its_box():
    box, landmarks = face()
    without = frame(box, None)
    assert without.by == "box"
    assert without.matrix == pytest.approx(frame(box, landmarks).matrix, abs=0.01)


@pytest.mark.parametrize(
    "landmarks",
    [
        np.full((5, 2), 250, np.float32),
        face(scale=45.0, dx=230.0, dy=130.0)[1],  # on a much smaller face inside the box
        face(scale=250.0, dx=130.0, dy=30.0)[1],
        face(dx=300.0)[1],  # on the neighbour's face
    ],
    ids=["one place", "small", "large", "beside"],
)
def test_landmarks_that_do_not_suit_the_box_are_not_followed(landmarks):
    box, _ = face()
    assert frame(box, landmarks).by == "box"


def test_a_face_in_profile_is_still_framed_by_its_landmarks():
    box, landmarks = face()
    landmarks[:, 0] = landmarks[:, 0].mean() + 0.15 * (landmarks[:, 0] - landmarks[:, 0].mean())
    assert frame(box, landmarks).by == "landmarks"


def ramp(width, height):
    """A picture whose red grows by one a pixel to the right and whose green by one a pixel down."""
    columns, rows = np.meshgrid(np.arange(width), np.arange(height))
    return np.stack([columns, rows, np.zeros_like(rows)], 2).clip(0, 255).astype(np.uint8)


@given(st.floats(8, 120), ANGLES, st.integers(8, 40))
@settings(max_examples=40)
def test_every_pixel_of_the_crop_comes_from_its_place(size, angle, side):
    placed = frame(*face(size))  # only for its shape
    matrix = similarity(
        turned(np.array([[0, 0], [1, 0], [1, 1], [0, 1]]), size, angle, 125, 125),
        [[0, 0], [1, 0], [1, 1], [0, 1]],
    )
    crop = cut(ramp(250, 250), matrix, side).astype(float)
    assert crop.shape == (side, side, 3) and placed.by == "landmarks"
    middle = (np.arange(side) + 0.5) / side
    x, y = np.meshgrid(middle, middle)
    wanted = (
        turned(np.stack([x, y], -1).reshape(-1, 2), size, angle, 125, 125) - 0.5
    )  # a pixel's value: its middle's
    reach = 0.75 * max(1, size / side)  # of the pixels that one of the crop averages, without the border
    inside = ((wanted > reach) & (wanted < 249 - reach)).all(1)
    assert np.abs(crop.reshape(-1, 3)[inside, :2] - wanted[inside]).max() <= 1.5


def test_beyond_the_border_the_picture_repeats_its_edge():
    picture = np.zeros((20, 20, 3), np.uint8)
    picture[:, :2] = 200
    crop = cut(picture, similarity([[-20, 0], [0, 20]], [[0, 0], [1, 1]]), 10)
    assert (crop == 200).all()


def test_a_large_face_is_averaged_and_not_sampled():
    checks = np.indices((400, 400)).sum(0) % 2 * 255
    picture = np.repeat(checks[:, :, None], 3, 2).astype(np.uint8)
    crop = cut(picture, similarity([[0, 0], [400, 400]], [[0, 0], [1, 1]]), 16)
    assert np.abs(crop.astype(int) - 127).max() <= 2


def test_the_box_in_the_crop_is_that_of_the_house():
    _, top, _, bottom = tight_box(TEMPLATE * (79, 80)) / 80
    assert bottom - top == pytest.approx(BOX_HEIGHT, abs=0.02)
    assert (top + bottom) / 2 == pytest.approx(BOX_MIDDLE, abs=0.02)
