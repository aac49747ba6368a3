"""One training over several processes is the training of one: of two here, on the CPU."""

import json
import os
import socket
import subprocess
import sys
from itertools import chain

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from lightning.pytorch import seed_everything
from safetensors.torch import load_file

from facewright.core.errors import RecipeError
from facewright.training.data import round_loader
from facewright.training.loading import load_resolved
from facewright.training.recipe import Stage
from facewright.training.record import digest
from facewright.training.regression import RegressionRecipe
from facewright.training.run import train
from facewright.training.run_record import read_record
from facewright.training.share import ALONE, Share, share_of_environment

DETECTOR = {
    "name": "tiny", "task": "detection", "steps": 3,
    "data": {
        "train": {"toy:12?seed=0&size=128": 1.0}, "validation": ["toy:6?seed=1&size=128"],
        "validation_limit": 3, "max_side": 128, "workers": 0,
    },
    "stages": [
        {"rounds": 1, "canvas": 64, "batch": 4, "tiles": [2, 2]},
        {"rounds": 1, "canvas": 64, "batch": 4, "tiles": [2, 2], "frozen": ["stem"]},
    ],
    "evaluation": {"every": 1, "size": 128},
    "optimiser": {"warmup": 2, "rate": 1e-3},
}  # fmt: skip
CURVE = {
    "name": "curve", "task": "regression", "steps": 20,
    "network": {"widths": [16], "activations": ["tanh"]},
    "data": {"train": {"saddle:300?part=train": 1}, "validation": ["saddle:300?part=val"]},
    "stages": [{"rounds": 2, "batch": 32, "accumulate": 2}],
    "evaluation": {"every": 1},
}  # fmt: skip
LOCALISER = {
    "name": "where", "task": "localisation", "steps": 3, "network": {"name": "box-localiser"},
    "data": {
        "train": {"toy:12?seed=0&size=128": 1.0}, "validation": ["toy:12?seed=1&size=128"],
        "validation_limit": 3, "max_side": 128, "workers": 0,
    },
    "stages": [{"kind": "frames", "rounds": 1, "canvas": 64, "batch": 8}],
    "loss": {"box": 1, "presence": 1, "where": 1},
    "evaluation": {"every": 1, "size": 128},
    "precision": "bfloat16",
    # Adam would make steps as large of what is only rounding.
    "optimiser": {"kind": "sgd", "rate": 1e-2, "warmup": 0},
}  # fmt: skip
RUNS = {"tiny": DETECTOR, "curve": CURVE, "where": LOCALISER}

PROGRAM = """
import sys
from pathlib import Path
import torch
from facewright.training.loading import load_resolved
from facewright.training.run import train
torch.set_num_threads(1)
for folder in map(Path, sys.argv[2:]):
    resume = (folder / "last.ckpt").exists()
    recipe = load_resolved(folder / "recipe.json" if resume else folder.with_suffix(".json"))
    train(recipe, folder, resume=resume, device="cpu", threads=1, cache=Path(sys.argv[1]))
"""


