import json
import signal
import subprocess
import sys
import time

import pytest
import torch

from facewright.cli.main import run

torch.set_num_threads(1)

RECIPE = """
name = "tiny"
task = "detection"
steps = 3
[data]
train = {"toy:8?seed=0&size=64" = 1}
validation = ["toy:8?seed=1&size=64"]
validation_limit = 2
workers = 0
[[stages]]
rounds = 3
canvas = 64
batch = 2
mosaic = 0.0
[evaluation]
every = 10
"""


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty folder with a recipe, and one to work in."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tiny.toml").write_text(RECIPE)
    return tmp_path


def sentence(capsys):
    """The one line that was said on standard error."""
    out, err = capsys.readouterr()
    assert out == ""
    lines = err.splitlines()
    assert len(lines) == 1
    return lines[0].removeprefix("facewright: ")


@pytest.mark.parametrize(
    ("words", "status", "says"),
    [
        ([], 2, "give a recipe, or --resume with a run folder, and not both"),
        (["tiny.toml", "--resume", "run"], 2, "give a recipe, or --resume with a run folder, and not both"),
        (["--resume", "gone"], 2, "gone: no run to resume here (last.ckpt is missing)"),
        (["detector-nan"], 2, "there is no recipe 'detector-nan'; did you mean 'detector-nano'?"),
        (["gone.toml"], 2, "gone.toml: no such recipe file"),
        (["tiny.toml", "--set", "optimiser.rat=1"], 2, "unknown key 'optimiser.rat'; did you mean 'rate'?"),
        (["tiny.toml", "--set", "steps"], 2, "--set takes key=value"),
        (["tiny.toml", "--device", "gpu"], 2, "--device takes auto, cpu, cuda or mps, not 'gpu'"),
        (["tiny.toml", "--limit", "0"], 2, "--limit takes 1 or more, not 0"),
        (["tiny.toml", "--offset", "8"], 1, "no pictures left to use; check the path, --offset and --limit"),
        (["tiny.toml", "--init", "gone.safetensors"], 2, "gone.safetensors: no such file of weights"),
        (["tiny.toml", "--sett", "steps=3"], 2, "--sett"),
    ],
)
def test_a_mistake_is_one_sentence(here, capsys, words, status, says):
    assert run(["train", *words]) == status
    text = capsys.readouterr().err
    assert says in text.splitlines()[-1]
    assert "Traceback" not in text
    assert not (here / "runs").exists()


@pytest.mark.parametrize(
    "word",
    [
        ["--set", "steps=1"],
        ["--init", "x"],
        ["--output", "y"],
        ["--offset", "1"],
        ["--limit", "3"],
        ["--fast"],
    ],
)
def test_resuming_takes_nothing_that_would_change_the_run(here, capsys, word):
    (here / "run").mkdir()
    (here / "run" / "last.ckpt").write_bytes(b"x")
    assert run(["train", "--resume", "run", *word]) == 2
    assert "goes on exactly as the run began" in sentence(capsys)


def test_a_recipe_with_a_misspelt_key_is_refused(here, capsys):
    (here / "tiny.toml").write_text(RECIPE.replace("canvas = 64", "canvs = 64"))
    assert run(["train", "tiny.toml"]) == 2
    assert sentence(capsys) == "tiny.toml: unknown key 'stages.0.canvs'; did you mean 'canvas'?"


def test_an_empty_folder_name_is_wrong_usage(here, capsys):
    for option in ("--output", "--cache", "--resume"):
        assert run(["train", "tiny.toml", option, ""]) == 2
        assert sentence(capsys).startswith(f"{option} is empty")


def test_a_missing_data_folder_is_said(here, capsys):
    (here / "tiny.toml").write_text(RECIPE.replace("toy:8?seed=0&size=64", "yolo:gone"))
    assert run(["train", "tiny.toml", "--device", "cpu"]) == 1
    said = capsys.readouterr().err.splitlines()
    assert said[-1].startswith("facewright: ")
    assert "gone" in said[-1]
    assert not (here / "runs").exists()


