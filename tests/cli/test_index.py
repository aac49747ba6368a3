"""`facewright index` and `facewright find`, as a person calls them."""

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image

import facewright
from facewright.cli.main import run

HERE = {**os.environ, "PYTHONPATH": str(Path(facewright.__file__).parents[1])}
COMMAND = [sys.executable, "-c", "from facewright.cli.main import main; main()"]


@pytest.fixture
def index(folder, colour_model, colour_attributes):
    models = ["--model", str(colour_model), "--attributes-model", str(colour_attributes)]
    return lambda *arguments: run(["index", *map(str, arguments), *models])


@pytest.fixture
def find(index, capsys):
    """find(...): the status, standard output and standard error of asking an index of `.`"""
    index(".", "--all")
    capsys.readouterr()

    def call(*arguments):
        status = run(["find", *map(str, arguments)])
        return status, *capsys.readouterr()

    return call


def test_index_tells_what_it_did(folder, index, capsys):
    assert index(".") == 0
    assert capsys.readouterr() == (".: 3 pictures, 3 faces (3 looked at)\n", "")
    Path("bad.jpg").write_text("junk")
    os.rename("a.png", "c.png")  # noqa: PTH104
    assert index(".") == 1
    out, err = capsys.readouterr()
    assert out == ".: 3 pictures, 3 faces (1 known from elsewhere, 2 unchanged, 1 gone, 1 unreadable)\n"
    assert err == "facewright: bad.jpg: not a picture\n"


def test_index_says_before_it_looks_at_everything_again(folder, index, capsys):
    index(".")
    capsys.readouterr()
    assert index(".", "--min-score", ".7") == 0
    out, err = capsys.readouterr()
    assert err == "facewright: .: 3 pictures seen with other settings: looked at again\n" and "2 faces" in out


def test_several_folders_each_with_its_own_index_or_one_of_all(folder, index, capsys):
    for name in ("one", "two"):
        Path(name).mkdir()
        shutil.copy("b.jpg", name)
    assert index("one", "gone", "two") == 1
    out, err = capsys.readouterr()
    assert out.splitlines() == [f"{name}: 1 picture, 2 faces (1 looked at)" for name in ("one", "two")]
    assert err == "facewright: gone: no such folder\n"
    assert Path("one/.facewright.db").is_file() and Path("two/.facewright.db").is_file()
    assert index("one", "two", "--index", "all.db") == 0
    assert run(["find", "all.db", "--paths"]) == 0
    assert capsys.readouterr().out.splitlines()[-2:] == ["one/b.jpg", "two/b.jpg"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "give at least one DIR"),
        (["a.png"], "a.png: is a file; give a folder"),
        ([""], "a PATH is empty"),
        ([".", "--workers", "0"], "workers must be a whole number of at least 1, not 0"),
        ([".", "--engine", "rya"], "did you mean 'ray'?"),
        ([".", "--min-score", "2"], "between 0 and 1"),
        ([".", "--sizes", "2"], "--sizes"),
        ([".", "--index", ""], "--index is empty"),
    ],
)
def test_wrong_usage_of_index(folder, index, capsys, arguments, sentence):
    assert index(*arguments) == 2
    out, err = capsys.readouterr()
    assert out == "" and sentence in err and err.count("\n") == 1 and not Path(".facewright.db").exists()


def test_find_prints_a_table(find):
    assert find("--order", "-faces,path") == (
        0,
        "  faces  largest  taken             size         picture\n"
        "      2    16.0%                    80x80        b.jpg\n"
        "      1    15.0%                    100x60       a.png\n"
        "      0                             30x20        none.png\n"
        "3 faces in 3 pictures\n",
        "",
    )
    status, out, _ = find(".", "--where", "faces >= 2 and smiling > .5", "--limit", "5")
    assert status == 0 and out.splitlines()[1].endswith("b.jpg") and "2 faces in 1 picture" in out
    assert find("--where", "faces > 9")[1].endswith("0 faces in 0 pictures\n")


def test_find_as_json_lines_like_attributes(find, index, capsys, colour_model, colour_attributes):
    status, out, err = find("--json", "-")
    found = {record.pop("path"): record for record in map(json.loads, out.splitlines())}
    models = ["--model", str(colour_model), "--attributes-model", str(colour_attributes), "--all"]
    run(["attributes", *found, *models, "--json", "-"])
    for record in map(json.loads, capsys.readouterr().out.splitlines()):
        path = record.pop("path")
        for face in record["faces"]:
            face.pop("framed_by")
        assert record.pop("error") is None
        assert found[path].pop("taken") is None
        assert found[path] == record
    assert (status, err) == (0, "")


def test_find_as_csv(find):
    status, out, err = find("--csv", "-", "--where", "faces < 2")
    rows = list(csv.DictReader(out.splitlines()))
    assert [(row["path"], row["faces"], row["score"], row["taken"]) for row in rows] == [
        ("a.png", "1", "0.9", ""), ("none.png", "0", "", ""),
    ]  # fmt: skip
    assert find("--csv", "x.csv")[0] == 0
    assert len(Path("x.csv").read_text().splitlines()) == 4
    assert find("--csv", ".facewright.db")[0] == 2
    assert (status, err) == (0, "")


