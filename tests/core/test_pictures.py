"""Whatever a file is, the same upright RGB array comes out, or one clear sentence."""

import errno
import io
import os
import sys
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path, PurePath

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from facewright.core.errors import PictureError, UsageError
from facewright.core.pictures import (
    find_pictures,
    load_picture,
    picture_size,
    read_picture,
    resize_picture,
    write_picture,
    write_whole,
)

RED, GREEN, BLUE, YELLOW = (220, 30, 30), (30, 200, 40), (40, 50, 210), (220, 210, 40)


def quarters(width: int = 60, height: int = 40) -> np.ndarray:
    """Red, green / blue, yellow: every turn and flip of it looks different."""
    array = np.zeros((height, width, 3), np.uint8)
    array[: height // 2, : width // 2], array[: height // 2, width // 2 :] = RED, GREEN
    array[height // 2 :, : width // 2], array[height // 2 :, width // 2 :] = BLUE, YELLOW
    return array


def encode(image: Image.Image | np.ndarray, kind: str, **options) -> bytes:
    if isinstance(image, np.ndarray):
        image = Image.fromarray(image)
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def noise(width: int = 64, height: int = 48) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)


def assert_quarters(array: np.ndarray, tolerance: int = 12) -> None:
    """The corners are those of `quarters`, at any size."""
    assert array.dtype == np.uint8 and array.ndim == 3 and array.shape[2] == 3
    assert array.flags.c_contiguous and array.flags.writeable
    h, w = array.shape[:2]
    for (y, x), colour in {(1, 1): RED, (1, 3): GREEN, (3, 1): BLUE, (3, 3): YELLOW}.items():
        np.testing.assert_allclose(array[h * y // 4, w * x // 4].astype(int), colour, atol=tolerance)


# Formats


@pytest.mark.parametrize(
    "kind", ["JPEG", "PNG", "WEBP", "AVIF", "GIF", "TIFF", "BMP", "JPEG2000", "PPM", "TGA", "QOI", "MPO"]
)
def test_formats_that_pillow_reads(kind):
    data = encode(quarters(), kind)
    assert_quarters(read_picture(data))
    assert picture_size(data) == (60, 40)


def test_a_file_is_known_by_its_content_not_its_ending(tmp_path):
    path = tmp_path / "really-a-png.jpg"
    path.write_bytes(encode(quarters(), "PNG"))
    np.testing.assert_array_equal(read_picture(path, size=10), quarters())


def test_postscript_is_no_picture():
    eps = encode(quarters(), "EPS")
    with pytest.raises(PictureError, match="not a picture"):
        read_picture(eps)


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


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "TIFF", "AVIF"])
def test_of_an_animation_the_first_frame_is_read(kind):
    later = Image.new("RGB", (60, 40), "white")
    data = encode(quarters(), kind, save_all=True, append_images=[later, later])
    assert_quarters(read_picture(data))


# Orientation


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


# Decoding at a lower scale


@settings(max_examples=40)
@given(st.integers(1, 130), st.integers(1, 130), st.integers(1, 140), st.sampled_from([1, 6]))
def test_a_draft_is_never_smaller_than_asked_nor_larger_than_needed(width, height, size, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = encode(noise(width, height), "JPEG", exif=exif)
    picture = load_picture(data, size=size)
    full = (width, height) if orientation == 1 else (height, width)
    assert (picture.width, picture.height) == full
    long_side, got = max(full), max(picture.array.shape[:2])
    assert got >= min(size, long_side)
    assert got <= long_side
    smaller = [-(-long_side // scale) for scale in (2, 4, 8) if min(full) >= scale]
    assert got == min([long_side] + [side for side in smaller if side >= size])


def test_a_draft_shows_the_same_picture():
    big = quarters(640, 480)
    picture = load_picture(encode(big, "JPEG"), size=80)
    assert picture.array.shape == (60, 80, 3)
    assert_quarters(picture.array)


def test_other_formats_ignore_size():
    assert read_picture(encode(noise(), "PNG"), size=8).shape == (48, 64, 3)


@pytest.mark.parametrize("size", [0, 100.5, float("nan"), "100"])
@pytest.mark.parametrize("source", [encode(noise(), "PNG"), noise()])
def test_a_size_that_is_no_number_of_pixels_is_wrong_usage(source, size):
    with pytest.raises(UsageError, match="size is the long side in pixels, a whole number of at least 1"):
        read_picture(source, size=size)


# Sources


def test_path_str_bytes_and_file_objects_give_the_same(tmp_path):
    path = write_picture(noise(), tmp_path / "a.png")
    data = path.read_bytes()
    with path.open("rb") as file, os.scandir(tmp_path) as entries:
        sources = [
            path,
            PurePath(path),
            *entries,
            str(path),
            data,
            bytearray(data),
            memoryview(data),
            io.BytesIO(data),
            file,
        ]
        for source in sources:
            np.testing.assert_array_equal(read_picture(source), noise())
    with pytest.raises(PictureError, match=r"gone\.png: no such file"):
        read_picture(PurePath("gone.png"))
    with Image.open(path) as image:
        np.testing.assert_array_equal(read_picture(image), noise())


@pytest.mark.skipif(not hasattr(os, "pipe"), reason="needs pipes")
def test_a_pipe_is_read():
    data = encode(quarters(), "JPEG")
    reader, writer = os.pipe()
    with open(reader, "rb") as source:  # noqa: PTH123  (a file descriptor has no path)
        with open(writer, "wb") as sink:  # noqa: PTH123
            sink.write(data)
        assert_quarters(read_picture(source))


def test_a_text_file_object_is_refused(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("words")
    with path.open() as file, pytest.raises(PictureError, match="binary mode"):
        read_picture(file)


def test_rgb_arrays_pass_through_without_a_copy():
    array = noise()
    assert np.shares_memory(read_picture(array), array)


def test_grey_bgr_and_transparent_arrays():
    rgb = quarters()
    np.testing.assert_array_equal(read_picture(np.ascontiguousarray(rgb[..., ::-1]), bgr=True), rgb)
    bgra = np.dstack([rgb[..., ::-1], np.full((40, 60), 255, np.uint8)])
    np.testing.assert_array_equal(read_picture(bgra, bgr=True), rgb)
    bgra[..., 3] = 0
    assert (read_picture(bgra, bgr=True) == 255).all()
    grey = rgb[..., 0]
    for array in (grey, grey[..., None]):
        out = read_picture(array)
        assert out.shape == (40, 60, 3)
        assert out.flags.c_contiguous
        np.testing.assert_array_equal(out[..., 1], grey)


def test_views_come_out_contiguous():
    assert read_picture(noise()[::2, ::-1]).flags.c_contiguous


@pytest.mark.parametrize(
    ("array", "sentence"),
    [
        (np.zeros((4, 4, 3), np.float32), "must be uint8.*float32"),
        (np.zeros((3, 9, 8), np.uint8), r"\(H, W, 3\).*\(3, 9, 8\)"),
        (np.zeros((1, 4, 4, 3), np.uint8), r"shape must be"),
        (np.zeros(4, np.uint8), r"shape must be"),
        (np.zeros((0, 4, 3), np.uint8), "no pixels"),
    ],
)
def test_wrong_arrays_are_refused(array, sentence):
    with pytest.raises(PictureError, match=sentence):
        read_picture(array)
    with pytest.raises(PictureError, match=sentence):
        picture_size(array)


def test_bgr_is_for_arrays_only():
    with pytest.raises(UsageError, match="arrays only"):
        read_picture(encode(noise(), "PNG"), bgr=True)


@pytest.mark.parametrize("source", [None, 3, [[1, 2]], object()])
def test_what_cannot_be_a_picture_is_refused(source):
    with pytest.raises(PictureError, match="a picture is a path, bytes"):
        read_picture(source)


# Mistakes


def assert_one_sentence(error: pytest.ExceptionInfo, name: str) -> None:
    assert name in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("empty.jpg", b"", "is empty"),
        ("words.png", b"these are words, not pixels, and they go on for a while", "not a picture"),
        ("short.jpg", b"\xff\xd8\xff", "damaged"),
        ("short.png", b"\x89PNG\r\n\x1a\n", "damaged"),
        ("bits.webp", b"RIFF\x00\x00\x00\x00WEBPVP8 ", "damaged"),
    ],
)
def test_files_that_are_no_pictures(tmp_path, name, content, sentence):
    path = tmp_path / name
    path.write_bytes(content)
    for read in (read_picture, load_picture, picture_size):
        with pytest.raises(PictureError, match=sentence) as error:
            read(path)
        assert_one_sentence(error, str(path))
    with pytest.raises(PictureError, match=r"^picture \(bytes\): ") as error:
        read_picture(content)


def test_missing_files_and_folders(tmp_path):
    with pytest.raises(PictureError, match="no such file") as error:
        read_picture(tmp_path / "nobody.jpg")
    assert_one_sentence(error, "nobody.jpg")
    with pytest.raises(PictureError, match="is a folder"):
        read_picture(tmp_path)
    with pytest.raises(PictureError, match="cannot be opened"):
        read_picture("a\0b.jpg")


@pytest.mark.parametrize("size", [None, 10])
@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("JPEG", {}), ("JPEG", {"progressive": True}), ("PNG", {}), ("WEBP", {}), ("AVIF", {}), ("GIF", {}),
        ("TIFF", {}), ("TIFF", {"compression": "tiff_lzw"}), ("BMP", {}),
    ],
)  # fmt: skip
def test_half_a_picture_is_an_error_not_a_grey_half(kind, options, size):
    data = encode(noise(200, 200), kind, **options)
    with pytest.raises(PictureError, match=r"^picture \(bytes\): "):
        read_picture(data[: len(data) // 2], size=size)


def test_a_file_that_may_not_be_read(tmp_path):
    path = write_picture(noise(), tmp_path / "secret.png")
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read everything")
    with pytest.raises(PictureError, match="cannot be opened"):
        read_picture(path)


# The pixel limit


def huge_png(width: int, height: int) -> bytes:
    """A valid header that promises width x height pixels, and nearly nothing behind it."""
    import struct
    import zlib

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b""))
        + chunk(b"IEND", b"")
    )


