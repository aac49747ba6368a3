import numpy as np

from facewright.transforms.photometric import Photometric


def test_each_disturbance_is_drawn_by_itself():
    change = Photometric(0.5, grey=0.0)
    canvas = np.random.default_rng(0).integers(0, 256, (16, 16, 3)).astype(np.uint8)
    drawn = [change(canvas, np.random.default_rng(number)) for number in range(600)]
    untouched = np.mean([np.array_equal(canvas, pixels) for pixels in drawn])
    # Brightness .7, gamma .15, hue .4, blur .1, noise .075, compression .15: .11 escape all. If all went by
    # one draw it would be .3.
    assert 0.07 < untouched < 0.16


def test_a_canvas_is_changed_by_its_generator_alone():
    canvas = np.full((16, 16, 3), 90, np.uint8)
    change, other = Photometric(1.0, grey=0.1), Photometric(1.0, grey=0.1)
    other(canvas, np.random.default_rng(1))
    for number in range(20):
        both = [each(canvas, np.random.default_rng(number)) for each in (change, other)]
        assert np.array_equal(*both)
