"""Files written again: the new pixels are there, in the file's own format, as far as it can hold them."""

import struct

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from facewright.core.errors import PictureError
from facewright.core.original import read_original
from facewright.core.pictures import read_picture
from facewright.core.rewrite import encode

from .rewriting import HEIGHT, PROFILE, WIDTH, XMP, B, exif, noise, painted, rewritten, same, saved


def test_a_jpeg_written_twenty_times_does_not_fade():
    data = first = saved(Image.fromarray(noise()), "JPEG", quality=80, subsampling=0)
    for _ in range(20):
        data = rewritten(data, same)[0].data
    difference = read_picture(data).astype(int) - read_picture(first)
    assert np.abs(difference).mean() < 1 and len(data) < 1.1 * len(first)


def test_a_grey_jpeg_stays_grey_unless_something_coloured_is_painted():
    data = saved(Image.fromarray(noise(channels=1)), "JPEG")
    assert rewritten(data, same)[1].mode == "L"
    assert rewritten(data)[1].mode == "RGB"


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_pixels_are_upright_and_the_tag_says_so(kind, orientation):
    data = saved(
        Image.fromarray(noise()), kind, exif=exif(orientation), **({"quality": 95} if kind == "JPEG" else {})
    )
    encoded, image = rewritten(data)
    assert image.getexif().get(B.Orientation, 1) == 1
    expected = painted(read_picture(data))
    there = read_picture(encoded.data)
    assert there.shape == expected.shape == ((48, 64, 3) if orientation < 5 else (64, 48, 3))
    assert np.abs(there.astype(int) - expected).mean() < 4


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF"])
def test_transparency_stays_and_nothing_hides_beneath_it(kind):
    rgba = np.dstack([noise(), np.full((HEIGHT, WIDTH), 255, np.uint8)])
    rgba[:, :32, 3] = np.linspace(0, 255, 32).astype(np.uint8)
    options = {"lossless": True, "exact": True} if kind == "WEBP" else {}
    data = saved(Image.fromarray(rgba), kind, **options)
    encoded, image = rewritten(data)
    there = np.asarray(image)
    assert image.mode == "RGBA"
    np.testing.assert_array_equal(there[..., 3], rgba[..., 3])
    away = (rgba[..., 3] > 25) & (painted(np.zeros((HEIGHT, WIDTH, 3), np.uint8)) == 0).all(axis=2)
    np.testing.assert_array_equal(there[away], rgba[away])
    np.testing.assert_array_equal(there[:, 0, :3], 255)  # of what shows nowhere nothing is kept
    opaque = rgba[..., 3] == 255
    opaque[:10] = opaque[30:] = False
    opaque[:, :20] = opaque[:, 40:] = False
    assert (there[opaque][:, :3] == (200, 30, 60)).all()
    on_white = read_picture(encoded.data).astype(int)
    assert np.abs(on_white - read_picture(data))[~away & (rgba[..., 3] <= 25)].max() <= 25


def test_palettes_become_full_colours_and_nothing_else_changes():
    image = Image.fromarray(noise()).quantize(16)
    data = saved(image, "PNG")
    np.testing.assert_array_equal(np.asarray(rewritten(data)[1]), painted(read_picture(data)))
    see_through = saved(image, "PNG", transparency=3)
    assert rewritten(see_through)[1].mode == "RGBA"
    encoded, there = rewritten(saved(image, "GIF"))
    assert encoded.format == "GIF" and "256 colours" in encoded.notes[0]
    assert np.abs(np.asarray(there.convert("RGB")).astype(int) - painted(read_picture(data))).mean() < 6


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_grey_of_16_bits_keeps_them_where_nothing_is_painted(kind):
    deep = np.random.default_rng(0).integers(0, 65536, (HEIGHT, WIDTH)).astype(np.uint16)

    def grey(original):
        rgb = original.pages[0].rgb.copy()
        rgb[10:30, 20:40] = 77
        return [rgb]

    encoded, image = rewritten(saved(Image.fromarray(deep), kind), grey)
    there = np.asarray(image)
    assert image.mode == "I;16" and encoded.notes == ()
    assert (there[10:30, 20:40] >> 8 == 77).all()
    deep[10:30, 20:40] = there[10:30, 20:40]
    np.testing.assert_array_equal(there, deep)


def test_grey_of_16_bits_that_becomes_something_else_is_said_to():
    deep = np.random.default_rng(0).integers(0, 65536, (HEIGHT, WIDTH)).astype(np.uint16)
    original = read_original(saved(Image.fromarray(deep), "PNG"))
    colourful = original.pages[0].rgb.copy()
    colourful[10:30, 20:40] = (52, 56, 64)
    assert encode(original, [colourful]).notes == ("has 16 bits of grey, which become colours of 8 bits",)
    crop = original.pages[0].rgb[10:30, 10:30]
    assert encode(original, [crop], flat=True).notes == ("has 16 bits of grey, which become grey of 8 bits",)


