"""EXIF is kept byte for byte but for thumbnails, maker's notes and what upright pixels make wrong."""

import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ExifTags, Image

from facewright.core.exif import PREFIX, clean_exif

B, GPS = ExifTags.Base, ExifTags.GPS


def table(*entries, order="<", next_at=0):
    """An IFD of (tag, type, count, 4 bytes)."""
    packed = b"".join(struct.pack(order + "HHI4s", *entry) for entry in entries)
    return struct.pack(order + "H", len(entries)) + packed + struct.pack(order + "I", next_at)


def exif(orientation=6):
    made = Image.Exif()
    made[B.Orientation] = orientation
    made[B.Make] = "Toymaker"
    made[B.ImageWidth], made[B.ImageLength] = 4000, 3000
    made.get_ifd(ExifTags.IFD.Exif).update(
        {B.ExifImageWidth: 4000, B.ExifImageHeight: 3000, B.DateTimeOriginal: "2026:11:26 10:00:00"}
    )
    made.get_ifd(ExifTags.IFD.GPSInfo).update({GPS.GPSLatitudeRef: "N", GPS.GPSLatitude: (48.0, 12.0, 30.5)})
    return made


def read(data):
    found = Image.Exif()
    found.load(data)
    return found


def test_what_is_there_stays_and_orientation_and_size_fit_the_pixels():
    found = read(clean_exif(exif().tobytes(), 3000, 4000))
    assert found[B.Orientation] == 1 and found[B.Make] == "Toymaker"
    inner, gps = found.get_ifd(ExifTags.IFD.Exif), found.get_ifd(ExifTags.IFD.GPSInfo)
    assert inner[B.DateTimeOriginal] == "2026:11:26 10:00:00"
    assert (inner[B.ExifImageWidth], inner[B.ExifImageHeight]) == (3000, 4000)
    assert (found[B.ImageWidth], found[B.ImageLength]) == (3000, 4000)
    assert gps[GPS.GPSLatitudeRef] == "N" and [float(v) for v in gps[GPS.GPSLatitude]] == [48, 12, 30.5]


@pytest.mark.parametrize("order", ["<", ">"])
def test_the_thumbnail_is_gone(order):
    head = (b"II*\x00" if order == "<" else b"MM\x00*") + struct.pack(order + "I", 8)
    first = table((0x0112, 3, 1, struct.pack(order + "HH", 8, 0)), order=order, next_at=26)
    thumbnail = b"\xff\xd8\xff\xe0 a face"
    second = table(
        (0x0201, 4, 1, struct.pack(order + "I", 56)),
        (0x0202, 4, 1, struct.pack(order + "I", len(thumbnail))),
        order=order,
    )
    cleaned = clean_exif(PREFIX + head + first + second + thumbnail, 10, 20)
    assert b"face" not in cleaned and b"\xff\xd8" not in cleaned
    found = read(cleaned)
    assert dict(found) == {0x0112: 1} and not found.get_ifd(ExifTags.IFD.IFD1)


def test_makers_notes_and_whatever_holds_a_jpeg_are_gone():
    more = {B.MakerNote: b"FUJIFILM secret", B.UserComment: b"\xff\xd8\xff a preview", 0x9999: b"kept bytes"}
    given = exif()
    given.get_ifd(ExifTags.IFD.Exif).update(more)
    cleaned = clean_exif(given.tobytes(), 1, 1)
    assert b"secret" not in cleaned and b"preview" not in cleaned and b"kept bytes" in cleaned


def test_cleaning_twice_changes_nothing_more():
    once = clean_exif(exif().tobytes(), 30, 40)
    assert clean_exif(once, 30, 40) == once


def test_a_jpeg_with_it_is_read_upright_once():
    file = io.BytesIO()
    Image.new("RGB", (30, 20)).save(file, "JPEG", exif=clean_exif(exif(8).tobytes(), 30, 20))
    assert Image.open(file).getexif()[B.Orientation] == 1


@given(st.binary(max_size=200))
def test_any_bytes_are_cleaned_or_refused(data):
    for head in (b"", b"II*\x00\x08\x00\x00\x00", b"MM\x00*\x00\x00\x00\x08"):
        cleaned = clean_exif(head + data, 1, 1)
        assert cleaned is None or cleaned.startswith(PREFIX)


@given(st.data())
def test_damaged_exif_is_cleaned_or_refused(data):
    good = bytearray(exif().tobytes())
    for _ in range(data.draw(st.integers(1, 6))):
        good[data.draw(st.integers(0, len(good) - 1))] = data.draw(st.integers(0, 255))
    cleaned = clean_exif(bytes(good), 1, 1)
    assert cleaned is None or clean_exif(cleaned, 1, 1) == cleaned
