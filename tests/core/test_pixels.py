import numpy as np
import pytest

from facewright.core.errors import PictureError
from facewright.core.pixels import check_pixels, grey_or_colour


def rgb(*shape: int) -> np.ndarray:
    return np.zeros(shape, np.uint8)


def test_pictures_pass_one_or_several():
    check_pixels(rgb(1, 1, 3))
    check_pixels(rgb(2, 4, 5, 3), several=True)
    check_pixels(rgb(0, 4, 5, 3), several=True)


@pytest.mark.parametrize(
    ("array", "several", "sentence"),
    [
        ("photo.jpg", False, "must be an array of uint8, not str"),
        (None, True, "must be an array of uint8, not NoneType"),
        (np.zeros((4, 4, 3)), False, r"not float64; where they are shares"),
        (np.zeros((4, 4, 3), np.int64), False, "must be uint8, 0 to 255, not int64$"),
        (rgb(4, 4), False, r"must be \(H, W, 3\), not \(4, 4\)"),
        (rgb(4, 4, 4), False, r"must be \(H, W, 3\)"),
        (rgb(4, 4, 3), True, r"must be \(N, H, W, 3\), not \(4, 4, 3\)"),
        (rgb(0, 4, 3), False, "no pixels"),
        (rgb(2, 0, 4, 3), True, "no pixels"),
    ],
)
def test_what_is_no_rgb_picture_is_refused_by_name(array, several, sentence):
    with pytest.raises(PictureError, match=f"^it: .*{sentence}"):
        check_pixels(array, "it", several=several)


@pytest.mark.parametrize(
    ("shape", "given"),
    [((2, 5), (2, 5)), ((2, 5, 1), (2, 5)), ((2, 5, 3), (2, 5, 3)), ((2, 5, 4), (2, 5, 4))],
)
def test_grey_and_transparent_ones_may_be_taken(shape, given):
    assert grey_or_colour(rgb(*shape)).shape == given
