import numpy as np
import pytest

from facewright.core.heat import colours, draw_heat


def test_colours_run_from_dark_to_light():
    ramp = colours(np.linspace(0, 1, 50, dtype=np.float32)).astype(int)
    assert (np.diff(ramp @ [299, 587, 114]) > 0).all()
    assert ramp[0].tolist() == [0, 0, 4] and ramp[-1].tolist() == [252, 255, 164]
    assert (colours(np.array([-1.0, 2.0])) == colours(np.array([0.0, 1.0]))).all()


def test_where_there_is_no_heat_the_picture_shows_grey():
    picture = np.random.default_rng(0).integers(0, 256, (4, 6, 3), np.uint8)
    heat = np.zeros((4, 6), np.float32)
    heat[1, 2] = 1
    drawn = draw_heat(picture, heat, strength=1.0)
    assert (drawn[1, 2] == colours(np.ones(1))[0]).all()
    cold = drawn[heat == 0]
    assert (cold == cold[:, :1]).all()
    assert np.abs(cold[:, 0] - picture[heat == 0] @ [0.299, 0.587, 0.114]).max() <= 0.5


def test_sizes_must_fit():
    with pytest.raises(ValueError, match="does not fit"):
        draw_heat(np.zeros((4, 6, 3), np.uint8), np.zeros((6, 4), np.float32))
