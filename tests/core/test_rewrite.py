"""Files written again: what was in them is there, what shows the old picture is not, the rest stays."""

import io
import struct
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import ExifTags, Image, ImageCms, ImageSequence
from PIL.PngImagePlugin import PngInfo

from facewright.core.errors import PictureError
from facewright.core.original import read_original
from facewright.core.pictures import read_picture
from facewright.core.rewrite import encode

WIDTH, HEIGHT = 64, 48
PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="5"/>'
B = ExifTags.Base


def noise(width=WIDTH, height=HEIGHT, channels=3, seed=0):
    """Smooth noise, so that JPEG keeps it."""
    small = np.random.default_rng(seed).integers(0, 256, (6, 8, channels), np.uint8).squeeze()
    return np.array(Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC))


def exif(orientation=1):
    made = Image.Exif()
    made[B.Orientation], made[B.Make] = orientation, "Toymaker"
    made[ExifTags.IFD.Exif] = {B.DateTimeOriginal: "2026:11:26 10:00:00"}
    made[ExifTags.IFD.GPSInfo] = {1: "N", 2: (48.0, 12.0, 30.0)}
    return made.tobytes()


def saved(image, kind, **options):
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def rewritten(data, change=None, **options):
    """The file with its faces' place (a rectangle) painted over, and the picture read from it."""
    original = read_original(data)
    pages = [painted(page.rgb) for page in original.pages] if change is None else change(original)
    encoded = encode(original, pages, **options)
    image = Image.open(io.BytesIO(encoded.data))
    image.load()
    return encoded, image


def painted(rgb):
    out = rgb.copy()
    out[10:30, 20:40] = (200, 30, 60)
    return out


def same(original):
    return [page.rgb for page in original.pages]


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


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF"])
def test_a_profile_for_grey_stays_with_grey_and_is_said_to_go_from_colours(kind):
    profile = bytes(16) + b"GRAY" + bytes(108)
    data = saved(Image.fromarray(noise(channels=1)), kind, icc_profile=profile)
    encoded, image = rewritten(data, same)
    assert image.info["icc_profile"] == profile and encoded.notes == ()
    encoded, image = rewritten(data)
    assert image.mode == "RGB" and "icc_profile" not in image.info and "one for grey" in encoded.notes[0]


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_every_frame_of_an_animation_is_painted_and_their_times_stay(kind):
    frames = [Image.fromarray(noise(seed=seed)) for seed in range(3)]
    options = {"lossless": True} if kind == "WEBP" else {}
    data = saved(
        frames[0], kind, save_all=True, append_images=frames[1:], duration=[100, 200, 300], loop=2, **options
    )
    encoded, image = rewritten(data)
    assert encoded.format == kind and image.n_frames == 3 and image.info["loop"] == 2
    durations = []
    for frame, original in zip(ImageSequence.Iterator(image), read_original(data).pages, strict=True):
        there = np.asarray(frame.convert("RGB")).astype(int)
        durations.append(frame.info["duration"])
        assert np.abs(there - painted(original.rgb)).mean() < (6 if kind == "GIF" else 1)
    assert durations == [100, 200, 300]


def test_a_still_before_an_animation_takes_none_of_its_times():
    frames = [Image.fromarray(noise(seed=seed)) for seed in range(3)]
    data = saved(
        frames[0], "PNG", save_all=True, append_images=frames[1:], duration=[100, 200], default_image=True
    )
    durations = [page.duration for page in read_original(rewritten(data)[0].data).pages]
    assert durations == [page.duration for page in read_original(data).pages] == [None, 100, 200]


def test_a_fax_of_several_pages_is_written_whichever_of_them_is_painted():
    page = Image.fromarray(noise()).convert("1")
    data = saved(page, "TIFF", save_all=True, append_images=[page], compression="group4")

    def second(original):
        return [original.pages[0].rgb, painted(original.pages[1].rgb)]

    encoded, image = rewritten(data, second)
    assert image.info["compression"] == "tiff_adobe_deflate"
    there = read_original(encoded.data).pages
    np.testing.assert_array_equal(there[0].rgb, np.asarray(page.convert("RGB")))
    np.testing.assert_array_equal(there[1].rgb, painted(np.asarray(page.convert("RGB"))))
    assert rewritten(data, same)[1].info["compression"] == "group4"


def test_every_page_of_a_tiff_and_its_compression_and_texts():
    pages = [Image.fromarray(noise(seed=seed)) for seed in range(3)]
    tags = Image.Exif()
    tags[270] = "a day out"
    data = saved(pages[0], "TIFF", save_all=True, append_images=pages[1:], compression="tiff_lzw", exif=tags)
    _encoded, image = rewritten(data)
    assert (
        image.n_frames == 3 and image.info["compression"] == "tiff_lzw" and image.tag_v2[270] == "a day out"
    )
    for frame, page in zip(ImageSequence.Iterator(image), pages, strict=True):
        np.testing.assert_array_equal(np.asarray(frame), painted(np.asarray(page)))


def test_a_page_without_a_size_is_one_sentence():
    page = Image.fromarray(noise())
    data = saved(page, "TIFF", save_all=True, append_images=[page])
    second = data.rindex(struct.pack("<HHII", 0x0101, 4, 1, HEIGHT))
    with pytest.raises(PictureError, match="damaged"):
        read_original(data[:second] + struct.pack("<H", 0x8001) + data[second + 2 :])


def test_pages_together_are_held_to_the_limit():
    pages = [Image.fromarray(noise(seed=seed)) for seed in range(3)]
    data = saved(pages[0], "TIFF", save_all=True, append_images=pages[1:])
    with pytest.raises(PictureError, match="pages have more pixels than the limit"):
        read_original(data, max_pixels=WIDTH * HEIGHT * 2)


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "TIFF"])
def test_a_file_of_more_pages_than_may_be_is_refused_unless_the_first_is_enough(kind):
    pages = [Image.fromarray(noise(seed=seed)) for seed in range(3)]
    data = saved(pages[0], kind, save_all=True, append_images=pages[1:])
    assert len(read_original(data, max_pages=3).pages) == 3
    with pytest.raises(PictureError, match="more frames or pages than the limit of 2"):
        read_original(data, max_pages=2)
    original = read_original(data, max_pages=2, first=True)
    assert len(original.pages) == 1 and "holds several frames or pages" in original.notes[0]
    np.testing.assert_array_equal(original.pages[0].rgb, read_original(data).pages[0].rgb)


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


def test_damaged_metadata_is_left_out_and_said():
    data = saved(Image.fromarray(noise()), "JPEG", exif=b"Exif\x00\x00no tiff", xmp=b"<no xml")
    notes = rewritten(data)[0].notes
    assert notes == ("has damaged EXIF, which is left out", "has damaged XMP, which is left out")


@pytest.mark.parametrize("data", [b"", b"text", saved(Image.fromarray(noise()), "PNG")[:200]])
def test_what_is_no_picture_is_one_sentence(data):
    with pytest.raises(PictureError):
        read_original(data)


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
