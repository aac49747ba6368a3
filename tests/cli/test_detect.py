import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from facewright.cli.main import run

from .conftest import records


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