def test_a_decompression_bomb_is_refused_from_its_header(tmp_path):
    path = tmp_path / "bomb.png"
    path.write_bytes(huge_png(20_000, 20_000))
    with pytest.raises(
        PictureError, match=r"20000 x 20000 pixels.*200,000,000.*max_pixels \(--max-pixels on"
    ) as error:
        read_picture(path)
    assert_one_sentence(error, str(path))
    assert picture_size(path) == (20_000, 20_000)
    with pytest.raises(PictureError, match="damaged"):  # let through, and found to be hollow
        read_picture(huge_png(2000, 2000))


def test_the_limit_is_settable():
    data = encode(noise(64, 48), "JPEG")
    assert read_picture(data, max_pixels=64 * 48).shape == (48, 64, 3)
    for source in (data, Image.fromarray(noise(64, 48))):
        with pytest.raises(PictureError, match="limit of 3,071"):
            read_picture(source, max_pixels=64 * 48 - 1)
    assert picture_size(huge_png(100_000, 100_000), max_pixels=None) == (100_000, 100_000)
    for limit in (0, -1, "many", 1e6):
        with pytest.raises(UsageError, match="max_pixels must be a whole number of at least 1, or None"):
            read_picture(data, max_pixels=limit)


def test_pillows_own_limit_neither_warns_nor_changes(monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    for kind in ("JPEG", "PNG", "BMP", "GIF"):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert read_picture(encode(noise(20, 20), kind)).shape == (20, 20, 3)
    assert Image.MAX_IMAGE_PIXELS == 100


def test_where_pillow_insists_on_its_own_limit_the_sentence_says_so(monkeypatch):
    data = encode(noise(20, 20), "TIFF")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    with pytest.raises(PictureError, match="MAX_IMAGE_PIXELS"):
        read_picture(data)


def test_many_threads_read_at_once():
    sources = [encode(quarters(), kind) for kind in ("JPEG", "PNG", "WEBP", "AVIF", "GIF", "TIFF", "BMP")]
    barrier = threading.Barrier(8)

    def work(start: int) -> None:
        barrier.wait()
        for i in range(14):
            assert_quarters(read_picture(sources[(start + i) % len(sources)]))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))


