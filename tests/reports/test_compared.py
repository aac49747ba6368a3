import json

import pytest

from facewright.inference.card import Card, TrainingSet
from facewright.reports.compared import Compared, fact_rows, recipe_rows, term_rows, trained_on


@pytest.fixture
def model(tmp_path):
    def make(name="one", recipe=None, **fields):
        path = tmp_path / f"{name}.onnx"
        path.write_bytes(bytes(2048))
        known = {"task": "detection", "version": "1", "parameters": 1234, "terms": "free"} | fields
        card = Card(name=name, recipe=json.dumps(recipe) if recipe else "", **known)
        return Compared(name, name, path, card)

    return make


def test_what_nobody_knows_is_left_out(model):
    rows = {
        row.name: row.cells
        for row in fact_rows(
            [model(), model("two", training={"seconds": 90, "best": 0.5, "chosen_by": "ap50"})]
        )
    }
    assert rows["parameters"] == ("1,234", "1,234") and rows["file"] == ("2 KiB", "2 KiB")
    assert rows["trained for"] == ("-", "90 s") and rows["best while training"] == ("-", "ap50 0.5")
    assert "steps" not in rows and "given as" not in rows


def test_only_keys_in_which_recipes_differ_and_those_that_only_one_has(model):
    one = {
        "name": "a",
        "about": "x",
        "seed": 0,
        "data": {"train": {"toy:5": 1.0}},
        "stages": [{"rounds": 1, "tiles": [2, 3]}],
    }
    other = {
        "name": "b",
        "about": "y",
        "seed": 0,
        "data": {"train": {"toy:9": 1.0}},
        "stages": [{"rounds": 2, "tiles": [2, 3]}],
        "end": "cosine",
    }
    rows = {
        row.name: row.cells for row in recipe_rows([model(recipe=one), model("two", other), model("three")])
    }
    assert rows == {
        "data.train.toy:5": ("1.0", "-", "-"),
        "stages.0.rounds": ("1", "2", "-"),
        "data.train.toy:9": ("-", "1.0", "-"),
        "end": ("-", "cosine", "-"),
    }
    assert recipe_rows([model(recipe=one), model("two")]) == []


def test_training_data_with_their_counts_and_whether_some_is_judged_by(model):
    sets = [TrainingSet(name="helen/train", pictures=1200, faces=1200, terms="research")]
    card = model(data=sets).card
    assert [row.cells for row in term_rows([model(data=sets)])] == [
        ("free",),
        ("helen/train (1,200 pictures)",),
    ]
    assert trained_on(card, "helen/train") and trained_on(card, "helen") and not trained_on(card, "helen/val")
