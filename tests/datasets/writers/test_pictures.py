"""Pictures of a set that is written: copied, linked or written anew, and those that cannot be."""

import errno
import os
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from facewright.core.errors import DataError, UsageError
from facewright.core.pictures import read_picture
from facewright.datasets.open import open_dataset
from facewright.datasets.sample import Dataset, Problem
from facewright.datasets.writers.convert import convert

from .conftest import sample


@pytest.fixture
def photo(tmp_path):
    """turned.jpg, 80 x 60 once it is upright, with a dark half on its left; plain.jpg beside it."""
    pixels = np.full((60, 80, 3), 200, np.uint8)
    pixels[:, :40] = 20
    folder = tmp_path / "photos"
    folder.mkdir()
    Image.fromarray(pixels).save(folder / "plain.jpg", quality=95)
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(np.rot90(pixels)).save(folder / "turned.jpg", quality=95, exif=exif)
    return folder


@pytest.mark.parametrize("how", ["copy", "link", "hardlink"])
def test_pictures_are_copied_or_linked_and_turned_ones_written_upright(tmp_path, photo, how):
    dataset = Dataset("set", [sample(f.name, picture=f) for f in sorted(photo.iterdir())])
    found = convert(dataset, f"yolo:{tmp_path / 'out'}", pictures=how)
    plain, turned = (tmp_path / "out" / "images" / name for name in ("plain.jpg", "turned.jpg"))
    assert plain.read_bytes() == (photo / "plain.jpg").read_bytes()
    assert plain.is_symlink() == (how == "link")
    assert plain.samefile(photo / "plain.jpg") == (how != "copy")
    with Image.open(turned) as image:  # as a program sees it that knows nothing of EXIF
        raw = np.asarray(image)
    assert raw.shape == (60, 80, 3) and raw[:, :35].max() < 60 < 150 < raw[:, 45:].min()
    assert (read_picture(turned) == raw).all()
    assert "written anew: 1 pictures that EXIF turns, now upright" in found.remarks
    assert not open_dataset(found.data).problems


def test_a_format_that_knows_few_endings_gets_png(tmp_path):
    Image.new("RGB", (80, 60), "red").save(tmp_path / "a.bmp")
    found = convert(
        Dataset("set", [sample("a.bmp", picture=tmp_path / "a.bmp")]), f"wider:{tmp_path / 'out'}"
    )
    assert "written as PNG: 1 pictures, which were no files that can be taken as they are" in found.remarks
    assert (open_dataset(found.data)[0].read() == (255, 0, 0)).all()


@pytest.mark.parametrize(("how", "function"), [("link", "symlink"), ("hardlink", "link")])
def test_a_link_that_cannot_be_made_is_said_not_replaced(tmp_path, photo, monkeypatch, how, function):
    def refuse(*_, **__):
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, function, refuse)
    dataset = Dataset("set", [sample("plain.jpg", picture=photo / "plain.jpg")])
    with pytest.raises(UsageError, match=r"link can be made to it .*give --pictures copy"):
        convert(dataset, f"yolo:{tmp_path / 'out'}", pictures=how)
    assert [path.name for path in tmp_path.iterdir()] == ["photos"]


def test_damaged_pictures_are_problems_and_the_rest_is_written(tmp_path, photo):
    data = (photo / "turned.jpg").read_bytes()
    (photo / "cut.jpg").write_bytes(data[:-60])  # its header is whole, and says that it is turned
    (photo / "none.jpg").write_bytes(b"nothing")
    dataset = Dataset("set", [sample(f.name, picture=f) for f in sorted(photo.iterdir())])
    dataset = replace(dataset, problems=(Problem("x", "was wrong before"),))
    found = convert(dataset, f"celeba:{tmp_path / 'out'}")
    assert [p.path for p in found.problems] == ["x", "none.jpg", "cut.jpg"]
    assert found.content.pictures == found.content.faces == 2
    listed = (tmp_path / "out" / "Anno" / "list_bbox_celeba.txt").read_text().splitlines()
    assert listed[0] == "2" and len(listed) == 4
    for name in ("plain.jpg", "turned.jpg"):
        (photo / name).unlink()
    with pytest.raises(DataError, match="none of its 4 pictures can be written"):
        convert(dataset, f"voc:{tmp_path / 'again'}")


def test_what_a_turned_picture_loses_is_said(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 3
    Image.new("CMYK", (80, 60), (0, 255, 255, 0)).save(tmp_path / "a.jpg", exif=exif)
    dataset = Dataset("set", [sample("a.jpg", picture=tmp_path / "a.jpg")])
    found = convert(dataset, f"voc:{tmp_path / 'out'}", pictures="link")
    assert any(r.startswith("of these 1: has CMYK colours; it is written as RGB") for r in found.remarks)