# HEIC

HEIC_HEADER = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"


def test_heic_without_its_library_says_what_to_install(tmp_path, monkeypatch):
    path = tmp_path / "IMG_0001.HEIC"
    path.write_bytes(HEIC_HEADER)
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    with pytest.raises(PictureError, match=r"pip install '\.\[heic\]'") as error:
        read_picture(path)
    assert_one_sentence(error, str(path))


def test_heic_with_its_library():
    pillow_heif = pytest.importorskip("pillow_heif", reason="needs the heic extra")
    out = io.BytesIO()
    pillow_heif.from_pillow(Image.fromarray(quarters(120, 80))).save(out, quality=95)
    assert_quarters(read_picture(out.getvalue()), tolerance=25)
    with pytest.raises(PictureError, match="damaged"):
        read_picture(HEIC_HEADER)


# Folders


def test_pictures_of_a_folder_are_found_by_ending_sorted(tmp_path):
    for name in (
        "b.JPG",
        "a.png",
        "notes.txt",
        ".hidden.png",
        "deep/c.webp",
        "deep/.no/d.png",
        "deep/labels.json",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "folder.png").mkdir()
    assert find_pictures(tmp_path) == [tmp_path / "a.png", tmp_path / "b.JPG"]
    assert find_pictures(str(tmp_path), recursive=True) == [
        tmp_path / "a.png",
        tmp_path / "b.JPG",
        tmp_path / "deep/c.webp",
    ]


