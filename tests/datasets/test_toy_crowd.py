import numpy as np
import pytest

from facewright.datasets.toy_crowd import crowd


@pytest.mark.parametrize(("count", "size"), [(0, (64, 48)), (1, (320, 240)), (10, (640, 480))])
def test_a_crowd_has_the_size_asked_for_and_is_the_same_each_time(count, size):
    picture = crowd(count, *size)
    assert picture.shape == (size[1], size[0], 3) and picture.dtype == np.uint8
    assert (picture == crowd(count, *size)).all()
    assert (picture != 110).any() == (count > 0)


def test_another_seed_draws_other_faces():
    assert (crowd(2) != crowd(2, seed=1)).any()
