import io
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageSequence

from facewright.apps.blur import BlurStyle
from facewright.apps.hide import hide_faces
from facewright.cli import blur as module
from facewright.cli.main import run
from facewright.core.pictures import read_picture

from .conftest import files, records

DARK = (52, 56, 64)


@pytest.fixture
def blur(colour_model):
    """With a solid cover, as blurred red is still red to the model made by hand."""

    def call(*arguments):
        how = () if "--how" in arguments else ("--how", "solid")
        return run(["blur", *map(str, arguments), *how, "--model", str(colour_model)])

    return call


def is_hidden(path, x, y):
    return np.abs(read_picture(path)[y, x].astype(int) - DARK).max() < 6


def test_the_words_of_the_command_mean_what_the_style_does_by_itself():
    assert module.HIDING.style() == BlurStyle()


def test_a_picture_goes_beside_itself_under_another_name(folder, blur, capsys):
    before = Path("b.jpg").read_bytes()
    for _ in range(2):  # again: written over
        assert blur("b.jpg", "none.png") == 0
        out, err = capsys.readouterr()
        assert [line.split() for line in out.splitlines()] == [
            ["picture", "size", "hidden", "copy"],
            ["b.jpg", "80x80", "2", "faces", "b-blurred.jpg"],
            ["none.png", "30x20", "0", "faces", "none-blurred.png"],
            ["2", "faces", "in", "2", "pictures,", "1", "picture", "copied", "without", "hiding", "any"],
        ]
        assert err == "" and Path("b.jpg").read_bytes() == before
    assert is_hidden("b-blurred.jpg", 24, 24) and is_hidden("b-blurred.jpg", 60, 60)
    assert Path("none-blurred.png").read_bytes() == Path("none.png").read_bytes()
    assert len(files(".")) == 6


def test_a_folder_goes_into_one_beside_it(folder, blur, capsys):
    Path("in/deep").mkdir(parents=True)
    for name in ("a.png", "deep/b.jpg", "deep/none.png"):
        os.link(Path(name).name, f"in/{name}")
    for _ in range(2):
        assert blur("in", "--recursive") == 0
        assert files("in-blurred") == ["a.png", "deep/b.jpg", "deep/none.png"]
    assert files("in") == ["a.png", "deep/b.jpg", "deep/none.png"]
    assert blur("in/") == 0 and is_hidden("in-blurred/a.png", 30, 20)


def test_output_collects_and_what_lies_there_is_left_out(folder, blur, capsys):
    Path("deep").mkdir()
    os.link("b.jpg", "deep/a.png")
    assert blur("a.png", "deep/a.png", "deep", "--output", "out/here") == 0
    assert files("out/here") == ["a-2.png", "a-3.png", "a.png"]
    capsys.readouterr()
    assert blur(".", "--recursive", "--output", "out") == 0
    assert capsys.readouterr().err == "facewright: left out: 3 files in out, where the copies go\n"
    assert files("out") == [
        "a.png",
        "b.jpg",
        "deep/a.png",
        "here/a-2.png",
        "here/a-3.png",
        "here/a.png",
        "none.png",
    ]


def test_output_may_be_a_folder_around_the_pictures_but_not_theirs(folder, blur, capsys):
    Path("in").mkdir()
    os.link("a.png", "in/inner.png")
    assert blur("in", "--output", ".") == 0
    assert is_hidden("inner.png", 30, 20) and files("in") == ["inner.png"]
    capsys.readouterr()
    assert blur("in", "--output", "in/") == 2
    assert capsys.readouterr().err == (
        "facewright: --output in: is the folder of the pictures themselves; give another one\n"
    )
    assert files("in") == ["inner.png"]


def test_a_pipe_whose_picture_is_gone_when_it_is_to_be_copied_is_no_empty_file(folder, blur, capsys):
    reading, writing = os.pipe()
    os.write(writing, Path("none.png").read_bytes())
    os.close(writing)
    assert blur(f"/dev/fd/{reading}", "--output", "out") == 1
    os.close(reading)
    assert "is empty when read again; give what a pipe brings as -" in capsys.readouterr().err
    assert files("out") == []


def test_names_play_no_tricks_in_the_table(folder, blur, capsys):
    os.link("a.png", "a\x1b[2J\n.png")
    assert blur("a\x1b[2J\n.png") == 0
    assert capsys.readouterr().out.splitlines()[1].endswith("a\\x1b[2J\\x0a-blurred.png")


