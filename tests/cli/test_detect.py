import io
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from facewright.cli.main import run
from facewright.core.pictures import read_picture


@pytest.fixture
def detect(colour_model):
    return lambda *arguments: run(["detect", *map(str, arguments), "--model", str(colour_model)])


@pytest.fixture
def locate(colour_model):
    return lambda *arguments: run(["locate", *map(str, arguments), "--model", str(colour_model)])


def records(text):
    return [json.loads(line) for line in text.splitlines()]


def test_a_table_for_people(folder, detect, capsys):
    assert detect("a.png", "b.jpg", "none.png") == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert [line.split() for line in out.splitlines()] == [
        ["picture", "size", "faces", "scores"],
        ["a.png", "100x60", "1", "face", "0.90"],
        ["b.jpg", "80x80", "2", "faces", "0.90", "to", "0.60"],
        ["none.png", "30x20", "0", "faces"],
        ["3", "faces", "in", "3", "pictures"],
    ]


def test_locate_tells_the_most_probable_face_only(folder, locate, capsys):
    assert locate("a.png", "b.jpg", "none.png", "notes.txt", "--json", "-", "--save", "out") == 1
    found = records(capsys.readouterr().out)
    assert [[face["score"] for face in record["faces"]] for record in found] == [[0.9], [0.9], [], []]
    assert found[1]["faces"][0]["box"] == [8, 8, 40, 40] and found[1]["width"] == 80
    assert sorted(file.name for file in Path("out").iterdir()) == ["a.png", "b.jpg", "none.png"]
    assert locate("b.jpg", "--min-score", "0.95") == 0
    assert capsys.readouterr().out.endswith("0 faces in 1 picture\n")


def test_every_command_counts_faces_from_the_left(
    folder, colour_model, colour_attributes, paint, capsys, monkeypatch
):
    """Whichever is the surest: the one on the right."""
    Image.fromarray(paint(90, 80, red=(48, 8, 80, 40), green=(8, 48, 32, 72))).save("c.png")
    found = [(1, [8, 48, 32, 72]), (2, [48, 8, 80, 40])]
    describer = ["--attributes-model", str(colour_attributes)]
    for command, *more in (
        ["detect"], ["locate"], ["count"], ["attributes", *describer], ["annotate"], ["crop"],
        ["crop", "--only", "best"], ["blur", "--size", "640"],
    ):  # fmt: skip
        assert run([command, "c.png", *more, "--model", str(colour_model), "--json", "-"]) == 0
        (record,) = records(capsys.readouterr().out)
        told = [(face["number"], face["box"]) for face in record["faces"]]
        assert told == (found[1:] if command == "locate" or "--only" in more else found)
    assert run(["detect", "c.png", "--model", str(colour_model)]) == 0
    assert "0.90 to 0.60" in capsys.readouterr().out


def test_locate_knows_its_options(folder, locate, capsys):
    assert locate("a.png", "--sizes", "3") == 2
    assert "did you mean '--size'?" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["detect", "locate"])
@pytest.mark.parametrize("task", ["detection", "localisation"])
def test_a_model_without_landmarks_finds_faces_too(folder, make_model, capsys, command, task):
    model = make_model(graph="boxes", task=task, side=64, framing="letterbox")
    assert run([command, "a.png", "--model", str(model), "--json", "-", "--save", "out"]) == 0
    (face,) = records(capsys.readouterr().out)[0]["faces"]
    assert face == {"box": pytest.approx([20, 10, 50, 40], abs=2), "score": 0.9, "number": 1}
    assert Path("out/a.png").is_file()


def test_a_piped_table_is_never_cut(folder, detect, capsys, paint):
    name = "a" * 120 + " b" * 60 + ".png"
    Image.fromarray(paint(20, 20)).save(name)
    detect(name)
    assert f"{name}  20x20 " in capsys.readouterr().out


