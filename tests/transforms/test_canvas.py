from collections import Counter

import numpy as np
import pytest
from pydantic import ValidationError

from facewright.core.errors import PictureError
from facewright.datasets.sample import Sample
from facewright.datasets.toy import ToySamples
from facewright.transforms.canvas import CanvasMaker, CanvasStyle, Pool

TOYS = [ToySamples(12, seed=0, size=128)[i] for i in range(12)]
WITH_FACES = [sample for sample in TOYS if len(sample.boxes)]


def plain(name, height=90, width=140, value=60):
    return Sample(
        name,
        np.full((height, width, 3), value, np.uint8),
        np.zeros((0, 4), np.float32),
        np.zeros((0, 5, 2), np.float32),
    )


FILL = [plain("a"), plain("b", 30, 200, 120), plain("c", 200, 31, 200)]
POOL = Pool([WITH_FACES], [1.0], FILL)


def style(**values):
    return CanvasStyle(**({"canvas": 96} | values))


def same(one, other):
    return np.array_equal(one.pixels, other.pixels) and all(
        np.array_equal(a, b, equal_nan=True) for a, b in zip(one.labels, other.labels, strict=True)
    )


def test_a_canvas_depends_on_the_seed_and_its_number_alone():
    maker, other = (CanvasMaker(POOL, style(strength=1.0), seed=3) for _ in range(2))
    forward = [maker.canvas(i) for i in range(6)]
    backward = [other.canvas(i) for i in reversed(range(6))][::-1]
    assert all(same(a, b) for a, b in zip(forward, backward, strict=True))
    assert not same(forward[0], forward[1])
    assert not same(forward[0], CanvasMaker(POOL, style(strength=1.0), seed=4).canvas(0))


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"mosaic": 0.0, "negative": 0.0},
        {"mosaic": 1.0, "tiles": (1, 1)},
        {"mosaic": 1.0, "tiles": (8, 8), "canvas": 64},
        {"negative": 1.0, "distractor": 1.0, "mosaic": 0.5},
        {"negative": 0.0, "smallest": 1, "largest": 3.0, "enlarge": 10},
        {"smallest": 60, "largest": 0.1},
        {"degrees": 180, "turned": 1.0},
        {"strength": 0.0, "grey": 0.0},
        {"strength": 1.0, "grey": 1.0},
        {"enlarge": 1.0, "canvas": 320},
    ],
    ids=str,
)
def test_canvases_of_any_style_are_whole_and_their_labels_lie_inside(values):
    chosen = style(**values)
    maker, side = CanvasMaker(POOL, chosen, seed=0), chosen.canvas
    for number in range(12):
        pixels, (boxes, landmarks, ignore) = maker.canvas(number)
        assert pixels.shape == (side, side, 3)
        assert pixels.dtype == np.uint8
        assert boxes.dtype == landmarks.dtype == ignore.dtype == np.float32
        assert landmarks.shape == (len(boxes), 5, 2)
        for regions in (boxes, ignore):
            assert ((regions >= 0) & (regions <= side)).all()
            assert (regions[:, 2:] > regions[:, :2]).all()
        assert (np.sqrt((boxes[:, 2:] - boxes[:, :2]).prod(1)) >= chosen.smallest - 1e-3).all()
        if chosen.grey == 1:
            assert np.ptp(pixels.astype(int), axis=2).max() <= 30  # but for colour noise and compression


def test_negative_shares_are_kept():
    never, always = (CanvasMaker(POOL, style(negative=n, mosaic=0.0), 0) for n in (0.0, 1.0))
    assert not any(len(always.canvas(i).labels.boxes) for i in range(8))
    assert sum(len(never.canvas(i).labels.boxes) > 0 for i in range(8)) >= 6


def test_strength_zero_leaves_the_pixels_alone():
    grey = plain("grey", 100, 100, 100)
    pool = Pool([[grey]], [1.0], [grey])
    pixels = (
        CanvasMaker(pool, style(strength=0.0, grey=0.0, mosaic=0.0, turned=0.0, enlarge=9), 0)
        .canvas(1)
        .pixels
    )
    assert (pixels == 100).all()