def together(program: str, *words: object, processes: int = 2) -> list[subprocess.CompletedProcess[str]]:
    """A program in so many processes that train together, as torchrun would start them."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    shared = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port, "WORLD_SIZE": str(processes)}
    shared["TORCH_CPP_LOG_LEVEL"] = "ERROR"  # else it remarks on its speed
    command = [sys.executable, "-W", "error", "-c", program, *map(str, words)]
    running = [
        subprocess.Popen(
            command, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=os.environ | shared
            | {"RANK": str(rank), "LOCAL_RANK": str(rank), "LOCAL_WORLD_SIZE": str(processes)},
        )
        for rank in range(processes)
    ]  # fmt: skip
    try:
        said = [process.communicate(timeout=900) for process in running]
    finally:
        for process in running:
            process.kill()
    return [
        subprocess.CompletedProcess(command, process.returncode, *texts)
        for process, texts in zip(running, said, strict=True)
    ]


@given(st.integers(1, 4), st.integers(1, 4), st.integers(1, 3), st.integers(1, 4), st.integers(0, 2))
def test_the_parts_of_all_processes_are_the_batches_of_one(processes, accumulate, size, steps, round_):
    batch = processes * accumulate * size
    recipe = RegressionRecipe.model_validate(
        CURVE | {"steps": steps, "stages": [{"rounds": 3, "batch": batch, "accumulate": accumulate}]}
    )

    def batches(share):
        return list(round_loader(recipe, round_, lambda number: number, list, share))

    whole = batches(ALONE)
    parts = [batches(Share(rank, processes, rank, processes)) for rank in range(processes)]
    together = [list(chain(*at_once)) for at_once in zip(*parts, strict=True)]
    assert together == whole and {len(part) for own in parts for part in own} == {size}
    first = round_ * steps * batch
    assert list(chain(*whole)) == list(range(first, first + steps * batch))
    assert len(whole) == steps * accumulate


def test_parts_of_drawn_points_are_the_batch(tmp_path):
    system = RegressionRecipe.model_validate(CURVE).system()
    system.open(tmp_path)
    draws = system.draws
    parts = [draws.batch(number, 32, parts=4).points for number in range(8, 12)]
    assert torch.equal(torch.cat(parts), draws.batch(2, 32).points)
    shares = [list(system.loader(1, Share(rank, 2, rank, 2))) for rank in range(2)]
    one = list(system.loader(1))
    assert torch.equal(torch.cat([shares[0][3].points, shares[1][3].points]), one[3].points)


def test_a_batch_that_cannot_be_divided_is_one_sentence():
    with pytest.raises(ValueError, match=r"batch: 10 examples cannot be divided equally among 4 parts"):
        Stage(rounds=1, batch=10, accumulate=4)
    stage = Stage(rounds=1, batch=12, accumulate=2)
    assert stage.part(3) == 2 and stage.part(1) == 6
    with pytest.raises(ValueError, match="among 4 processes of 2 parts"):
        stage.part(4)
    short = stage.shortened(processes=3, examples=1)
    assert (short.rounds, short.batch, short.part(3)) == (1, 6, 1)


def test_the_environment_says_which_process_this_is(monkeypatch):
    for name in ("RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE"):
        monkeypatch.delenv(name, raising=False)
    assert share_of_environment() == ALONE and ALONE.first
    for name, value in zip(("RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE"), "5812", strict=True):
        monkeypatch.setenv(name, value)
    assert share_of_environment() == Share(5, 8, 1, 2) and not share_of_environment().first
    monkeypatch.setenv("WORLD_SIZE", "1")
    assert share_of_environment() == ALONE


@pytest.fixture(scope="module")
def one_and_two(tmp_path_factory):
    """Of each recipe the same run by one process and by two, and what the two said."""
    root = tmp_path_factory.mktemp("runs")
    cache = root / "cache"
    for folder in ("one", "two"):
        (root / folder).mkdir()
        for name, recipe in RUNS.items():
            (root / folder / f"{name}.json").write_text(json.dumps(recipe))
    said = together(PROGRAM, cache, *(root / "two" / name for name in RUNS))
    assert [process.returncode for process in said] == [0, 0], said[0].stderr + said[1].stderr
    environment = {key: value for key, value in os.environ.items() if key != "WORLD_SIZE"}
    command = [sys.executable, "-W", "error", "-c", PROGRAM, cache, *(root / "one" / name for name in RUNS)]
    subprocess.run(command, env=environment, check=True, capture_output=True)
    return root, said


@pytest.mark.parametrize(("name", "apart"), [("tiny", 0.02), ("curve", 1e-4), ("where", 0.2)])
def test_two_processes_train_the_weights_of_one(one_and_two, name, apart):
    """Batch norms, uneven faces, frozen parts, halves of a batch: as near as other sums come.

    apart: share of the way from the first weights; the last recipe calculates in half the digits.
    """
    root, _ = one_and_two
    one, two = (load_file(root / folder / name / "weights.safetensors") for folder in ("one", "two"))
    begun = first_weights(root / "one" / name, root / "cache")
    for kind in ("weight", "running"):
        names = [key for key in one if kind in key]
        way, gap = (distance(one, other, names) for other in (begun, two))
        assert gap <= apart * way, (kind, gap / way)
        assert way > 0 or not names


def distance(one, other, names):
    return sum(float((one[name] - other[name]).square().sum()) for name in names) ** 0.5


def first_weights(run, cache):
    recipe = load_resolved(run / "recipe.json")
    seed_everything(recipe.seed, verbose=False)
    system = recipe.system()
    system.open(cache)
    weights = system.network().state_dict()
    assert digest(weights) == read_record(run)["begins_with"]
    return weights


def test_only_the_first_speaks_and_writes_and_its_curve_is_of_the_whole_batch(one_and_two):
    root, said = one_and_two
    assert said[1].stdout == said[1].stderr == ""
    assert "training tiny on 2 processes, each on CPU, 1 thread," in said[0].stderr
    for name in RUNS:
        one, two = (
            [[float(cell or 0) for cell in line.split(",")] for line in lines[1:]]
            for lines in ((root / f / name / "metrics.csv").read_text().splitlines() for f in ("one", "two"))
        )
        assert len(one) == len(two)
        for row, other in zip(one, two, strict=True):
            assert other == pytest.approx(row, rel=2e-2, abs=2e-2)
    record = json.loads((root / "two" / "tiny" / "run.json").read_text())
    assert record["processes"] == 2 and record["steps"] == 6


def test_a_run_goes_on_with_another_number_of_processes(one_and_two, tmp_path):
    """One process does two rounds and goes on to the fourth as two, against one that did all four."""
    root, _ = one_and_two
    cache = root / "cache"
    for name in ("whole", "broken"):
        rounds = 4 if name == "whole" else 2
        stages = [CURVE["stages"][0] | {"rounds": rounds}]
        recipe = CURVE | {"stages": stages, "optimiser": {"schedule": "constant", "warmup": 0}}
        train(
            RegressionRecipe.model_validate(recipe), tmp_path / name, device="cpu", threads=1, cache=cache,
        )  # fmt: skip
    saved = tmp_path / "broken" / "recipe.json"
    saved.write_text((tmp_path / "whole" / "recipe.json").read_text())
    said = together(PROGRAM, cache, tmp_path / "broken")
    assert [process.returncode for process in said] == [0, 0], said[0].stderr + said[1].stderr
    one, two = (load_file(tmp_path / name / "weights.safetensors") for name in ("whole", "broken"))
    for key, weight in one.items():
        torch.testing.assert_close(two[key], weight, rtol=1e-4, atol=1e-5)
    assert json.loads((tmp_path / "broken" / "run.json").read_text())["resumed"][0]["processes"] == 2


BAD = """
import sys
from pathlib import Path
import torch
from facewright.core.errors import FacewrightError
from facewright.training import callbacks, share
from facewright.training.regression import RegressionRecipe
from facewright.training.run import train
me = share.share_of_environment()
folder, kind = Path(sys.argv[1]), sys.argv[2]
recipe = eval(sys.argv[3])
if kind == "indivisible":
    recipe["stages"] = [{"rounds": 1, "batch": 9}]