def test_json_lines_hold_one_object_a_picture_and_nothing_else(folder, detect, capsys):
    assert detect("./a.png", "notes.txt", "none.png", "--json", "-") == 1
    out, err = capsys.readouterr()
    assert records(out) == [
        {
            "path": "./a.png", "width": 100, "height": 60, "error": None,
            "faces": [{
                "box": [20, 10, 50, 40], "score": 0.9,
                "landmarks": [[29, 22], [41, 22], [35, 28], [30.5, 34], [39.5, 34]],
                "number": 1,
            }],
        },
        {"path": "notes.txt", "width": None, "height": None, "faces": [],
         "error": "notes.txt: not a picture"},
        {"path": "none.png", "width": 30, "height": 20, "faces": [], "error": None},
    ]  # fmt: skip
    assert err == "facewright: notes.txt: not a picture\n"


def test_a_json_file_appears_whole_beside_the_table(folder, detect, capsys):
    assert detect("a.png", "--json", "out.jsonl") == 0
    assert len(records(Path("out.jsonl").read_text())) == 1
    assert "1 face" in capsys.readouterr().out
    assert not list(folder.glob(".*"))


def test_a_pipe_given_for_json_is_written_into_and_never_replaced(folder, detect):
    os.mkfifo("pipe")
    reader = subprocess.Popen(["cat", "pipe"], stdout=subprocess.PIPE, text=True)
    assert detect("a.png", "--json", "pipe") == 0
    assert len(records(reader.communicate(timeout=20)[0])) == 1
    assert Path("pipe").is_fifo()


def test_a_json_file_that_cannot_be_is_wrong_usage_before_anything_is_done(folder, detect, capsys):
    before = Path("a.png").read_bytes()
    for target in ("gone/out.jsonl", ".", "a.png"):
        assert detect("a.png", "--json", target) == 2
        out, err = capsys.readouterr()
        assert "--json" in err and out == ""
    assert Path("a.png").read_bytes() == before


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


def test_annotated_copies_at_full_size_with_the_faces_drawn(folder, detect, capsys):
    assert detect("a.png", "b.jpg", "--size", "40", "--save", "out/here") == 0
    for name in ("a.png", "b.jpg"):
        copy, original = read_picture(f"out/here/{name}"), read_picture(name)
        assert copy.shape == original.shape and not np.array_equal(copy, original)


def test_copies_never_overwrite_an_input_or_each_other(folder, detect, capsys):
    Path("deep").mkdir()
    os.link("b.jpg", "deep/a.png")
    Image.open("a.png").save("a.gif")
    before = {path: path.read_bytes() for path in folder.rglob("*.*")}
    assert detect("a.png", "deep/a.png", "a.gif", "--save", ".") == 0
    assert all(path.read_bytes() == data for path, data in before.items())
    assert sorted({*folder.rglob("*.*")} - {*before}) == [folder / f"a-{i}.png" for i in (2, 3, 4)]


def test_a_second_run_writes_the_same_copies_again(folder, detect):
    for _ in range(2):
        detect("a.png", "b.jpg", "--save", "out")
    assert sorted(file.name for file in Path("out").iterdir()) == ["a.png", "b.jpg"]


def test_a_copy_that_cannot_be_written_does_not_lose_the_faces(folder, detect, capsys):
    Path("out/a.png").mkdir(parents=True)
    assert detect("a.png", "none.png", "--save", "out", "--json", "-") == 1
    out, err = capsys.readouterr()
    found = records(out)
    assert (
        len(found[0]["faces"]) == 1 and "cannot be written" in found[0]["error"] and found[1]["error"] is None
    )
    assert "out/a.png" in err and Path("out/none.png").is_file()
    assert detect("a.png", "none.png", "--save", "out") == 1
    assert capsys.readouterr().out.endswith("1 face in 2 pictures, 1 failed\n")


def test_min_score_size_and_enlarge_reach_the_detector(folder, detect, capsys):
    assert detect("b.jpg", "--min-score", "0.7", "--json", "-") == 0
    assert len(records(capsys.readouterr().out)[0]["faces"]) == 1
    for options in (["--size", "full"], ["--size", "320", "--enlarge"], ["--size", "40"], ["--threads", "1"]):
        assert detect("a.png", "--json", "-", *options) == 0
        assert records(capsys.readouterr().out)[0]["faces"][0]["box"] == pytest.approx(
            [20, 10, 50, 40], abs=2
        )


