"""Files written again: what was said of the picture stays, what shows the old one does not."""

import io
import struct
from dataclasses import replace

import numpy as np
import pytest
from PIL import ExifTags, Image
from PIL.PngImagePlugin import PngInfo

from facewright.core.original import read_original
from facewright.core.rewrite import encode

from .rewriting import HEIGHT, PROFILE, WIDTH, XMP, B, exif, noise, painted, rewritten, same, saved


def test_a_jpeg_keeps_its_tables_sampling_profile_and_metadata():
    for subsampling, progressive in ((0, False), (1, False), (2, True)):
        data = saved(
            Image.fromarray(noise()), "JPEG", quality=83, subsampling=subsampling, progressive=progressive,
            exif=exif(), icc_profile=PROFILE, xmp=XMP, comment=b"hello", dpi=(72, 72),
        )  # fmt: skip
        before = Image.open(io.BytesIO(data))
        encoded, image = rewritten(data)
        assert encoded.format == "JPEG" and encoded.notes == ()
        assert image.quantization == before.quantization and image.layer == before.layer
        assert bool(image.info.get("progressive")) == progressive
        assert image.info["icc_profile"] == PROFILE and image.info["comment"] == b"hello"
        assert image.info["dpi"] == (72, 72) and b'Rating="5"' in image.info["xmp"]
        found = image.getexif()
        assert found[B.Make] == "Toymaker" and found.get_ifd(ExifTags.IFD.GPSInfo)[1] == "N"
        there = np.asarray(image).astype(int)
        assert np.abs(there[14:26, 24:36] - (200, 30, 60)).max() < 30
        assert (
            np.abs(there[:, 48:] - np.asarray(before)[:, 48:]).max() <= 12
        )  # the same tables: hardly a change


def test_a_thumbnail_and_makers_notes_are_gone():
    thumbnail = saved(Image.fromarray(noise(16, 12)), "JPEG")
    head = b"II*\x00\x08\x00\x00\x00"
    first = struct.pack("<H", 1) + struct.pack("<HHIHH", 0x0112, 3, 1, 1, 0) + struct.pack("<I", 26)
    second = struct.pack("<H", 2) + struct.pack("<HHII", 0x0201, 4, 1, 56)
    second += struct.pack("<HHII", 0x0202, 4, 1, len(thumbnail)) + bytes(4)
    data = saved(Image.fromarray(noise()), "JPEG", exif=b"Exif\x00\x00" + head + first + second + thumbnail)
    assert data.count(b"\xff\xd8\xff") == 2
    encoded, image = rewritten(data)
    assert encoded.data.count(b"\xff\xd8\xff") == 1 and image.getexif()[B.Orientation] == 1


def test_further_pictures_behind_the_first_are_gone():
    data = saved(
        Image.fromarray(noise()), "MPO", save_all=True, append_images=[Image.fromarray(noise(seed=1))]
    )
    assert Image.open(io.BytesIO(data)).n_frames == 2
    encoded, image = rewritten(data)
    assert encoded.format == "JPEG" and image.format == "JPEG" and encoded.data.count(b"\xff\xd8\xff") == 1
    assert encoded.notes[0].startswith("holds 2 pictures")
    motion = saved(Image.fromarray(noise()), "JPEG") + b"ftypmp42 a film of a face"
    assert b"a film" not in rewritten(motion)[0].data


