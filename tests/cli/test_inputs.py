"""Which pictures the words of a command name, and what is said of those that cannot be read."""

import io
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from facewright.core.pictures import read_picture

from .conftest import records


def test_folders_skip_what_is_no_picture_and_go_deeper_when_asked(folder, detect, capsys):
    Path("deep/er").mkdir(parents=True)
    os.link("a.png", "deep/x.PNG")
    os.link("a.png", "deep/er/y.png")
    assert detect(".", "--json", "-") == 0
    assert [r["path"] for r in records(capsys.readouterr().out)] == ["./a.png", "./b.jpg", "./none.png"]
    assert detect("deep/", "--recursive", "--json", "-") == 0
    assert [r["path"] for r in records(capsys.readouterr().out)] == ["deep/er/y.png", "deep/x.PNG"]


def test_a_folder_inside_that_may_not_be_listed_is_one_sentence_and_the_rest_is_done(
    folder, detect, capsys, lock
):
    for name in ("locked", "open"):
        Path(name).mkdir()
        os.link("a.png", f"{name}/x.png")
    lock("locked")
    assert detect(".", "--recursive", "--json", "-") == 1
    out, err = capsys.readouterr()
    sentence = "./locked: the folder cannot be listed (Permission denied)"
    assert err == f"facewright: {sentence}\n"
    found = {r["path"]: r["error"] for r in records(out)}
    assert found == {"./locked": sentence} | dict.fromkeys(
        ("./a.png", "./b.jpg", "./none.png", "./open/x.png")
    )
    assert detect("locked", "--json", "-") == 1
    assert records(capsys.readouterr().out)[0]["error"].startswith("locked: the folder cannot be listed")


def test_globs_that_the_shell_did_not_expand(folder, detect, capsys):
    assert detect("*.png", "--json", "-") == 0
    assert [r["path"] for r in records(capsys.readouterr().out)] == ["a.png", "none.png"]
    os.link("a.png", "[x].png")
    assert detect("[x].png", "--json", "-") == 0
    assert [r["path"] for r in records(capsys.readouterr().out)] == ["[x].png"]
    assert detect("*.gif", "a.png", "--json", "-") == 1
    found = records(capsys.readouterr().out)
    assert found[0]["error"] == "*.gif: no file matches; check the pattern" and found[1]["error"] is None


def test_a_picture_on_standard_input(folder, detect, capsys, monkeypatch):
    for data, status in ((Path("a.png").read_bytes(), 0), (b"", 1), (b"junk", 1)):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data)))
        assert detect("-", "--json", "-", "--save", "out") == status
        record = records(capsys.readouterr().out)[0]
        assert record["path"] == "-" and len(record["faces"]) == 1 - status
    assert record["error"] == "stdin: not a picture"
    assert [file.name for file in Path("out").iterdir()] == ["stdin.png"]


def png_header(width, height):
    """A PNG file whose header promises pixels that are not there."""
    small = io.BytesIO()
    Image.new("RGB", (1, 1)).save(small, "PNG")
    data = bytearray(small.getvalue())
    data[16:24] = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    import zlib

    data[29:33] = zlib.crc32(data[12:29]).to_bytes(4, "big")
    return bytes(data)


def truncated_jpeg():
    file = io.BytesIO()
    noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8)
    Image.fromarray(noise).save(file, "JPEG")
    return file.getvalue()[: len(file.getvalue()) // 2]


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("gone.jpg", None, "no such file"),
        ("empty.jpg", b"", "empty"),
        ("text.jpg", b"hello, world", "not a picture"),
        ("cut.jpg", truncated_jpeg(), "damaged"),
        ("huge.png", png_header(20_000, 20_000), "20000 x 20000 pixels are more than the limit"),
        ("promise.png", png_header(300, 300), "damaged"),
        ("bad\x1b[2Jname.jpg", b"x", "not a picture"),
        ("x" * 300, None, "name too long"),
    ],
)
def test_bad_input_is_one_sentence_and_the_others_are_done(folder, detect, capsys, name, content, sentence):
    if content is not None:
        Path(name).write_bytes(content)
    assert detect(name, "a.png", "--json", "-") == 1
    out, err = capsys.readouterr()
    bad, good = records(out)
    assert bad["path"] == name and bad["faces"] == [] and bad["width"] is None and bad["height"] is None
    assert sentence in bad["error"] and "\n" not in bad["error"]
    assert good["error"] is None and len(good["faces"]) == 1
    assert err.startswith("facewright: ") and err.count("\n") == 1 and "\x1b" not in err


def test_a_folder_without_pictures_is_one_sentence_and_the_others_are_done(folder, detect, capsys):
    Path("bare/inner").mkdir(parents=True)
    assert detect("bare", "a.png") == 1
    out, err = capsys.readouterr()
    assert "bare: there are no pictures in this folder; --recursive looks" in err and err.count("\n") == 1
    assert "could not be read" in out and "1 face in 1 picture, 1 failed" in out


def test_a_wrong_ending_and_a_single_pixel_are_read_all_the_same(folder, detect, capsys):
    Path("really-png.jpg").write_bytes(Path("a.png").read_bytes())
    Image.new("RGB", (1, 1), "red").save("pixel.png")
    assert detect("really-png.jpg", "pixel.png", "--json", "-", "--save", "out") == 0
    wrong, pixel = records(capsys.readouterr().out)
    assert len(wrong["faces"]) == 1 and pixel["faces"][0]["box"] == [0, 0, 1, 1]


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_exif_orientation_gives_the_same_faces(folder, detect, capsys, paint, orientation):
    exif = Image.Exif()
    exif[274] = orientation
    upright = Image.fromarray(paint(96, 64, red=(16, 8, 48, 56)))
    undo = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # the transposition that the tag takes back
    stored = upright.transpose(Image.Transpose(undo[orientation])) if orientation > 1 else upright
    stored.save("turned.jpg", exif=exif, quality=100, subsampling=0)
    assert detect("turned.jpg", "--json", "-", "--save", "out") == 0
    record = records(capsys.readouterr().out)[0]
    assert (record["width"], record["height"]) == (96, 64)
    assert record["faces"][0]["box"] == [16, 8, 48, 56]
    assert read_picture("out/turned.jpg").shape == (64, 96, 3)