def test_a_link_that_leads_nowhere_is_not_passed_over(tmp_path):
    (tmp_path / "a.png").symlink_to("gone.png")
    os.mkfifo(tmp_path / "b.png")  # reading it would wait for ever
    assert find_pictures(tmp_path) == [tmp_path / "a.png"]
    with pytest.raises(PictureError, match=r"a\.png: no such file"):
        read_picture(tmp_path / "a.png")


def test_a_folder_inside_that_may_not_be_listed_is_told_and_the_rest_found(tmp_path, lock):
    for name in ("locked/a.png", "open/b.png"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).touch()
    lock(tmp_path / "locked")
    told = []
    found = find_pictures(tmp_path, recursive=True, on_error=lambda *words: told.append(words))
    assert found == [tmp_path / "open/b.png"]
    assert told == [(tmp_path / "locked", "the folder cannot be listed (Permission denied)")]
    assert find_pictures(tmp_path) == []
    with pytest.raises(PictureError, match=r"locked: the folder cannot be listed"):
        find_pictures(tmp_path, recursive=True)
    with pytest.raises(PictureError, match=r"locked: the folder cannot be listed"):
        find_pictures(tmp_path / "locked", on_error=lambda *words: None)


def test_a_hidden_folder_that_is_named_is_searched(tmp_path):
    folder = tmp_path / ".cache"
    folder.mkdir()
    (folder / "a.png").touch()
    assert find_pictures(folder) == [folder / "a.png"]


def test_a_file_gives_itself_and_nothing_is_an_error(tmp_path):
    path = tmp_path / "no-ending"
    path.touch()
    assert find_pictures(path) == [path]
    with pytest.raises(PictureError, match="no such file or folder"):
        find_pictures(tmp_path / "nowhere")


# Writing and resizing


@pytest.mark.parametrize("ending", [".jpg", ".JPEG", ".png", ".webp"])
def test_written_pictures_are_read_back(tmp_path, ending):
    path = write_picture(quarters(), tmp_path / f"out{ending}")
    assert_quarters(read_picture(path))
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
    write_picture(noise(), path)  # over the old one
    assert picture_size(path) == (64, 48)


@pytest.mark.parametrize("array", [Image.fromarray(noise()), "photo.jpg", None])
def test_what_is_no_array_is_not_written(tmp_path, array):
    with pytest.raises(PictureError, match="must be an array of uint8, not"):
        write_picture(array, noise() if array == "photo.jpg" else tmp_path / "a.png")
    assert not list(tmp_path.iterdir())


