"""`facewright evaluate --predictions`: other programs' finds, judged without a model and without pictures."""

import json
import subprocess
import sys
import zipfile

import pytest

from facewright.cli.main import run

PICTURES = {"0--Parade/a": [(10, 10, 20, 20)], "0--Parade/b": [(40, 40, 8, 9)]}
ELLIPSES = "2002/a/img_1\n2\n30 20 1.5707963 50 40  1\n20 18 0 150 40  1\n2002/a/img_2\n0\n"


@pytest.fixture
def wider(tmp_path, write_wider_truth, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_wider_truth(tmp_path / "gt", PICTURES, easy={"0--Parade/a": [1]})
    for name, row in (("a", "10 10 20 20 0.9"), ("b", "0 0 5 5 0.3")):
        path = tmp_path / f"found/0--Parade/{name}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{name}\n1\n{row}\n")
    return tmp_path


@pytest.fixture
def fddb(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "gt").mkdir()
    (tmp_path / "gt/FDDB-fold-01-ellipseList.txt").write_text(ELLIPSES)
    return tmp_path


def test_wider_face_from_a_folder(wider, capsys):
    assert (
        run(["evaluate", "--predictions", "found", "widerface-gt:gt", "--json", "f.json", "--html", "f.html"])
        == 0
    )
    out, err = capsys.readouterr()
    assert err == "" and "found on widerface-gt:gt" in out and "WIDER FACE val, 2 pictures" in out
    record = json.loads((wider / "f.json").read_text())
    assert (record["easy"], record["medium"], record["hard"]) == (1, 0.5, 0.5)
    assert record["data"] == "widerface-gt:gt" and record["problems"] == []
    assert "<svg" in (wider / "f.html").read_text()


def test_wider_face_from_a_zip_and_json_on_standard_output(wider, capsys):
    with zipfile.ZipFile("x.zip", "w") as archive:
        archive.write("found/0--Parade/a.txt", "0--Parade/a.txt")
    assert run(["evaluate", "--predictions", "x.zip", "widerface-gt:gt", "--json", "-"]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["hard"] == 0.5
    assert "1 problem in the data" in err and "no file for 1 of 2 pictures" in err


def test_the_official_predictions_give_the_official_figures(oracles, tmp_path):
    folder = oracles / "widerface"
    words = [f"{folder}/predictions.zip", f"widerface-gt:{folder}", "--json", str(tmp_path / "f.json")]
    assert run(["evaluate", "--predictions", *words]) == 0
    record = json.loads((tmp_path / "f.json").read_text())
    assert record["easy"] == pytest.approx(0.8256598622, abs=1e-10)


def test_fddb_from_its_own_ellipse_lists(fddb, capsys):
    assert run(["evaluate", "--predictions", "gt", "fddb-gt:gt", "--json", "f.json"]) == 0
    assert "FDDB, 2 pictures, 2 ellipses" in capsys.readouterr().out
    record = json.loads((fddb / "f.json").read_text())
    assert set(record["discrete"].values()) == set(record["continuous"].values()) == {1.0}
    assert record["fddb"]["curve"]["false_positives"] == [0]


def test_control_characters_in_a_zips_names_stay_harmless(wider, capsys):
    with zipfile.ZipFile("x.zip", "w") as archive:
        archive.write("found/0--Parade/a.txt", "0--Parade/a.txt")
        archive.writestr("0--Parade/evil\x1b[2J.txt", "")
    assert run(["evaluate", "--predictions", "x.zip", "widerface-gt:gt"]) == 0
    err = capsys.readouterr().err
    assert "\x1b" not in err and "evil\\x1b[2J.txt" in err


def test_what_could_not_be_read_gives_status_1(wider, capsys):
    (wider / "found/0--Parade/b.txt").write_text("b\n2\n40 40 8 9 0.3\n1 2 x 4 5\n")
    assert run(["evaluate", "--predictions", "found", "widerface-gt:gt"]) == 1
    assert "b.txt: line 4: not all numbers" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "status", "sentence"),
    [
        (
            ["--predictions", "found"],
            2,
            "one DATA, such as widerface-gt:DIR or fddb-gt:DIR, and none is given",
        ),
        (["--predictions", "found", "nano", "widerface-gt:gt"], 2, "takes no MODEL and one DATA"),
        (["--predictions", "found", "toy:5"], 2, "toy:5: predictions are judged by a benchmark"),
        (["--predictions", "found", "widerface-gt:gt", "--limit", "5"], 2, "--limit is for models"),
        (["--predictions", "found", "widerface-gt:gt", "--multi-scale"], 2, "--multi-scale is for models"),
        (["--predictions", "", "widerface-gt:gt"], 2, "--predictions is empty"),
        (["--predictions", "gone", "widerface-gt:gt"], 1, "gone: no such file or folder"),
        (["--predictions", "found", "widerface-gt:gone"], 1, "gone: no such folder"),
        (["--predictions", "gt", "widerface-gt:gt"], 1, "holds no predictions"),
        (["--predictions", "found", "fddb-gt:gt"], 1, "holds no FDDB-fold-"),
        (["--predictions", "found", "widerface-gt:gt", "--json", "gone/x"], 2, "--json gone/x: cannot be"),
        (["detector-nano", "widerface-gt:gt"], 2, "is ground truth without pictures"),
        ([], 2, "give the MODEL to judge"),
    ],
)
def test_a_mistake_is_one_sentence(wider, capsys, words, status, sentence):
    assert run(["evaluate", *words]) == status
    out, err = capsys.readouterr()
    assert out == "" and sentence in err and "Traceback" not in err
    assert err.startswith("facewright: ")


def test_wider_face_is_judged_on_the_base_install(wider):
    missing = ("torch", "scipy", "jinja2", "matplotlib", "markupsafe", "faster_coco_eval", "cv2")
    code = f"import sys\nfor name in {missing}: sys.modules[name] = None\n"
    words = ["evaluate", "--predictions", "found", "widerface-gt:gt"]
    code += f"from facewright.cli.main import main; main({words})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "") and "0.5000" in done.stdout


def test_fddb_without_scipy_is_one_sentence(fddb):
    code = "import sys\nsys.modules['scipy'] = None\n"
    code += "from facewright.cli.main import main; main(['evaluate', '--predictions', 'gt', 'fddb-gt:gt'])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 2 and "pip install '.[train]'" in done.stderr