def test_an_input_is_never_written_over_unless_told(folder, blur, capsys):
    before = {name: Path(name).read_bytes() for name in ("a.png", "b.jpg", "none.png")}
    assert blur("a.png", "b.jpg", "--output", ".") == 0
    assert all(Path(name).read_bytes() == data for name, data in before.items())
    assert is_hidden("a-2.png", 30, 20) and is_hidden("b-2.jpg", 24, 24)
    Path("link.png").symlink_to("a.png")
    Path("b.jpg").chmod(0o640)
    assert blur("link.png", "b.jpg", "none.png", "--in-place") == 0
    assert Path("link.png").is_symlink() and is_hidden("a.png", 30, 20) and is_hidden("b.jpg", 24, 24)
    assert Path("b.jpg").stat().st_mode & 0o777 == 0o640
    assert Path("none.png").read_bytes() == before["none.png"]


def test_chosen_faces_are_kept_or_are_the_only_ones(folder, blur, capsys):
    for options, hidden in (
        (["--keep", "1"], (False, True)),
        (["--only", "1"], (True, False)),
        (["--keep", "largest", "--keep", "2"], (False, False)),
        (["--only", "at:60,60"], (False, True)),
        (["--only", "in:8,8,40,40"], (True, False)),
        (["--keep", "3"], (True, True)),
    ):
        assert blur("b.jpg", "--grow", "0", *options) == 0
        assert (is_hidden("b-blurred.jpg", 24, 24), is_hidden("b-blurred.jpg", 60, 60)) == hidden
    assert capsys.readouterr().err == "facewright: b.jpg: shows 2 faces, of which none is 3\n"


def test_faces_below_the_models_own_threshold_are_hidden_too(folder, blur, paint):
    Image.fromarray(paint(80, 60, blue=(20, 10, 50, 40))).save("blue.png")
    assert blur("blue.png") == 0 and is_hidden("blue-blurred.png", 35, 25)
    assert blur("blue.png", "--min-score", "0.4") == 0 and not is_hidden("blue-blurred.png", 35, 25)


def test_json_tells_the_faces_and_the_copy(folder, blur, capsys):
    assert blur("b.jpg", "notes.txt", "none.png", "--keep", "2", "--json", "-") == 1
    two, bad, none = records(capsys.readouterr().out)
    assert (two["width"], two["height"], two["copy"], two["still_found"]) == (80, 80, "b-blurred.jpg", 0)
    assert [(face["number"], face["hidden"]) for face in two["faces"]] == [(1, True), (2, False)]
    assert two["faces"][0]["box"] == [8, 8, 40, 40] and two["error"] is None
    assert bad == {
        "path": "notes.txt", "width": None, "height": None, "faces": [], "error": "notes.txt: not a picture"
    }  # fmt: skip
    assert none["faces"] == [] and none["copy"] == "none-blurred.png"


def test_a_face_that_is_still_found_is_a_warning(folder, blur, capsys):
    assert blur("a.png", "--how", "gaussian", "--grow", "0", "--strength", "0.05", "--json", "-") == 0
    out, err = capsys.readouterr()
    assert records(out)[0]["still_found"] == 1
    assert err == (
        "facewright: a.png: the detector still finds 1 face where something is hidden: look at the copy, or "
        "take --how solid\n"
    )


def test_one_picture_through_a_pipe(folder, blur, capsysbinary, monkeypatch):
    for name in ("b.jpg", "none.png"):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(Path(name).read_bytes())))
        assert blur("-") == 0
        out, err = capsysbinary.readouterr()
        assert err == b"" and read_picture(out).shape == read_picture(name).shape
    assert out == Path("none.png").read_bytes()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(Path("b.jpg").read_bytes())))
    assert blur("-", "--output", "out") == 0 and files("out") == ["stdin.jpg"]


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_turned_photos_are_hidden_where_the_face_is(folder, blur, paint, orientation):
    exif = Image.Exif()
    exif[274] = orientation
    upright = Image.fromarray(paint(96, 64, red=(16, 8, 48, 56)))
    undo = {3: 3, 6: 2, 8: 4}
    stored = upright.transpose(Image.Transpose(undo[orientation])) if orientation > 1 else upright
    stored.save("turned.jpg", exif=exif, quality=95)
    assert blur("turned.jpg") == 0
    with Image.open("turned-blurred.jpg") as copy:
        assert copy.size == (96, 64) and copy.getexif()[274] == 1
    assert is_hidden("turned-blurred.jpg", 32, 32)


def test_strip_leaves_no_metadata_even_where_no_face_is(folder, blur, paint):
    exif = Image.Exif()
    exif[0x010F] = "Toymaker"
    for name, boxes in (("face.jpg", {"red": (8, 8, 24, 24)}), ("bare.jpg", {})):
        Image.fromarray(paint(40, 40, **boxes)).save(name, exif=exif)
        assert blur(name, "--output", "kept") == 0 and blur(name, "--output", "bare", "--strip") == 0
        assert b"Toymaker" in Path("kept", name).read_bytes()
        assert b"Toymaker" not in Path("bare", name).read_bytes()


