"""What a run leaves behind, says, and refuses."""

import json

import pytest
import torch
from rich.console import Console
from safetensors.torch import load_file

from facewright.core.errors import DataError, UsageError
from facewright.core.pictures import read_picture
from facewright.models.detector import FaceDetector
from facewright.training import devices
from facewright.training import run as run_module
from facewright.training.loading import load_recipe, load_resolved
from facewright.training.run import new_folder, train


def test_a_run_leaves_everything_one_wants_to_know(finished, tiny):
    folder, said = finished
    names = {path.name for path in folder.iterdir() if not path.name.startswith("events")}
    assert names >= {
        "recipe.json", "run.json", "first-batch.png", "metrics.csv", "last.ckpt", "best.ckpt",
        "weights.safetensors",
    }  # fmt: skip
    assert any(path.name.startswith("events") for path in folder.iterdir())
    assert not list(folder.glob(".*part*"))
    assert load_resolved(folder / "recipe.json") == tiny()
    record = json.loads((folder / "run.json").read_text())
    assert record["steps"] == 12
    assert record["best"] is not None
    assert 0 <= record["waiting_for_data"] <= 1
    assert record["examples_per_second"] > 0
    assert record["sets"][0]["pictures"] == 12
    assert read_picture(folder / "first-batch.png").shape[1] >= 256
    weights = load_file(folder / "weights.safetensors")
    FaceDetector("nano").load_state_dict(weights)
    assert "toy:12?seed=0&size=128: 12 pictures" in said
    assert "round 4/4, step 12: loss " in said
    assert "examples a second" in said


def test_the_curve_has_a_row_a_round_and_a_look_after_the_last(finished):
    folder, _ = finished
    lines = (folder / "metrics.csv").read_text().splitlines()
    assert lines[0] == (
        "epoch,step,train/score,train/box,train/landmarks,train/loss,val/ap50,val/toy:6?seed=1&size=128"
    )
    assert [line.split(",")[1] for line in lines[1:]] == [
        "2",
        "5",
        "8",
        "8",
        "11",
        "11",
    ]  # every 3, and the end
    assert all(float(line.split(",")[5]) > 0 for line in lines[1:] if line.split(",")[5])


def test_checkpoints_hold_nothing_that_runs(finished):
    for name in ("last.ckpt", "best.ckpt"):
        checkpoint = torch.load(finished[0] / name, weights_only=True)
        assert checkpoint["global_step"] in (9, 12)


def test_bfloat16_trains_on_a_cpu_and_keeps_full_weights(tiny, go, tmp_path, monkeypatch):
    monkeypatch.setattr(devices, "has_bfloat16", lambda accelerator: True)
    said = go(tiny(precision="bfloat16"), tmp_path / "run")
    assert "bfloat16" in said.splitlines()[0]
    weights = load_file(tmp_path / "run" / "weights.safetensors")
    assert all(w.dtype == torch.float32 for name, w in weights.items() if "num_batches" not in name)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"resume": True}, "no run to resume here (last.ckpt is missing)"),
        ({"offset": -1}, "--offset takes 0 or more, not -1"),
        ({"limit": 0}, "--limit takes 1 or more, not 0"),
        ({"threads": 0}, "--threads takes 1 or more, not 0"),
    ],
)
def test_wrong_options_are_refused_before_anything_is_done(tiny, go, tmp_path, options, sentence):
    with pytest.raises(UsageError) as caught:
        go(tiny(), tmp_path / "run", **options)
    assert sentence in str(caught.value)
    assert not (tmp_path / "run").exists()


def test_a_file_is_no_folder_for_a_run(tiny, go, tmp_path):
    (tmp_path / "run").touch()
    with pytest.raises(UsageError, match="run: a file; name another folder with --output"):
        go(tiny(), tmp_path / "run")


def test_a_run_is_never_overwritten(tiny, go, finished):
    with pytest.raises(UsageError, match="a run is already there"):
        go(tiny(), finished[0])


@pytest.mark.parametrize("cores", [1, 0])  # none, where more processes than cores train together
def test_more_workers_than_cores_are_said_once(tiny, go, tmp_path, monkeypatch, cores):
    monkeypatch.setattr(run_module, "available_cores", lambda: cores)
    data = tiny().data.model_copy(update={"workers": 2})
    recipe = tiny().model_copy(update={"data": data}).shortened()
    said = " ".join(go(recipe, tmp_path / "run", threads=1).split())
    sentence = f"data.workers is 2, of cores there are {cores}: --set data.workers=0 leaves one to"
    assert said.count(sentence) == 1


def test_missing_data_leaves_no_folder(tiny, go, tmp_path):
    data = tiny().data.model_copy(update={"train": {f"voc:{tmp_path}/gone": 1.0}})
    with pytest.raises(DataError, match="gone"):
        go(tiny().model_copy(update={"data": data}), tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_run_folders_are_numbered_when_taken(tmp_path):
    assert new_folder(tmp_path, "a") == tmp_path / "a"
    (tmp_path / "a").mkdir()
    (tmp_path / "a-2").mkdir()
    assert new_folder(tmp_path, "a") == tmp_path / "a-3"


def test_a_batch_in_parts_is_the_batch(toy_cache, tmp_path):
    """Of a network without batch norm and a loss whose divisor is the batch: as near as sums come."""
    weights = []
    for parts in (1, 4):
        recipe = load_recipe(
            "monkey-saddle-tanh",
            [
                "steps=20",
                f"stages=[{{rounds=2, batch=32, accumulate={parts}}}]",
                "optimiser.kind=sgd",
                "network.standardise=true",
                "optimiser.rate=1e-2",
                "optimiser.warmup=0",
            ],
        )
        train(
            recipe,
            tmp_path / str(parts),
            device="cpu",
            threads=1,
            cache=toy_cache,
            console=Console(quiet=True),
        )
        weights.append(load_file(tmp_path / str(parts) / "weights.safetensors"))
        assert json.loads((tmp_path / str(parts) / "run.json").read_text())["steps"] == 40
    for name, weight in weights[0].items():
        torch.testing.assert_close(weights[1][name], weight, rtol=1e-4, atol=1e-6)
    curves = [(tmp_path / parts / "metrics.csv").read_text().splitlines() for parts in "14"]
    one, four = ([float(curve[1].split(",")[i]) for i in (2, 3)] for curve in curves)
    assert four == pytest.approx(one, rel=1e-4)
