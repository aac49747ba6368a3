import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from facewright.tasks.fixed_input import letterbox, squash

length = st.integers(1, 90)


def picture(height, width, value=255):
    return torch.full((height, width, 3), value, dtype=torch.uint8)


@settings(max_examples=60)
@given(length, length, st.integers(1, 64))
def test_a_letterbox_keeps_the_shape_and_pads_with_zeros_at_right_and_bottom(height, width, side):
    pixels, (scale_x, scale_y) = letterbox(picture(height, width), side)
    assert pixels.shape == (1, 3, side, side)
    assert pixels.dtype == torch.float32
    across, down = round(width * scale_x), round(height * scale_y)
    assert max(across, down) == side
    assert abs(down - side * height / max(height, width)) <= max(0.5, 1 - side * height / width)
    np.testing.assert_allclose(pixels[:, :, :down, :across], 255, rtol=1e-5)
    assert not pixels[:, :, down:].any()
    assert not pixels[:, :, :, across:].any()


@settings(max_examples=30)
@given(length, length, st.integers(1, 64))
def test_a_squashed_picture_fills_the_square(height, width, side):
    pixels, scale = squash(picture(height, width), side)
    assert pixels.shape == (1, 3, side, side)
    assert scale == (side / width, side / height)
    np.testing.assert_allclose(pixels, 255, rtol=1e-5)


def test_the_way_back_leads_to_the_same_place():
    marked = picture(50, 80, 0)
    marked[20:40, 10:30] = 255
    for pixels, (scale_x, scale_y) in (letterbox(marked, 32), squash(marked, 32)):
        weight = pixels[0, 0].double()
        middles = torch.arange(32).double() + 0.5
        assert abs(float((weight.sum(0) * middles).sum() / weight.sum()) / scale_x - 20) < 0.2
        assert abs(float((weight.sum(1) * middles).sum() / weight.sum()) / scale_y - 30) < 0.2


def test_a_picture_of_the_right_size_is_left_as_it_is():
    given_ = torch.randint(0, 256, (16, 16, 3), dtype=torch.uint8)
    for fit in (letterbox, squash):
        pixels, scale = fit(given_, 16)
        assert torch.equal(pixels[0].permute(1, 2, 0), given_.float())
        assert scale == (1.0, 1.0)


def test_small_pixels_are_averaged_not_skipped():
    stripes = picture(64, 64, 0)
    stripes[:, ::2] = 255
    pixels, _ = letterbox(stripes, 8)
    assert float((pixels[..., 1:-1] - 127.5).abs().max()) < 3