def test_photoshops_captions_stay_and_its_thumbnail_goes():
    def resource(code, content):
        return b"8BIM" + struct.pack(">HHI", code, 0, len(content)) + content + bytes(len(content) % 2)

    def with_caption(caption):
        segment = b"Photoshop 3.0\x00" + resource(0x0404, caption) + resource(0x040C, b"thumbnail")
        plain = saved(Image.fromarray(noise()), "JPEG")
        return plain[:2] + b"\xff\xed" + struct.pack(">H", 2 + len(segment)) + segment + plain[2:]

    data = with_caption(b"caption")
    encoded, image = rewritten(data)
    assert image.info["photoshop"] == {0x0404: b"caption"} and b"thumbnail" not in encoded.data
    assert "photoshop" not in rewritten(data, strip=True)[1].info
    preview = b"\x1c\x02\xca\x00\x0a\xff\xd8\xffa face"  # IPTC's own
    assert b"a face" not in rewritten(with_caption(preview))[0].data


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_stripped_of_all_but_what_shows_it_right(kind):
    options = {"icc_profile": PROFILE, "exif": exif(6), "dpi": (72, 72)}
    if kind == "PNG":
        texts = PngInfo()
        texts.add_text("Author", "Ada")
        options["pnginfo"] = texts
    elif kind == "JPEG":
        options |= {"comment": b"Ada", "xmp": XMP}
    encoded, image = rewritten(saved(Image.fromarray(noise()), kind, **options), strip=True)
    assert image.info["icc_profile"] == PROFILE and not image.info.get("exif")
    for word in (b"Toymaker", b"2026:11", b"Ada", b"Rating"):
        assert word not in encoded.data
    assert image.getexif().get_ifd(ExifTags.IFD.GPSInfo) == {} and image.size == (HEIGHT, WIDTH)


def test_a_png_keeps_its_texts_and_what_is_not_painted_to_the_bit():
    texts = PngInfo()
    texts.add_text("Author", "Ada")
    texts.add_text("Raw profile type exif", "ff d8 ff")
    texts.add_itxt("XML:com.adobe.xmp", XMP.decode())
    texts.add(b"gAMA", struct.pack(">I", 45455))
    picture = noise()
    _, image = rewritten(saved(Image.fromarray(picture), "PNG", pnginfo=texts, dpi=(300, 300)))
    np.testing.assert_array_equal(np.asarray(image), painted(picture))
    assert image.text["Author"] == "Ada" and "Raw profile type exif" not in image.text
    assert b'Rating="5"' in image.info["xmp"] and image.info["gamma"] == pytest.approx(0.45455)
    assert image.info["dpi"] == pytest.approx((300, 300), abs=0.1)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF"])
def test_a_profile_for_grey_stays_with_grey_and_is_said_to_go_from_colours(kind):
    profile = bytes(16) + b"GRAY" + bytes(108)
    data = saved(Image.fromarray(noise(channels=1)), kind, icc_profile=profile)
    encoded, image = rewritten(data, same)
    assert image.info["icc_profile"] == profile and encoded.notes == ()
    encoded, image = rewritten(data)
    assert image.mode == "RGB" and "icc_profile" not in image.info and "one for grey" in encoded.notes[0]


def test_avif_and_heic_keep_their_format_and_metadata():
    heif = pytest.importorskip("pillow_heif", reason="HEIC needs the heic extra")
    file = io.BytesIO()
    heif.from_pillow(Image.fromarray(noise())).save(file, exif=exif())
    for data in (file.getvalue(), saved(Image.fromarray(noise()), "AVIF", exif=exif())):
        original = read_original(data)
        encoded = encode(original, [painted(original.pages[0].rgb)])
        assert encoded.format == original.format in ("HEIF", "AVIF")
        again = read_original(encoded.data)
        assert np.abs(again.pages[0].rgb[14:26, 24:36].astype(int) - (200, 30, 60)).max() < 30
        assert b"Toymaker" in again.info["exif"]
        assert b"Toymaker" not in encode(original, [original.pages[0].rgb], strip=True).data


def test_damaged_metadata_is_left_out_and_said():
    data = saved(Image.fromarray(noise()), "JPEG", exif=b"Exif\x00\x00no tiff", xmp=b"<no xml")
    notes = rewritten(data)[0].notes
    assert notes == ("has damaged EXIF, which is left out", "has damaged XMP, which is left out")


def test_exif_stays_in_a_plain_tiff_and_is_said_to_go_from_a_compressed_one():
    plain = saved(Image.fromarray(noise()), "TIFF", exif=exif())
    encoded, image = rewritten(plain)
    assert image.getexif().get_ifd(ExifTags.IFD.GPSInfo)[1] == "N" and encoded.notes == ()
    original = read_original(plain)
    pages = [page.rgb for page in original.pages]
    packed = encode(replace(original, encoding={"compression": "tiff_lzw"}), pages)
    assert (
        "compressed TIFF" in packed.notes[0]
        and Image.open(io.BytesIO(packed.data)).info["compression"] == "tiff_lzw"
    )
