"""Files of several frames or pages, written again: each of them, its time and its compression."""

import numpy as np
import pytest
from PIL import Image, ImageSequence

from facewright.core.original import read_original

from .rewriting import noise, painted, rewritten, same, saved


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