def test_find_gives_paths_to_other_programs(folder, capsysbinary):
    name = b"sp ace\n\xff.png"
    shutil.copy("a.png", os.fsdecode(name))
    run(["index", "."])
    capsysbinary.readouterr()
    assert run(["find", "--print0", "--where", "name contains 'ace'"]) == 0
    assert capsysbinary.readouterr().out == name + b"\0"
    assert run(["find", "--paths", "--where", "name contains '.jpg'"]) == 0
    assert capsysbinary.readouterr().out == b"b.jpg\n"
    shutil.copy("a.png", "-t.png")  # to xargs' programs an option
    run(["index", "."])
    capsysbinary.readouterr()
    assert run(["find", "--paths", "--where", "name == '-t.png'"]) == 0
    assert capsysbinary.readouterr().out == b"./-t.png\n"
    assert run(["find", "--csv", "x.csv", "--json", "x.jsonl", "--paths"]) == 0
    assert b"sp ace\n\\udcff.png" in Path("x.csv").read_bytes()


def test_find_takes_a_limit_beyond_what_sqlite_counts_to(find):
    assert find("--limit", "99999999999999999999") == find()


def test_find_makes_links_and_parquet_beside_the_table(find):
    pytest.importorskip("pyarrow", reason="needs the parquet extra")
    status, out, _ = find("--links", ".found", "--parquet", "x.parquet", "--where", "faces")
    assert status == 2 and "neither true nor false" in _
    status, out, _ = find("--links", ".found", "--parquet", "x.parquet", "--where", "faces > 0")
    assert status == 0 and "3 faces in 2 pictures" in out and Path("x.parquet").is_file()
    assert sorted(link.name for link in Path(".found").iterdir()) == ["a.png", "b.jpg"]
    assert find("--links", "found")[0] == 2
    assert find("--parquet", "gone/x.parquet")[0] == 2


def test_a_mistake_in_a_question_is_pointed_at(find):
    assert find("--where", "faces >= 3 and smilng > .8") == (
        2,
        "",
        "facewright: --where: there is no name 'smilng'; did you mean 'smiling'?\n"
        "  faces >= 3 and smilng > .8\n"
        "                 ^\n",
    )
    _, _, err = find("--where", "name == '写真' and\tnot")
    assert err.splitlines()[1:] == ["  name == '写真' and\\x09not", " " * 27 + "^"]  # 写真 is four wide


@pytest.mark.parametrize(
    ("arguments", "status", "sentence"),
    [
        (["gone"], 1, "gone: there is no index; make it with: facewright index DIR"),
        (["a.png"], 1, "a.png: not an index of facewright"),
        (["--order", "faxes"], 2, "order: there is no name 'faxes'; did you mean 'faces'?"),
        (["--limit", "-1"], 2, "limit"),
        (["--json", "-", "--paths"], 2, "standard output takes one of"),
        (["--json", "x", "--csv", "./x"], 2, "each want a file of their own"),
        (["--parquet", ".facewright.db"], 2, "is one of the inputs"),
        (["--wher", "x"], 2, "--wher"),
    ],
)
def test_wrong_usage_of_find(find, arguments, status, sentence):
    found, out, err = find(*arguments)
    assert (found, out) == (status, "") and sentence in err and err.count("\n") == 1


def test_find_says_that_an_update_was_stopped(find):
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(".facewright.db")) as connection:
        connection.execute("UPDATE root SET finished = 0")
        connection.commit()
    status, out, err = find("--paths")
    assert status == 0 and len(out.splitlines()) == 3
    assert (
        err
        == "facewright: .: its last update was stopped: pictures may be missing; run facewright index again\n"
    )


def test_ctrl_c_leaves_an_index_that_goes_on(folder, index, colour_model, paint):
    for i in range(400):
        Image.fromarray(paint(200, 200 + i)).save(f"{i}.png", compress_level=0)
    command = [*COMMAND, "index", ".", "--no-attributes", "--model", str(colour_model)]
    process = subprocess.Popen(command, env=HERE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    until = time.monotonic() + 20
    while not Path(".facewright.db").exists() and time.monotonic() < until:
        time.sleep(0.01)
    time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (130, "", "")
    assert run(["index", ".", "--no-attributes", "--model", str(colour_model)]) == 0
    assert run(["find", "--csv", "x.csv"]) == 0 and len(Path("x.csv").read_text().splitlines()) == 404


def test_a_bar_on_a_terminal(folder, colour_model):
    command = [*COMMAND, "index", ".", "--no-attributes", "--model", str(colour_model)]
    terminal = {**HERE, "FORCE_COLOR": "1", "TTY_COMPATIBLE": "1"}
    done = subprocess.run(command, capture_output=True, text=True, env=terminal, check=False)
    assert done.returncode == 0 and done.stdout == ".: 3 pictures, 3 faces (3 looked at)\n"
    assert "3/3" in done.stderr
