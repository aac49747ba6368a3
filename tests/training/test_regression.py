"""The regression system through the shared frame."""

import json
import pickle

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from facewright.core.errors import DataError, RecipeError
from facewright.training.devices import Device, choose_device
from facewright.training.loading import load_recipe
from facewright.training.record import fingerprint
from facewright.training.regression import RegressionRecipe
from facewright.training.run import train


def recipe(**changes) -> RegressionRecipe:
    table = {
        "name": "tiny",
        "steps": 60,
        "network": {"widths": [16], "activations": ["tanh"]},
        "data": {"train": {"saddle:300?part=train": 1}, "validation": ["saddle:300?part=val"]},
        "stages": [{"rounds": 3, "batch": 32}],
        "optimiser": {"rate": 2e-2, "warmup": 0},
        "averaging": {"decay": 0.9},
        "evaluation": {"every": 1},
    }
    return RegressionRecipe.model_validate(table | changes)


def test_a_run_learns_keeps_its_scale_and_says_what_it_had(tmp_path):
    weights = load_file(train(recipe(), tmp_path / "run", device="cpu", threads=1, cache=tmp_path))
    points = recipe().system()
    points.open(tmp_path)
    assert weights["value_spread"].item() == pytest.approx(float(points.sets[0].target.std()), rel=1e-6)
    record = json.loads((tmp_path / "run" / "run.json").read_text())
    told = {"name": "saddle:300?part=train", "points": len(points.sets[0]), "problems": 0}
    assert record["sets"] == [told | {"fingerprint": fingerprint(points.sets[0])}]
    assert -record["best"] < 0.8 * float(points.validation_sets[0].target.std())


def test_validation_is_the_root_mean_squared_error_over_all_held_out_points(tmp_path):
    system = recipe().system()
    system.open(tmp_path)
    network = system.network().eval()
    with torch.inference_mode():
        figures = system.validate(network)
        table = system.validation_sets[0]
        errors = network(torch.from_numpy(table.inputs)).numpy() - table.target.astype(float)
    assert list(figures) == list(system.figures)
    assert figures["negative_rmse"] == pytest.approx(-float(np.sqrt(np.mean(errors**2))))
    assert figures["largest_error"] == pytest.approx(float(np.abs(errors).max()))


def test_rounds_draw_different_points_and_each_the_same_again(tmp_path):
    system = recipe().system()
    system.open(tmp_path)
    one, again, next_one = (list(system.loader(round_)) for round_ in (0, 0, 1))
    assert len(one) == 60 and one[0].points.shape == (32, 2)
    assert all(torch.equal(a.points, b.points) for a, b in zip(one, again, strict=True))
    assert not torch.equal(one[0].points, next_one[0].points)


def test_a_table_with_other_columns_is_refused(tmp_path, write_csv):
    path = write_csv("a,b,c,d\n1,2,3,4\n")
    table = {"train": {f"csv:{path}": 1}, "validation": [f"csv:{path}"]}
    with pytest.raises(DataError, match="no column 'z'"):
        recipe(data=table).system().open(tmp_path)
    with pytest.raises(DataError, match="gives x, y where a are wanted"):
        drawn = {"train": {"saddle:9": 1}, "validation": ["saddle:9"]}
        recipe(data=drawn | {"inputs": ["a"]}).system().open(tmp_path)
    system = recipe(data=table | {"inputs": ["d", "a"], "target": "b"}).system()
    system.open(tmp_path)
    assert system.sets[0].inputs.tolist() == [[4, 1]] and system.sets[0].target.tolist() == [2]
    assert system.card() == {"task": "regression", "inputs": ["d", "a"], "classes": ["b"]}
    with pytest.raises(DataError, match="--offset"):
        recipe().system().open(tmp_path, offset=5000)


def test_offset_and_limit_choose_training_points(tmp_path):
    whole, some = recipe().system(), recipe().system()
    whole.open(tmp_path)
    some.open(tmp_path, offset=5, limit=7)
    assert (some.sets[0].inputs == whole.sets[0].inputs[5:12]).all()


def test_an_activation_each():
    with pytest.raises(RecipeError, match="1 widths need as many activations, not 3"):
        load_recipe("monkey-saddle-tanh", ["network.widths=[64]"])


@pytest.mark.parametrize("width", [0, -3])
def test_a_layer_has_a_width(width):
    with pytest.raises(RecipeError, match=r"network.widths.0: input should be greater than or equal to 1"):
        load_recipe("monkey-saddle", [f"network.widths=[{width}]", 'network.activations=["silu"]'])


@pytest.fixture
def write_csv(tmp_path):
    def write(text):
        (tmp_path / "points.csv").write_text(text)
        return tmp_path / "points.csv"

    return write


def test_points_keep_all_their_digits_where_a_gpu_would_halve_them(monkeypatch):
    gpu = Device("cuda", "bf16-mixed", "")
    monkeypatch.setattr("facewright.training.devices._choose", lambda wanted: gpu)
    assert choose_device("auto", load_recipe("monkey-saddle").precision).precision == "32-true"


def test_workers_that_are_spawned_can_draw_points(tmp_path):
    system = recipe().system()
    system.open(tmp_path)
    dataset = system.loader(0).dataset
    torch.testing.assert_close(pickle.loads(pickle.dumps(dataset))[3], dataset[3], rtol=0, atol=0)