def test_every_frame_of_an_animation_is_hidden(folder, blur, paint, capsys):
    frames = [Image.fromarray(paint(60, 40, red=(x, 8, x + 16, 30))) for x in (4, 20, 36)]
    frames[0].save("a.gif", save_all=True, append_images=frames[1:], duration=80)
    assert blur("a.gif", "--json", "-") == 0
    out, err = capsys.readouterr()
    assert [face["page"] for face in records(out)[0]["faces"]] == [0, 1, 2]
    assert "256 colours" in err
    with Image.open("a-blurred.gif") as copy:
        assert copy.n_frames == 3
        for frame, x in zip(ImageSequence.Iterator(copy), (4, 20, 36), strict=True):
            assert np.abs(np.asarray(frame.convert("RGB"))[20, x + 8].astype(int) - DARK).max() < 12


def test_a_face_that_one_frame_of_an_animation_misses_is_hidden_there_too(folder, blur, paint):
    frames = [paint(60, 40, red=(x, 8, x + 16, 30)) for x in (20, 21, 22, 23, 24)]
    frames[2][8:30, 22:38] = (170, 60, 60)  # nothing that the detector knows
    pictures = [Image.fromarray(frame) for frame in frames]
    pictures[0].save("a.webp", save_all=True, append_images=pictures[1:], lossless=True)
    assert blur("a.webp") == 0
    with Image.open("a-blurred.webp") as copy:
        copy.seek(2)
        assert np.abs(np.asarray(copy.convert("RGB"))[20, 30].astype(int) - DARK).max() < 12


def test_a_full_disk_is_a_sentence_a_picture_and_leaves_nothing_half(folder, blur, capsys, monkeypatch):
    def full(self, data):
        with self.open("wb") as file:
            file.write(data[:10])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    assert blur("a.png", "none.png") == 1
    out, err = capsys.readouterr()
    assert err.count("\n") == 2 and "a-blurred.png: cannot be written (No space left on device)" in err
    assert "2 failed" in out and files(".") == ["a.png", "b.jpg", "none.png", "notes.txt"]


def test_a_folder_that_cannot_be_is_wrong_usage_or_a_picture_that_failed(folder, blur, capsys):
    assert blur("a.png", "--output", "notes.txt/out") == 2
    out, err = capsys.readouterr()
    assert out == "" and err.startswith("facewright: --output notes.txt/out: cannot be made a folder")
    Path("in").mkdir()
    os.link("a.png", "in/a.png")
    Path("in-blurred").write_text("in the way")
    assert blur("in", "none.png") == 1
    out, err = capsys.readouterr()
    assert "in-blurred: cannot be made a folder" in err and Path("none-blurred.png").is_file()


def test_ctrl_c_leaves_complete_files_only(folder, blur, monkeypatch):
    calls = []

    def interrupted(*arguments, **options):
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return hide_faces(*arguments, **options)

    monkeypatch.setattr("facewright.apps.hide.hide_faces", interrupted)
    for number in range(6):
        os.link("b.jpg", f"c{number}.jpg")
    with pytest.raises(SystemExit, match="130"):
        blur(*[f"c{number}.jpg" for number in range(6)], "--output", "out")
    for name in files("out"):
        assert not name.startswith(".")
        read_picture(Path("out", name))


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "give at least one PATH"),
        (["a.png", "--how", "mosaic"], "--how"),
        (["a.png", "--grow", "-1"], "grow must lie between"),
        (["a.png", "--strength", "0"], "strength must lie between"),
        (["a.png", "--colour", "blurple"], "'blurple' is not a colour"),
        (["a.png", "--colour", "#11223344"], "partly transparent"),
        (["a.png", "--keep", "first"], "a face is chosen by its number"),
        (["a.png", "--keep", "1", "--only", "2"], "give one of them"),
        (["a.png", "--in-place", "--output", "out"], "leave out --output"),
        (["-", "--in-place"], "leave out --output, and give files"),
        (["-", "a.png"], "goes to standard output"),
        (["-", "--json", "-"], "goes to standard output"),
        (["a.png", "--output", ""], "--output is empty"),
        (["a.png", "--kepe", "1"], "did you mean '--keep'?"),
        (["a.png", "--min-score", "2"], "between 0 and 1"),
    ],
)
def test_wrong_usage_is_one_sentence_and_nothing_is_written(
    folder, blur, capsys, monkeypatch, arguments, sentence
):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(Path("a.png").read_bytes())))
    assert blur(*arguments) == 2
    out, err = capsys.readouterr()
    assert out == "" and sentence in err and err.count("\n") == 1
    assert files(".") == ["a.png", "b.jpg", "none.png", "notes.txt"]
