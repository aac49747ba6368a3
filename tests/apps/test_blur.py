"""Hidden faces: nothing of them left inside, nothing changed outside, the same bytes each time."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facewright.apps.blur import BlurStyle, blur_faces, hidden_region
from facewright.core.errors import PictureError, UsageError

HOW = ["gaussian", "pixelate", "solid", "silhouette"]
SHAPE = ["ellipse", "box"]
side = st.integers(1, 70)
edge = st.floats(-40, 110, width=32)


def noise(height=120, width=160, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("shape", SHAPE)
def test_the_face_changes_and_what_is_far_from_it_stays(how, shape):
    picture = noise()
    before = picture.copy()
    hidden = blur_faces(picture, [[50, 40, 90, 90]], BlurStyle(how, shape))
    np.testing.assert_array_equal(picture, before)
    assert hidden.dtype == np.uint8 and hidden.shape == picture.shape
    outside = np.ones(picture.shape[:2], bool)
    outside[40 - 17 : 90 + 17, 50 - 14 : 90 + 14] = False  # grown by .5, feathered by .1
    np.testing.assert_array_equal(hidden[outside], picture[outside])
    assert (hidden[45:85, 55:85] != picture[45:85, 55:85]).any(axis=2).mean() > 0.95
    if how != "silhouette":
        assert hidden[45:85, 55:85].std() < 40 < picture[45:85, 55:85].std()


@pytest.mark.parametrize("how", HOW)
def test_nothing_of_the_face_shines_through(how):
    """What is hidden is the same for two faces that differ only in detail finer than is left."""
    style, box = BlurStyle(how, feather=0.2), [[50, 40, 90, 90]]
    one, other = noise(), noise()
    y, x = np.mgrid[:120, :160]
    inside = ((x - 69.5) / 20) ** 2 + ((y - 64.5) / 25) ** 2 < 1
    one[inside], other[inside] = 128, 128
    other[60:70, 65:75][::2] += 100
    other[60:70, 65:75][1::2] -= 100
    a, b = (blur_faces(picture, box, style)[inside].astype(int) for picture in (one, other))
    assert np.abs(a - b).max() <= (40 if how == "pixelate" else 12)
    if how in ("solid", "silhouette"):
        assert np.array_equal(a, b)


@pytest.mark.parametrize("shape", SHAPE)
def test_solid_covers_the_whole_region_with_its_colour(shape):
    style = BlurStyle("solid", shape, grow=0.2, feather=0.3, colour=(1, 2, 3))
    hidden = blur_faces(noise(), [[50, 40, 90, 90]], style)
    y, x = np.mgrid[:120, :160] + 0.5
    across, down = np.abs(x - 70) / 24, np.abs(y - 65) / 30
    inside = np.maximum(across, down) < 1 if shape == "box" else across**2 + down**2 < 1
    assert (hidden[inside] == (1, 2, 3)).all()
    assert not (hidden[~inside & (np.maximum(across, down) > 1.5)] == (1, 2, 3)).all(axis=1).any()


@pytest.mark.parametrize("box", [[0, 40, 30, 80], [130, 40, 160, 80], [40, 0, 70, 50], [40, 70, 90, 120]])
def test_a_face_cut_by_the_border_is_hidden_up_to_it(box):
    hidden = blur_faces(noise(), [box], BlurStyle("solid", grow=0, feather=0, colour=(1, 2, 3)))
    x0, y0, x1, y1 = box
    cut = {0: hidden[y0:y1, 0], 1: hidden[0, x0:x1]}
    if x0 == 0:
        border = hidden[y0:y1, 0]
    elif x1 == 160:
        border = hidden[y0:y1, -1]
    else:
        border = cut[1] if y0 == 0 else hidden[-1, x0:x1]
    assert (border == (1, 2, 3)).all()


@pytest.mark.parametrize("how", ["gaussian", "pixelate"])
def test_strength_goes_with_the_face_and_with_what_is_asked(how):
    picture = noise(400, 400)

    def detail(box, strength=0.2):
        x0, y0, x1, y1 = box
        middle = blur_faces(picture, [box], BlurStyle(how, strength=strength))[y0:y1, x0:x1].astype(int)
        return np.abs(np.diff(middle, axis=1)).mean()

    small, large = [10, 10, 50, 50], [100, 100, 380, 380]
    assert detail(large) < detail(small)
    assert detail(large, 0.4) < detail(large) < detail(large, 0.1)
    twice = blur_faces(picture, [large], BlurStyle(how), [2])
    np.testing.assert_array_equal(twice, blur_faces(picture, [large], BlurStyle(how, strength=2)))


@settings(max_examples=60)
@given(
    side,
    side,
    st.lists(st.tuples(edge, edge, edge, edge), max_size=4),
    st.sampled_from(HOW),
    st.sampled_from(SHAPE),
)
def test_any_boxes_on_any_picture_the_same_each_time(height, width, corners, how, shape):
    boxes = [[min(a, c), min(b, d), max(a, c), max(b, d)] for a, b, c, d in corners]
    picture = noise(height, width)
    once = blur_faces(picture, boxes, BlurStyle(how, shape))
    assert once.shape == picture.shape
    np.testing.assert_array_equal(once, blur_faces(picture, boxes, BlurStyle(how, shape)))


@settings(max_examples=60)
@given(st.tuples(edge, edge, edge, edge), st.floats(0, 1), st.sampled_from(SHAPE))
def test_the_hidden_region_holds_the_box(corners, grow, shape):
    a, b, c, d = corners
    box = np.array([min(a, c), min(b, d), max(a, c), max(b, d)], np.float32)
    x0, y0, x1, y1 = hidden_region(box, BlurStyle(shape=shape, grow=grow), 80, 80)
    assert x0 <= box[0] and y0 <= box[1] and x1 >= box[2] and y1 >= box[3]


def test_no_boxes_change_nothing():
    picture = noise()
    hidden = blur_faces(picture, [])
    np.testing.assert_array_equal(hidden, picture)
    assert not np.shares_memory(hidden, picture)


@pytest.mark.parametrize(
    "values",
    [
        {"how": "mosaic"}, {"shape": "circle"}, {"grow": -0.1}, {"grow": float("nan")}, {"feather": 3},
        {"strength": 0}, {"colour": (0, 0)}, {"colour": (0, 0, 256)}, {"colour": (0.5, 0, 0)},
        {"colour": [0, 0, 0]}, {"colour": 0},
    ],
)  # fmt: skip
def test_a_style_that_makes_no_sense_is_refused(values):
    with pytest.raises(UsageError, match=next(iter(values))):
        BlurStyle(**values)


@pytest.mark.parametrize("boxes", [[[0, 0, np.nan, 5]], [[9, 0, 5, 5]], [[0, 0, np.inf, 5]]])
def test_boxes_that_are_none_are_refused(boxes):
    with pytest.raises(ValueError, match="finite"):
        blur_faces(noise(), boxes)


def test_pictures_that_are_none_and_strengths_that_do_not_fit_are_refused():
    for picture in (noise().astype(np.float32), noise()[..., 0], noise()[:0], "photo.jpg"):
        with pytest.raises(PictureError, match=r"uint8|shape must be \(H, W, 3\), not|no pixels"):
            blur_faces(picture, [])
    for strengths in ([1, 2], 2):
        with pytest.raises(ValueError, match=r"strengths must have shape \(1,\)"):
            blur_faces(noise(), [[1, 1, 5, 5]], strengths=strengths)


@pytest.mark.parametrize("strength", [float("nan"), float("inf"), 0, -1])
def test_a_strength_that_hides_nothing_is_refused(strength):
    with pytest.raises(ValueError, match="strengths must be finite and larger than 0"):
        blur_faces(noise(), [[1, 1, 5, 5]], strengths=[strength])