def test_training_prints_the_folder_numbers_it_and_goes_on_from_it(here, capsys):
    for folder in ("runs/tiny", "runs/tiny-2"):
        assert run(["train", "tiny.toml", "--device", "cpu", "--fast", "--set", "stages.0.batch=1"]) == 0
        assert capsys.readouterr().out == f"{folder}\n"
        assert json.loads((here / folder / "run.json").read_text())["steps"] == 3
        assert (here / folder / "weights.safetensors").is_file()
    assert json.loads((here / "runs/tiny/recipe.json").read_text())["stages"][0]["batch"] == 1
    assert run(["train", "--resume", "runs/tiny"]) == 0
    assert capsys.readouterr().out == "runs/tiny\n"
    assert run(["train", "tiny.toml", "--output", "runs/tiny"]) == 2
    assert "a run is already there" in sentence(capsys)
    arguments = ["--device", "cpu", "--fast", "--init", "runs/tiny", "--limit", "4", "--offset", "2"]
    assert run(["train", "tiny.toml", *arguments]) == 0
    assert json.loads((here / "runs/tiny-3/run.json").read_text())["sets"][0]["pictures"] == 4
    capsys.readouterr()
    (here / "tiny.toml").write_text(RECIPE + '[network]\nsize = "small"\n')
    assert run(["train", "tiny.toml", *arguments]) == 2
    assert "of another network" in capsys.readouterr().err.splitlines()[-1]


@pytest.mark.slow
def test_a_run_killed_the_hard_way_goes_on_as_if_nothing_had_happened(here):
    """SIGKILL in the middle of a round, its worker beside it; then --resume; against a run left in peace."""
    (here / "tiny.toml").write_text(
        RECIPE.replace("rounds = 3", "rounds = 8").replace("workers = 0", "workers = 1")
    )
    options = ["--device", "cpu", "--threads", "1"]
    main = "from facewright.cli.main import main; main()"
    command = [sys.executable, "-c", main, "train", "tiny.toml", "--output", "killed", *options]
    curve = here / "killed" / "metrics.csv"
    with subprocess.Popen(command, stderr=subprocess.PIPE) as killed:
        while killed.poll() is None and not (curve.is_file() and len(curve.read_text().splitlines()) > 2):
            time.sleep(0.01)
        assert killed.poll() is None, killed.stderr.read()
        killed.send_signal(signal.SIGKILL)
    assert 0 < torch.load(here / "killed" / "last.ckpt", weights_only=True)["global_step"] < 24
    assert not (here / "killed" / "weights.safetensors").exists()
    assert run(["train", "--resume", "killed", *options]) == 0
    assert run(["train", "tiny.toml", "--output", "peace", *options]) == 0
    assert curve.read_text() == (here / "peace" / "metrics.csv").read_text()
    one, other = (here / name / "weights.safetensors" for name in ("killed", "peace"))
    assert one.read_bytes() == other.read_bytes()


def test_what_the_doctor_finds_is_refused_unless_told_otherwise(here, capsys):
    """Targets at [x][y] and swapped offsets: the described faults, which nothing else would report."""
    faulty = RECIPE.replace('"detection"', '"grid-detection"').replace("canvas = 64", "canvas = 96")
    network = '[network]\nname = "pool-resnet"\nfilters = 4\ncells = 6\ndescribed_faults = true\n'
    (here / "tiny.toml").write_text(faulty + network)
    assert run(["train", "tiny.toml", "--device", "cpu"]) == 1
    said = capsys.readouterr().err.splitlines()[-1]
    assert said.startswith("facewright: tiny: coding: ") and said.endswith("--no-doctor trains all the same")
    assert not (here / "runs").exists()
    assert run(["train", "tiny.toml", "--device", "cpu", "--no-doctor"]) == 0
    assert (here / "runs" / "tiny" / "weights.safetensors").is_file()


def test_a_training_is_the_same_whether_it_was_looked_at_or_not(here):
    weights = []
    for options in (["--output", "looked"], ["--output", "not", "--no-doctor"]):
        assert run(["train", "tiny.toml", "--device", "cpu", *options]) == 0
        weights.append((here / options[1] / "weights.safetensors").read_bytes())
    assert weights[0] == weights[1]


def test_questions_that_there_was_no_time_for_are_said(monkeypatch, capsys, tmp_path):
    from facewright.cli import train as command
    from facewright.training.loading import load_recipe

    monkeypatch.setattr(command, "SECONDS", -1.0)
    changes = ['data.train={"toy:6"=1}', "data.faceless=[]", 'data.validation=["toy:4?seed=1"]']
    system = load_recipe("quickstart", [*changes, "data.validation_faceless=[]"]).system()
    system.open(tmp_path)
    command._refuse(system, system.network())
    assert "the doctor asked 0 of " in capsys.readouterr().err