def test_labels_follow_the_faces_drawn():
    """Pure red faces on black: the red that is seen lies in the boxes, and fills them as ellipses do."""
    picture = np.zeros((120, 160, 3), np.uint8)
    yy, xx = np.mgrid[:120, :160] + 0.5
    boxes = np.array([[10, 20, 50, 70], [90, 40, 130, 100]], np.float32)
    for x0, y0, x1, y1 in boxes:
        picture[((xx - (x0 + x1) / 2) / (x1 - x0)) ** 2 + ((yy - (y0 + y1) / 2) / (y1 - y0)) ** 2 < 0.25] = [
            255,
            0,
            0,
        ]
    marks = np.repeat((boxes[:, None, :2] + boxes[:, None, 2:]) / 2, 5, axis=1)
    pool = Pool([[Sample("red", picture, boxes, marks)]], [1.0], [plain("black", value=0)])
    maker = CanvasMaker(pool, style(canvas=128, strength=0.0, grey=0.0, negative=0.0, turned=1.0), seed=1)
    faces = 0
    for number in range(30):
        pixels, labels = maker.canvas(number)
        red = (pixels[..., 0] > 128) & (pixels[..., 1] < 100)
        known = np.zeros_like(red)
        for x0, y0, x1, y1 in np.concatenate([labels.boxes, labels.ignore]):
            known[max(int(y0) - 2, 0) : int(y1) + 3, max(int(x0) - 2, 0) : int(x1) + 3] = True
        assert not (red & ~known).any()
        for (x0, y0, x1, y1), mark in zip(labels.boxes, labels.landmarks[:, 0], strict=True):
            faces += 1
            filled = red[round(y0) : round(y1), round(x0) : round(x1)].mean()
            assert filled > 0.55
            if (mark > 2).all() and (mark < 126).all():
                assert red[int(mark[1]), int(mark[0])]
    assert faces > 30


def test_a_pool_without_faceless_pictures_works():
    for share in (0.0, 1.0):
        maker = CanvasMaker(Pool([WITH_FACES], [1.0], []), style(negative=share, canvas=256), 0)
        assert sum(len(maker.canvas(i).labels.boxes) for i in range(6)) > 0


def test_pictures_without_faces_in_a_training_set_are_placed_too():
    maker = CanvasMaker(Pool([[FILL[0]]], [1.0], []), style(negative=0.0), 0)
    assert [len(part) for part in maker.canvas(0).labels] == [0, 0, 0]


def test_sets_are_drawn_by_their_weights():
    pool = Pool([[FILL[0]], [FILL[1]]], [3.0, 1.0], [])
    rng = np.random.default_rng(0)
    counts = Counter(pool.draw(rng).name for _ in range(2000))
    assert counts["a"] / 2000 == pytest.approx(0.75, abs=0.04)
    assert pool.draw_faceless(rng) is None


def test_an_unreadable_picture_is_said(tmp_path):
    bad = tmp_path / "bad.jpg"
    bad.write_bytes(b"no picture")
    sample = Sample("bad", bad, np.array([[0, 0, 9, 9]], np.float32), np.zeros((1, 5, 2), np.float32))
    with pytest.raises(PictureError, match=r"bad\.jpg"):
        CanvasMaker(Pool([[sample]], [1.0], []), style(), 0).canvas(0)


def test_the_samples_are_not_changed():
    before = [(sample.read().copy(), sample.boxes.copy(), sample.landmarks.copy()) for sample in WITH_FACES]
    maker = CanvasMaker(POOL, style(strength=1.0), 0)
    for number in range(10):
        maker.canvas(number)
    for sample, (pixels, boxes, landmarks) in zip(WITH_FACES, before, strict=True):
        np.testing.assert_array_equal(sample.read(), pixels)
        np.testing.assert_array_equal(sample.boxes, boxes)
        np.testing.assert_array_equal(sample.landmarks, landmarks)


@pytest.mark.parametrize(
    "values",
    [{"canvas": 100}, {"tiles": (5, 2)}, {"tiles": (0, 3)}, {"tiles": (1, 40)}, {"mosaic": 1.5},
     {"smalest": 3}, {"smallest": float("nan")}],
)  # fmt: skip
def test_styles_that_make_no_sense_are_refused(values):
    with pytest.raises(ValidationError):
        style(**values)


def test_a_background_leaves_no_pixel_as_it_was():
    maker = CanvasMaker(POOL, style(), 0)
    for number in range(60):
        shape = [(96, 96, 3), (13, 96, 3), (96, 40, 3)][number % 3]
        blank, white = np.zeros(shape, np.uint8), np.full(shape, 255, np.uint8)
        for pixels in (blank, white):
            maker._background(pixels, np.random.default_rng(number))
        assert np.array_equal(blank, white)
