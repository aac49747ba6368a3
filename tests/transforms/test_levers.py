"""What makes canvases harder, lever by lever: exact labels, nothing by default, nothing else changed."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facewright.datasets.sample import Sample, no_landmarks
from facewright.datasets.toy import ToySamples
from facewright.transforms.canvas import CanvasMaker, CanvasStyle, Pool

TOYS = [ToySamples(12, seed=0, size=128)[i] for i in range(12)]
WITH_FACES = [sample for sample in TOYS if len(sample.boxes)]
EMPTY = np.zeros((0, 4), np.float32)


def plain(name, height=90, width=140, value=60):
    return Sample(name, np.full((height, width, 3), value, np.uint8), EMPTY, no_landmarks(0))


FILL = [plain("a"), plain("b", 30, 200, 120), plain("c", 200, 31, 200)]
ALARM = Sample(
    "alarm", np.full((100, 100, 3), 9, np.uint8), np.array([[40, 40, 60, 60]], np.float32), no_landmarks(1)
)
ALARM.picture[40:60, 40:60] = (255, 0, 0)
POOL = Pool([WITH_FACES], [1.0], FILL, [ALARM])
LEVERS = {
    "copy_paste": {"copy_paste": 1.0, "pasted": (2, 6)},
    "occlusion": {"occlusion": 1.0},
    "truncation": {"truncation": 0.25, "largest": 1.2},
    "hard_negative": {"hard_negative": 0.7, "negative": 0.5},
    "distractors": {"negative": 0.6, "distractor": 1.0, "distractors": ("text", "signs", "halftone")},
}


def maker(seed=0, pool=POOL, **values):
    return CanvasMaker(pool, CanvasStyle(**({"canvas": 96} | values)), seed)


def same(one, other):
    return np.array_equal(one.pixels, other.pixels) and all(
        np.array_equal(a, b, equal_nan=True) for a, b in zip(one.labels, other.labels, strict=True)
    )


@given(
    st.sampled_from(list(LEVERS)),
    st.integers(0, 10**6),
    st.sampled_from([64, 160]),
    st.floats(0, 1),
    st.booleans(),
)
@settings(max_examples=80)
def test_canvases_are_whole_their_labels_inside_and_functions_of_their_number(
    lever, number, side, mosaic, grey
):
    values = {"canvas": side, "mosaic": mosaic, "grey": float(grey)} | LEVERS[lever]
    canvas = maker(**values).canvas(number)
    assert same(canvas, maker(**values).canvas(number))
    pixels, (boxes, landmarks, ignore) = canvas
    assert pixels.shape == (side, side, 3) and pixels.dtype == np.uint8
    assert boxes.dtype == landmarks.dtype == ignore.dtype == np.float32
    assert landmarks.shape == (len(boxes), 5, 2)
    for regions in (boxes, ignore):
        assert ((regions >= 0) & (regions <= side)).all()
        assert (regions[:, 2:] > regions[:, :2]).all()
    assert (np.sqrt((boxes[:, 2:] - boxes[:, :2]).prod(1)) >= 7 - 1e-3).all()


def test_by_default_none_is_on():
    style = CanvasStyle()
    assert style.copy_paste == style.occlusion == style.truncation == style.hard_negative == 0
    assert style.distractors == ("letters", "dots", "discs")


def test_the_default_style_makes_the_canvases_that_it_always_made():
    """Labels and pixels as they were before there were levers; on other machines last digits differ."""
    found = [maker(seed=5, strength=0.0, grey=0.0).canvas(n) for n in range(4)]
    counts = [[len(part) for part in canvas.labels] for canvas in found]
    assert counts == [[1, 1, 0], [2, 2, 0], [9, 9, 4], [0, 0, 0]]
    sums = [float(canvas.labels.boxes.sum()) for canvas in found]
    assert sums == pytest.approx([201.02, 331.415, 2008.918, 0], abs=0.1)
    means = [float(canvas.pixels.mean()) for canvas in found]
    assert means == pytest.approx([199.14, 152.14, 119.32, 135.86], abs=0.3)


@pytest.mark.parametrize("lever", ["copy_paste", "occlusion"])
def test_a_canvas_is_the_same_but_for_what_is_added(lever):
    covered = 0
    for number in range(8):
        without, with_it = (maker(strength=0.0, **more).canvas(number) for more in ({}, LEVERS[lever]))
        count = len(without.labels.boxes)
        np.testing.assert_array_equal(with_it.labels.boxes[:count], without.labels.boxes)
        np.testing.assert_array_equal(with_it.labels.landmarks[:count], without.labels.landmarks)
        if lever == "occlusion":
            assert len(with_it.labels.boxes) == count
            changed = (with_it.pixels != without.pixels).any(axis=2)
            rows, columns = np.nonzero(changed)
            x0, y0, x1, y1 = _grown(without.labels.boxes).T[..., None]
            inside = (columns >= x0) & (columns < x1) & (rows >= y0) & (rows < y1)
            assert inside.any(axis=0).all()
            covered += int(changed.any())
    assert covered >= (4 if lever == "occlusion" else 0)


def _grown(boxes):
    """By half a box on each side: what stands before a face sticks out."""
    half = (boxes[:, 2:] - boxes[:, :2]) / 2
    return np.concatenate([boxes[:, :2] - half, boxes[:, 2:] + half], axis=1)


def test_an_alarm_lies_in_its_tile_and_nothing_is_labelled():
    alone = maker(
        mosaic=0.0, negative=1.0, hard_negative=1.0, strength=0.0, grey=0.0, distractor=0.0, turned=0.0
    )
    for number in range(10):
        pixels, labels = alone.canvas(number)
        assert (np.abs(pixels.astype(int) - (255, 0, 0)).sum(axis=2) < 60).sum() > 30
        assert [len(part) for part in labels] == [0, 0, 0]


def test_truncated_faces_lie_partly_beyond_the_border_and_stay_labelled():
    whole, cut = (
        maker(
            mosaic=0.0,
            negative=0.0,
            turned=0.0,
            smallest=20,
            largest=0.7,
            truncation=t,
            pool=Pool([_roomy()], [1.0], FILL),
        )
        for t in (0.0, 0.25)
    )

    def touching(made):
        boxes = [made.canvas(n).labels.boxes for n in range(40)]
        assert all(len(one) == 1 for one in boxes)
        return sum(bool((one[0, :2] <= 0).any() or (one[0, 2:] >= 96).any()) for one in boxes)

    assert touching(cut) > touching(whole) + 4


def _roomy():
    picture = np.full((300, 300, 3), 90, np.uint8)
    picture[130:170, 130:170] = 220
    return [Sample("roomy", picture, np.array([[130, 130, 170, 170]], np.float32), no_landmarks(1))]


@pytest.mark.parametrize("kind", ["letters", "dots", "discs", "text", "signs", "halftone"])
def test_every_kind_of_distractor_leaves_its_mark_and_only_on_faceless_tiles(kind):
    values = {"mosaic": 0.0, "strength": 0.0, "grey": 0.0, "canvas": 128}
    drawn = [maker(negative=1.0, distractor=1.0, distractors=(kind,), **values).canvas(n) for n in range(12)]
    assert sum(float(canvas.pixels.std(axis=(0, 1)).max()) > 1 for canvas in drawn) >= 8
    with_faces = {"negative": 0.0, "distractor": 1.0} | values
    assert same(maker(distractors=(kind,), **with_faces).canvas(3), maker(**with_faces).canvas(3))


def test_a_pool_without_faceless_pictures_works():
    for lever in LEVERS.values():
        assert maker(pool=Pool([WITH_FACES], [1.0], []), **lever).canvas(2).pixels.shape == (96, 96, 3)


@pytest.mark.parametrize(
    "values",
    [{"pasted": (3, 2)}, {"pasted": (0, 2)}, {"truncation": 0.5}, {"distractors": ()},
     {"distractors": ("fists",)}, {"occlusion": 1.1}],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(values):
    with pytest.raises(ValueError):
        CanvasStyle(**values)
