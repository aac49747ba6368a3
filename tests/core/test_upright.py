"""Of whatever mode and however turned a picture is, upright RGB of 8 bits comes out."""

import io

import numpy as np
import pytest
from PIL import Image

from facewright.core.errors import PictureError
from facewright.core.pictures import (
    load_picture,
    picture_size,
    read_picture,
)

from .conftest import BLUE, RED, YELLOW, assert_quarters, encode, quarters


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16", "I"])
def test_png_modes_keep_black_and_white(mode):
    grey = Image.fromarray(np.repeat(np.array([[0, 255]], np.uint8), 8, axis=1).repeat(8, axis=0))
    if mode.startswith("I"):
        wide = np.asarray(grey).astype(np.uint16) * 257
        image = Image.fromarray(wide if mode == "I;16" else wide.astype(np.int32))
    else:
        image = grey.convert(mode)
    assert image.mode == mode
    array = read_picture(encode(image, "TIFF" if mode == "I" else "PNG"))
    assert array.shape == (8, 16, 3)
    assert (array[:, :8] == 0).all()
    assert (array[:, 8:] == 255).all()


def test_sixteen_bits_keep_their_high_byte():
    ramp = np.arange(0, 65536, 16, np.uint16).reshape(64, 64)
    array = read_picture(encode(Image.fromarray(ramp), "PNG"))
    np.testing.assert_array_equal(array[..., 0], ramp >> 8)
    for order in (">u2", "<u2"):
        np.testing.assert_array_equal(read_picture(Image.fromarray(ramp.astype(order)))[..., 0], ramp >> 8)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([0.0, 0.5, 1.0], [0, 128, 255]),
        ([0.0, 2.0, 255.0], [0, 2, 255]),
        ([0.0, 32767.5, 65535.0], [0, 128, 255]),
        ([-1.0, 0.0, 1.0], [0, 128, 255]),
        ([0.0, 5e5, 1e6], [0, 128, 255]),
        ([0.0, 0.0, 0.0], [0, 0, 0]),
    ],
)
def test_float_pictures_are_scaled_by_what_they_hold(values, expected):
    image = Image.fromarray(np.array([values], np.float32))
    assert read_picture(encode(image, "TIFF"))[0, :, 0].tolist() == expected


def test_a_float_picture_of_nan_is_an_error():
    with pytest.raises(PictureError, match="not numbers"):
        read_picture(Image.fromarray(np.full((2, 2), np.nan, np.float32)))


def test_cmyk_jpeg_becomes_rgb():
    # The way to CMYK and back is not exact in any program: only the colours' names must come through.
    assert_quarters(read_picture(encode(Image.fromarray(quarters()).convert("CMYK"), "JPEG")), tolerance=30)


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF", "AVIF"])
def test_transparency_is_laid_on_white(kind):
    rgba = np.dstack([quarters(), np.full((40, 60), 255, np.uint8)])
    rgba[:20, :30, 3] = 0
    rgba[20:, :30, 3] = 128
    options = {} if kind in ("PNG", "TIFF") else {"lossless": True} if kind == "WEBP" else {"quality": 100}
    array = read_picture(encode(rgba, kind, **options)).astype(int)
    np.testing.assert_allclose(array[10, 15], (255, 255, 255), atol=8)
    np.testing.assert_allclose(array[30, 15], (np.array(BLUE) + 255) / 2, atol=8)
    np.testing.assert_allclose(array[30, 45], YELLOW, atol=8)


def test_transparent_palette_colours_and_colour_keys_are_white():
    palette = Image.fromarray(quarters()).quantize(4)
    hidden = palette.getpixel((1, 1))
    for data in (
        encode(palette, "GIF", transparency=hidden),
        encode(palette, "PNG", transparency=hidden),
        encode(palette, "PNG", transparency=bytes(0 if i == hidden else 255 for i in range(4))),
        encode(quarters(), "PNG", transparency=RED),
    ):
        array = read_picture(data)
        assert array[10, 15].tolist() == [255, 255, 255]
        np.testing.assert_allclose(array[30, 45].astype(int), YELLOW, atol=2)


def stored(orientation: int, array: np.ndarray) -> np.ndarray:
    """The pixels as a camera stores them under this orientation, by the EXIF standard's own words."""
    return {
        1: array,
        2: array[:, ::-1],
        3: array[::-1, ::-1],
        4: array[::-1],
        5: array.transpose(1, 0, 2),
        6: array.transpose(1, 0, 2)[::-1],
        7: array.transpose(1, 0, 2)[::-1, ::-1],
        8: array.transpose(1, 0, 2)[:, ::-1],
    }[orientation]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_is_applied_exactly_once(orientation, kind, tmp_path):
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / "turned.picture"
    path.write_bytes(encode(np.ascontiguousarray(stored(orientation, quarters())), kind, exif=exif))
    assert_quarters(read_picture(path))
    assert read_picture(path).shape == (40, 60, 3)
    assert picture_size(path) == (60, 40)
    with Image.open(path) as image:
        assert picture_size(image) == (60, 40)
        assert_quarters(read_picture(image))
        assert_quarters(read_picture(image))  # reading left the caller's image as it was
    picture = load_picture(path, size=20)
    assert (picture.width, picture.height) == (60, 40)
    assert_quarters(picture.array, tolerance=25)  # JPEG keeps colour at half the resolution


def test_an_image_that_the_caller_turned_is_not_turned_again():
    from PIL import ImageOps

    exif = Image.Exif()
    exif[0x0112] = 6
    data = encode(np.ascontiguousarray(stored(6, quarters())), "JPEG", exif=exif)
    with Image.open(io.BytesIO(data)) as image:
        assert_quarters(read_picture(ImageOps.exif_transpose(image)))


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")  # Pillow says so, and goes on
@pytest.mark.parametrize("exif", [b"Exif\0\0 this is no TIFF header", b"Exif\0\0II*\0\x08\0\0\0\xff\xff"])
def test_damaged_exif_does_not_cost_the_picture(exif):
    assert_quarters(read_picture(encode(quarters(), "JPEG", exif=exif)))