def test_timings_go_to_standard_error(folder, detect, capsys):
    assert detect("a.png", "--timings", "--json", "-") == 0
    out, err = capsys.readouterr()
    assert len(records(out)) == 1
    assert "1 picture in" in err and "median of a picture: reading" in err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "give at least one PATH"),
        (["--json", "-"], "give at least one PATH"),
        (["-", "-"], "only once"),
        (["a.png", ""], "a PATH is empty"),
        (["a.png", "--sizes", "3"], "there is no option --sizes; did you mean '--size'?"),
        (["-q", "a.png"], "there is no option -q"),
        (["a.png", "--json", "--recursive"], "--recursive"),
        (["a.png", "--size", "0"], "--size takes"),
        (["a.png", "--size", "-3"], "--size"),
        (["a.png", "--size", "big"], "--size takes"),
        (["a.png", "--size", "full", "--enlarge"], "enlarge needs a size"),
        (["a.png", "--min-score", "1.5"], "between 0 and 1"),
        (["a.png", "--min-score", "nan"], "between 0 and 1"),
        (["a.png", "--min-score", "high"], "--min-score"),
        (["a.png", "--threads", "0"], "threads"),
        (["a.png", "--threads", "two"], "--threads"),
        (["a.png", "--max-pixels", "-1"], "--max-pixels"),
        (["a.png", "--device", "gpu0"], "device"),
        (["a.png", "--save", "notes.txt"], "--save notes.txt"),
        (["a.png", "--save"], "--save"),
        (["a.png", "--save", ""], "--save is empty"),
    ],
)
def test_wrong_usage_is_one_sentence_and_status_2(folder, detect, capsys, arguments, sentence):
    assert detect(*arguments) == 2
    out, err = capsys.readouterr()
    assert out == "" and sentence in err and err.startswith("facewright: ") and err.count("\n") == 1


@pytest.mark.parametrize("model", ["notes.txt", "gone.onnx", "detector-nanoo", "."])
def test_a_model_that_is_none_is_one_sentence_and_status_2(folder, capsys, model):
    assert run(["detect", "a.png", "--model", model]) == 2
    out, err = capsys.readouterr()
    assert out == "" and model in err and err.count("\n") == 1


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


def test_as_a_program_with_odd_names_and_a_closed_pipe(folder, colour_model):
    odd = os.fsdecode(b"odd\xff.png")
    os.link("a.png", odd)
    call = [
        sys.executable,
        "-c",
        "from facewright.cli.main import main; main()",
        "detect",
        "--model",
        str(colour_model),
    ]
    done = subprocess.run([*call, odd], capture_output=True, check=False)
    assert done.returncode == 0 and b"1 face" in done.stdout and done.stderr == b""
    done = subprocess.run([*call, odd, "--json", "-"], capture_output=True, text=True, check=False)
    assert json.loads(done.stdout)["path"] == odd
    first = subprocess.Popen(
        [*call, *["a.png"] * 50, "--json", "-"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert first.stdout is not None and first.stderr is not None
    first.stdout.readline()
    first.stdout.close()
    assert first.stderr.read() == b""
    first.stderr.close()
    assert first.wait() in (0, 141)


def test_looking_more_than_once_finds_the_same_face_once(folder, detect, capsys):
    options = ("--tiles", "auto", "--rotations", "4", "--close-ups", "--size", "50")
    assert detect("a.png", *options, "--json", "-") == 0
    (face,) = records(capsys.readouterr().out)[0]["faces"]
    assert face["box"] == pytest.approx([20, 10, 50, 40], abs=2)


@pytest.mark.parametrize(
    "options",
    [("--tiles", "many"), ("--tiles", "0"), ("--rotations", "3"), ("--tiles", "2", "--size", "full")],
)
def test_ways_of_looking_that_there_are_not_are_wrong_usage(folder, detect, capsys, options):
    assert detect("a.png", *options) == 2
    assert capsys.readouterr().err.count("\n") == 1
