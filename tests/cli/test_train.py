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
        ([], 2, "give a recipe, or --resume or --repeat with a run folder, and not two of them"),
        (["tiny.toml", "--resume", "run"], 2, "give a recipe, or --resume or --repeat with a run folder"),
        (["--repeat", "run", "--resume", "run"], 2, "and not two of them"),
        (["--repeat", "gone"], 2, "gone/recipe.json: the recipe of this run is missing"),
        (["--repeat", "gone", "--set", "seed=1"], 2, "--repeat trains as the run was trained: it takes no"),
        (["tiny.toml", "--devices", "0"], 2, "--devices takes 1 or more, not 0"),
        (["tiny.toml", "--devices", "2", "--range-test"], 2, "--range-test takes no"),
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
        assert run(["train", "tiny.toml", "--device", "cpu", "--fast", "--set", "stages.0.batch=3"]) == 0
        assert capsys.readouterr().out == f"{folder}\n"
        assert json.loads((here / folder / "run.json").read_text())["steps"] == 3
        assert (here / folder / "weights.safetensors").is_file()
    assert json.loads((here / "runs/tiny/recipe.json").read_text())["stages"][0]["batch"] == 3
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


def test_a_run_folder_suffices_to_repeat_the_run(here, capsys):
    options = ["--device", "cpu", "--threads", "1", "--no-doctor", "--limit", "6"]
    assert run(["train", "tiny.toml", "--output", "first", *options, "--set", "steps=2"]) == 0
    (here / "tiny.toml").unlink()
    record = json.loads((here / "first" / "run.json").read_text())
    words = ["facewright", "train", "tiny.toml", "--output", "first", *options, "--set", "steps=2"]
    assert record["command"] == words and record["in"] == str(here)
    capsys.readouterr()
    assert run(["train", "--repeat", "first"]) == 0
    out, said = capsys.readouterr()
    assert out == "runs/tiny\n"
    assert "differs from" not in said.replace("nothing that is recorded differs from", "")
    assert "the weights are those of the run that this one repeats, bit for bit" in said
    one, other = (here / name / "weights.safetensors" for name in ("first", "runs/tiny"))
    assert one.read_bytes() == other.read_bytes()
    record["versions"]["torch"] = "1.0"
    record["begins_with"] = "0"
    (here / "first" / "run.json").write_text(json.dumps(record | {"weights": "other"}))
    assert run(["train", "--repeat", "first", "--output", "again"]) == 0
    said = capsys.readouterr().err
    assert f"not as in the run that this one repeats: torch: 1.0 then, {torch.__version__} now" in said
    assert "not as in the run that this one repeats: first weights: 0 then" in said
    assert "the weights are not those of the run that this one repeats, bit for bit" in said


@pytest.mark.slow
@pytest.mark.parametrize("starter", ["--devices", "torchrun"])
def test_two_processes_train_one_run_and_end_together(here, starter):
    """By the command and by torchrun; a second time into the next folder, and by a mistake into none."""
    torchrun = ["-m", "torch.distributed.run", "--nproc-per-node", "2", "--master-port", "29517"]
    command = [sys.executable, *(torchrun if starter == "torchrun" else []), "-m", "facewright"]
    options = ["--device", "cpu", "--threads", "1", "--no-doctor", "--fast"]
    options += ["--devices", "2"] if starter == "--devices" else []
    done = subprocess.run([*command, "train", "tiny.toml", *options], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "runs/tiny\n" and done.stderr.count("training tiny on 2 processes") == 1
    record = json.loads((here / "runs/tiny/run.json").read_text())
    assert record["processes"] == 2 and record["steps"] == 3
    if starter == "--devices":
        wrong = [*command, "train", "tiny.toml", *options[:-2], "--devices", "3", "--set", "stages.0.batch=2"]
        done = subprocess.run(wrong, capture_output=True, text=True)
        assert done.returncode == 2 and done.stdout == ""
        assert done.stderr == (
            "facewright: stages.0.batch: 2 examples cannot be divided equally among 3 processes\n"
        )
        assert not (here / "runs/tiny-2").exists()