def test_colours_of_16_bits_are_said_to_lose_half_of_them():
    import zlib

    def chunk(name, content):
        return (
            struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
        )

    rows = b"".join(b"\x00" + bytes(6 * 40) for _ in range(40))
    data = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 40, 40, 16, 2, 0, 0, 0))
    data += chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    assert rewritten(data)[0].notes == ("has 16 bits a channel, of which 8 are kept",)


def test_cmyk_becomes_rgb_and_says_so():
    data = saved(Image.fromarray(noise()).convert("CMYK"), "JPEG", icc_profile=b"a profile of inks")
    encoded, image = rewritten(data)
    assert image.mode == "RGB" and "icc_profile" not in image.info and "CMYK" in encoded.notes[0]


@pytest.mark.parametrize(
    ("kind", "mode"), [("BMP", "RGB"), ("PPM", "RGB"), ("TGA", "RGBA"), ("JPEG2000", "RGB"), ("TIFF", "1")]
)
def test_other_lossless_formats(kind, mode):
    image = Image.fromarray(noise()).convert(mode)
    data = saved(image, kind, **({"compression": "group4"} if mode == "1" else {}))
    encoded, _ = rewritten(data)
    assert encoded.format == kind
    np.testing.assert_array_equal(read_picture(encoded.data), painted(read_picture(data)))
    if mode == "1":
        assert rewritten(data, same)[1].mode == "1"


def test_lossy_and_lossless_webp_are_told_apart():
    for lossless in (False, True):
        data = saved(Image.fromarray(noise()), "WEBP", lossless=lossless)
        encoded, _ = rewritten(data, same)
        assert (b"VP8L" in encoded.data[:64]) == lossless == read_original(data).encoding["lossless"]


def test_what_cannot_be_written_becomes_a_png_and_says_so():
    data = b"\x00\x00\x02" and saved(Image.fromarray(noise()), "PCX")
    encoded, image = rewritten(data)
    assert encoded.format == image.format == "PNG" and "PCX" in encoded.notes[0]


def test_a_crop_has_the_files_format_and_the_crops_size():
    data = saved(Image.fromarray(noise()), "JPEG", quality=83, exif=exif())
    _encoded, image = rewritten(data, lambda original: [original.pages[0].rgb[:20, :30]], flat=True)
    assert image.size == (30, 20) and image.getexif()[B.Make] == "Toymaker"
    rgba = np.dstack([noise(), np.full((HEIGHT, WIDTH), 9, np.uint8)])
    crop = rewritten(saved(Image.fromarray(rgba), "PNG"), lambda o: [o.pages[0].rgb[:20, :30]], flat=True)[1]
    assert crop.mode == "RGB" and crop.size == (30, 20)


@pytest.mark.parametrize(
    ("kind", "mode"),
    [("GIF", "P"), ("PNG", "P"), ("PNG", "I;16"), ("PNG", "LA"), ("TIFF", "1"), ("WEBP", "RGBA"),
     ("BMP", "L"), ("MPO", "RGB"), ("PCX", "RGB"), ("JPEG", "CMYK")],
)  # fmt: skip
def test_a_crop_of_any_format_is_written(kind, mode):
    image = Image.fromarray(noise()).convert("L" if mode == "I;16" else mode).convert(mode)
    data = saved(image, kind, **({"compression": "group4"} if mode == "1" else {}))
    _, crop = rewritten(data, lambda original: [painted(original.pages[0].rgb)[5:35, 10:50]], flat=True)
    assert crop.size == (40, 30)
    there = np.asarray(crop.convert("RGB")).astype(int)
    assert np.abs(there[10:20, 15:25] - (200, 30, 60)).max() < 30


def samples():
    """A small file a format, with metadata."""
    image = Image.fromarray(noise(24, 16))
    texts = PngInfo()
    texts.add_text("Author", "Ada")
    yield saved(image, "JPEG", exif=exif(6), xmp=XMP, icc_profile=PROFILE, comment=b"hello")
    yield saved(image, "PNG", exif=exif(3), pnginfo=texts, icc_profile=PROFILE)
    yield saved(image.quantize(8), "PNG", transparency=2)
    yield saved(image, "WEBP", exif=exif(), xmp=XMP)
    yield saved(image, "TIFF", exif=exif())
    yield saved(
        image, "GIF", save_all=True, append_images=[Image.fromarray(noise(24, 16, seed=1))], duration=50
    )


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(list(samples())), st.data())
def test_a_damaged_file_is_written_whole_or_refused_in_a_sentence(good, data):
    damaged = bytearray(good)
    for _ in range(data.draw(st.integers(1, 8))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    try:
        original = read_original(bytes(damaged), max_pixels=100_000)
        encoded = encode(original, [painted(page.rgb) for page in original.pages])
    except PictureError:
        return
    assert read_original(encoded.data).pages[0].rgb.shape == original.pages[0].rgb.shape