if kind == "not-finite" and me.rank == 1:
    from facewright.training.regression import RegressionSystem
    whole = RegressionSystem.loss
    def loss(self, network, batch):
        return {"mse": whole(self, network, batch)["mse"] * float("nan")}
    RegressionSystem.loss = loss
try:
    train(RegressionRecipe.model_validate(recipe), folder, device="cpu", threads=1)
except FacewrightError as error:
    print(error)
    sys.exit(error.exit_code)
"""


@pytest.mark.slow
def test_what_stops_one_stops_all_with_one_sentence(tmp_path):
    first, second = together(BAD, tmp_path / "a", "indivisible", CURVE)
    assert (first.returncode, second.returncode) == (RecipeError.exit_code,) * 2
    assert first.stdout == "stages.0.batch: 9 examples cannot be divided equally among 2 processes\n"
    assert second.stdout == first.stderr == second.stderr == "" and not (tmp_path / "a").exists()
    first, second = together(BAD, tmp_path / "b", "not-finite", CURVE)
    assert (first.returncode, second.returncode) == (1, 1)
    assert first.stdout == "" and second.stdout.startswith("the loss is no longer finite at step 0 (mse nan")
    assert (tmp_path / "b" / "non-finite-batch.npz").is_file() and "Traceback" not in second.stderr
