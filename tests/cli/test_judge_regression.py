"""A regression from its recipe to a model file, and that file judged on a table."""

import json

import numpy as np
import pytest

from facewright.cli.judge_regression import judge
from facewright.cli.main import run
from facewright.core.errors import DataError
from facewright.datasets.points import open_points
from facewright.inference.regressor import Regressor

SET = [
    "steps=40", "stages.0.rounds=2", 'data.train={"saddle:200"=1}', 'data.validation=["saddle:50?seed=1"]',
    "network.widths=[8]", 'network.activations=["tanh"]',
]  # fmt: skip


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run") / "saddle"
    words = ["--output", str(folder), "--device", "cpu", "--threads", "1", "--set", *SET]
    assert run(["train", "monkey-saddle", *words]) == 0
    assert run(["export", str(folder), "--evaluate", "saddle:40?seed=3"]) == 0
    return folder / "monkey-saddle.onnx"


def test_the_card_of_an_exported_file_says_what_evaluate_does(model, tmp_path):
    assert judge(str(model), "saddle:40?seed=3", json=str(tmp_path / "figures.json"), threads=1) == 0
    figures = json.loads((tmp_path / "figures.json").read_text())
    results = Regressor(model).card.results["saddle:40?seed=3"]
    assert results["rmse"] == pytest.approx(figures["rmse"]) and results["points"] == 40


def test_the_figures_are_those_of_the_files_own_predictions(model, tmp_path, capsys):
    text = "saddle:300?seed=5"
    table = open_points(text)
    errors = Regressor(model, threads=1)(table.inputs) - table.target.astype(float)
    html = tmp_path / "page.html"
    assert judge(str(model), text, json=str(tmp_path / "figures.json"), html=html, threads=1) == 0
    said, figures = capsys.readouterr().out, json.loads((tmp_path / "figures.json").read_text())
    assert figures["rmse"] == pytest.approx(float(np.sqrt(np.mean(errors**2))))
    assert figures["points"] == 300 and figures["task"] == "regression"
    assert f"{figures['rmse']:.6g}" in said and "root of the mean squared error" in said
    assert "<svg" in html.read_text(encoding="utf-8")


def test_the_card_knows_its_columns_and_what_it_learnt_from(model):
    card = Regressor(model, threads=1).card
    assert card.inputs == ["x", "y"] and card.classes == ["z"]
    assert [(s.name, s.points) for s in card.data] == [("saddle:200", 200)]
    assert card.terms.startswith("free")


def test_a_table_is_read_by_the_names_of_its_columns(model, tmp_path, capsys):
    table = open_points("saddle:20")
    rows = np.column_stack([table.inputs[:, 1], np.zeros(20), table.inputs[:, 0], table.target])
    path = tmp_path / "a.csv"
    np.savetxt(path, rows, fmt="%.9g", delimiter=",", header="y,other,x,z", comments="")
    for data in (f"csv:{path}", "saddle:20"):
        assert judge(str(model), data, json="-", threads=1) == 0
    first, second = (text for text in capsys.readouterr().out.split("\n}\n") if text)
    assert json.loads(first + "}")["rmse"] == json.loads(second + "}")["rmse"]
    path.write_text("a,b,z\n1,2,3\n")
    with pytest.raises(DataError, match="no column 'x'"):
        judge(str(model), f"csv:{path}")


def test_a_limit_is_told(model, capsys):
    assert judge(str(model), "saddle:30", limit=10, threads=1) == 0
    assert "Points: 10 of 30, spread evenly." in capsys.readouterr().out
