"""Pictures are read at the size that is needed, found in folders, written and resized."""

import errno
import os
from pathlib import Path

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

from .conftest import assert_quarters, encode, noise, quarters


@pytest.mark.parametrize(
    "kind", ["JPEG", "PNG", "WEBP", "AVIF", "GIF", "TIFF", "BMP", "JPEG2000", "PPM", "TGA", "QOI", "MPO"]
)
def test_formats_that_pillow_reads(kind):
    data = encode(quarters(), kind)
    assert_quarters(read_picture(data))
    assert picture_size(data) == (60, 40)


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "TIFF", "AVIF"])
def test_of_an_animation_the_first_frame_is_read(kind):
    later = Image.new("RGB", (60, 40), "white")
    data = encode(quarters(), kind, save_all=True, append_images=[later, later])
    assert_quarters(read_picture(data))


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