def test_png_is_exact_and_grey_is_written(tmp_path):
    np.testing.assert_array_equal(read_picture(write_picture(noise(), tmp_path / "a.png")), noise())
    grey = noise()[..., 0]
    np.testing.assert_array_equal(read_picture(write_picture(grey, tmp_path / "b.png"))[..., 2], grey)


@pytest.mark.parametrize(
    ("name", "array", "sentence"),
    [
        ("a.gif", noise(), r"\.jpg, \.jpeg, \.png, \.webp"),
        ("a", noise(), "choose one of these endings"),
        ("a.png", noise().astype(np.float64), "uint8"),
        ("a.jpg", np.zeros((4, 4, 4), np.uint8), "cannot be written as JPEG"),
        ("a.webp", np.zeros((1, 20_000, 3), np.uint8), "cannot be written as WEBP"),
        ("nowhere/a.png", noise(), "cannot be written"),
    ],
)
def test_what_cannot_be_written_is_one_sentence_and_leaves_nothing(tmp_path, name, array, sentence):
    with pytest.raises(PictureError, match=sentence):
        write_picture(array, tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_a_name_as_long_as_names_can_be_is_written_and_a_longer_one_is_one_sentence(tmp_path):
    assert write_picture(noise(), tmp_path / f"{251 * 'x'}.png").is_file()
    with pytest.raises(PictureError, match="File name too long"):
        write_picture(noise(), tmp_path / f"{252 * 'x'}.png")
    assert len(list(tmp_path.iterdir())) == 1


def test_a_folder_that_may_not_be_entered_is_one_sentence(tmp_path, monkeypatch):
    def refused(self, *arguments, **options):
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "write_bytes", refused)
    monkeypatch.setattr(Path, "unlink", refused)
    with pytest.raises(PictureError, match=r"a\.png: cannot be written \(Permission denied\)"):
        write_picture(noise(), tmp_path / "a.png")


def test_a_read_only_folder_is_one_sentence(tmp_path):
    tmp_path.chmod(0o500)
    try:
        if os.access(tmp_path, os.W_OK):
            pytest.skip("this user may write everywhere")
        with pytest.raises(PictureError, match=r"a\.png: cannot be written"):
            write_picture(noise(), tmp_path / "a.png")
    finally:
        tmp_path.chmod(0o700)


@settings(max_examples=40)
@given(st.integers(1, 90), st.integers(1, 90), st.integers(1, 100), st.booleans())
def test_resizing_gives_the_long_side_asked_for_and_never_enlarges(width, height, long_side, enlarge):
    array = noise(width, height)
    out = resize_picture(array, long_side, enlarge=enlarge)
    if long_side >= max(width, height) and not enlarge:
        assert out is array
        return
    assert max(out.shape[:2]) == long_side
    factor = long_side / max(width, height)
    assert out.shape[0] == pytest.approx(max(1, height * factor), abs=0.51)
    assert out.shape[1] == pytest.approx(max(1, width * factor), abs=0.51)


def test_resizing_is_antialiased_and_keeps_places():
    checks = np.indices((256, 256)).sum(axis=0) % 2 * np.uint8(255)
    small = resize_picture(checks.astype(np.uint8), 60)
    assert small.shape == (60, 60)
    assert np.abs(small.astype(int) - 127).max() < 24  # grey, where picking pixels would leave black or white
    assert_quarters(resize_picture(quarters(600, 400), 60))


def test_resizing_to_nothing_is_wrong_usage():
    for side in (0, float("nan"), "100"):
        with pytest.raises(UsageError, match="a whole number of at least 1"):
            resize_picture(noise(), side)


def test_path_type_is_returned(tmp_path):
    assert isinstance(write_picture(noise(), str(tmp_path / "a.png")), Path)


def test_a_read_only_file_system_is_said(tmp_path, monkeypatch):
    """There the part that was never written cannot be removed either."""

    def refuse(*_, **__):
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(Path, "write_bytes", refuse)
    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(PictureError, match=r"out\.png: cannot be written \(Read-only"):
        write_whole(b"x", tmp_path / "out.png")
