"""What a file is read as that shall be written again, and what is refused."""

import struct

import numpy as np
import pytest
from PIL import Image

from facewright.core.errors import PictureError
from facewright.core.original import read_original

from .rewriting import HEIGHT, WIDTH, noise, saved


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


@pytest.mark.parametrize("data", [b"", b"text", saved(Image.fromarray(noise()), "PNG")[:200]])
def test_what_is_no_picture_is_one_sentence(data):
    with pytest.raises(PictureError):
        read_original(data)
