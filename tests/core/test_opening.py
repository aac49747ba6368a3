"""Wherever a picture comes from, it is opened, or one clear sentence says why not."""

import io
import os
import sys
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import PurePath

import numpy as np
import pytest
from PIL import Image

from facewright.core.errors import PictureError, UsageError
from facewright.core.pictures import (
    load_picture,
    picture_size,
    read_picture,
    write_picture,
)

from .conftest import assert_quarters, encode, noise, quarters


def test_a_file_is_known_by_its_content_not_its_ending(tmp_path):
    path = tmp_path / "really-a-png.jpg"
    path.write_bytes(encode(quarters(), "PNG"))
    np.testing.assert_array_equal(read_picture(path, size=10), quarters())


def test_postscript_is_no_picture():
    eps = encode(quarters(), "EPS")
    with pytest.raises(PictureError, match="not a picture"):
        read_picture(eps)


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


@pytest.mark.parametrize("source", [None, 3, [[1, 2]], object()])
def test_what_cannot_be_a_picture_is_refused(source):
    with pytest.raises(PictureError, match="a picture is a path, bytes"):
        read_picture(source)


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
