import numpy as np
import pytest
from pydantic import ValidationError

from facewright.datasets.sample import Dataset, Sample, no_landmarks
from facewright.transforms.canvas import Pool
from facewright.transforms.frames import FrameMaker, FrameStyle, WholeMaker, WholeStyle, single_faces


def sample(name, boxes=(), height=60, width=100, value=80, ignore=()):
    """A dark picture whose faces are white boxes."""
    picture = np.full((height, width, 3), value, np.uint8)
    for x0, y0, x1, y1 in boxes:
        picture[y0:y1, x0:x1] = 255
    boxes = np.array(boxes, np.float32).reshape(-1, 4)
    return Sample(
        name, picture, boxes, no_landmarks(len(boxes)), ignore=np.array(ignore, np.float32).reshape(-1, 4)
    )


POOL = Pool([[sample("face", [(60, 10, 80, 40)])]], [1.0], [sample("none", value=70)])


def same(one, other):
    return np.array_equal(one.pixels, other.pixels) and np.array_equal(one.box, other.box)


def framed(**values):
    plain = {"strength": 0, "grey": 0, "turned": 0, "negative": 0, "smallest": 12, "distractor": 0}
    return FrameMaker(POOL, FrameStyle(**(plain | values)), seed=3)


@pytest.mark.parametrize(
    "make", [lambda: framed(strength=1, negative=0.3), lambda: WholeMaker(POOL, WholeStyle(), 3)]
)
def test_a_frame_depends_on_the_seed_and_its_number_alone(make):
    forward, backward = [make().frame(i) for i in range(8)], [make().frame(i) for i in reversed(range(8))]
    assert all(same(a, b) for a, b in zip(forward, backward[::-1], strict=True))
    assert not same(forward[0], forward[1]) or not same(forward[1], forward[2])


def test_a_whole_picture_is_squashed_with_its_box():
    frame = WholeMaker(POOL, WholeStyle(negative=0.0), seed=0).frame(0)
    assert frame.present == 1
    np.testing.assert_allclose(frame.box, [76.8, 21.333, 102.4, 85.333], atol=1e-3)
    assert frame.pixels[23:84, 78:102].min() > 250
    assert frame.pixels[:, :75].max() < 90


@pytest.mark.parametrize("style", [WholeStyle(negative=1.0), FrameStyle(negative=1.0, strength=0)])
def test_real_pictures_without_a_face(style):
    maker = (WholeMaker if isinstance(style, WholeStyle) else FrameMaker)(POOL, style, 0)
    frames = [maker.frame(i) for i in range(5)]
    assert all(frame.present == 0 and not frame.box.any() for frame in frames)
    assert sum(frame.pixels.max() <= 70 for frame in frames) >= 3  # in others letters may be drawn


@pytest.mark.parametrize(
    "maker",
    [
        WholeMaker(POOL, WholeStyle(negative=1.0, faceless="noise"), 0),
        framed(negative=1.0, faceless="noise"),
    ],
)
def test_noise_for_pictures_without_a_face(maker):
    frame = maker.frame(0)
    assert frame.present == 0
    assert 60 < frame.pixels.std() < 90  # uniform from 0 to 255: 73.9


def test_the_share_of_faceless_pictures():
    maker = WholeMaker(POOL, WholeStyle(canvas=64, negative=0.4), seed=0)
    assert 0.3 < np.mean([maker.frame(i).present == 0 for i in range(300)]) < 0.5


@pytest.mark.parametrize("faceless", ["noise", "real"])
def test_the_share_of_faceless_frames_whatever_they_are(faceless):
    maker = framed(canvas=64, negative=0.4, faceless=faceless)
    assert 0.3 < np.mean([maker.frame(i).present == 0 for i in range(300)]) < 0.5


def test_the_box_lies_on_the_face_wherever_it_is():
    maker = framed(letterboxed=0.0)
    centres = []
    for number in range(60):
        frame = maker.frame(number)
        assert frame.present == 1
        x0, y0, x1, y1 = frame.box
        assert 0 <= x0 < x1 <= 128 and 0 <= y0 < y1 <= 128
        inside = frame.pixels[round(y0) + 1 : round(y1) - 1, round(x0) + 1 : round(x1) - 1]
        assert inside.mean() > 240
        centres.append([(x0 + x1) / 2, (y0 + y1) / 2])
    assert (np.ptp(centres, axis=0) > 70).all()


def test_letterboxed_frames_are_black_at_right_or_below_and_hold_the_face_in_the_rest():
    maker = framed(letterboxed=1.0, narrowest=0.5, strength=0.5)
    for number in range(20):
        frame = maker.frame(number)
        filled = frame.pixels.any(axis=2)
        height, width = (int(np.flatnonzero(filled.any(axis=axis)).max()) + 1 for axis in (1, 0))
        assert max(height, width) == 128
        assert min(height, width) >= 60
        assert frame.box[2] <= width + 1 and frame.box[3] <= height + 1


def test_a_frame_is_one_picture():
    with pytest.raises(ValidationError, match="mosaic"):
        FrameStyle(mosaic=0.5)


def test_pictures_with_another_number_of_faces_are_left_out_and_counted():
    two = [(10, 10, 20, 20), (40, 10, 60, 30)]
    dataset = Dataset("set", [sample("a", two), sample("b", two[:1]), sample("c")])
    chosen = single_faces(dataset)
    assert [s.name for s in chosen] == ["b"]
    assert str(chosen.problems[-1]) == "set: 2 of 3 pictures hold no face or several; left out"
    assert single_faces(Dataset("set", [sample("b", two[:1])])).problems == ()


def test_faces_in_frames_can_be_covered_and_nothing_is_pasted_in():
    bare, covered = framed(), framed(occlusion=1.0)
    changed = 0
    for number in range(12):
        one, other = bare.frame(number), covered.frame(number)
        np.testing.assert_array_equal(one.box, other.box)
        changed += bool((one.pixels != other.pixels).any())
    assert changed >= 3
    for lever in ("copy_paste", "hard_negative"):
        with pytest.raises(ValidationError):
            FrameStyle(**{lever: 0.5})
