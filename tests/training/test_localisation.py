import numpy as np
import pytest
import torch

from facewright.core.errors import DataError, RecipeError
from facewright.datasets.open import open_dataset
from facewright.inference.card import Card
from facewright.tasks.localisation.coding import CellDecode, CornerDecode
from facewright.training.loading import load_recipe
from facewright.training.localisation import LocalisationRecipe
from facewright.training.run import train

TOYS = "toy:40?seed=0&size=96"
FACELESS = {"data": {"train": {TOYS: 1.0}, "validation": [TOYS], "workers": 0}}
OURS = {"box": 2.0, "presence": 1.0, "where": 0.3}


def drawn(name, *changes):
    """A shipped recipe for a few steps on drawn faces."""
    toys = (
        f'data.train={{"{TOYS}"=1}}',
        f'data.validation=["{TOYS}", "shifted:toy:9?copies=2"]',
        "data.faceless=[]",
        "data.validation_faceless=[]",
        "data.workers=0",
    )
    return load_recipe(name, [*toys, *changes]).shortened()


def made(**changes):
    table = {
        "name": "tiny",
        "data": FACELESS["data"],
        "stages": [{"kind": "frames", "rounds": 1, "batch": 2, "canvas": 64, "smallest": 8}],
        "loss": OURS,
    }
    return LocalisationRecipe.model_validate(table | changes)


@pytest.mark.parametrize("name", ["box-regression", "box-regression-dense", "box-localiser"])
def test_every_recipe_trains_for_a_few_steps(name, tmp_path):
    recipe = drawn(name)
    train(recipe, tmp_path / "run", device="cpu", threads=1, cache=tmp_path)
    header, *rows = (tmp_path / "run" / "metrics.csv").read_text().splitlines()
    for figure in ("val/iou", "val/hits", "val/ap50", *(f"train/{term}" for term in recipe.system().terms)):
        assert figure in header.split(",")
    assert rows
    assert (tmp_path / "run" / "weights.safetensors").is_file()


def test_only_what_is_weighed_is_a_term():
    assert drawn("box-regression").system().terms == ["squared"]
    assert drawn("box-localiser").system().terms == ["box", "presence", "where"]


def test_as_described_and_ours_differ_in_how_they_see_and_answer():
    described, ours = drawn("box-regression"), drawn("box-localiser")
    assert (described.side, described.framing) == (128, "squash")
    assert (ours.side, ours.framing) == (128, "letterbox")
    card = Card(name="x", task="localisation", version="0", parameters=0, terms="")
    assert isinstance(described.system().decode(card), CornerDecode)
    assert isinstance(ours.system().decode(card), CellDecode)
    assert ours.system().card() == {"task": "localisation", "side": 128, "framing": "letterbox"}


def test_pictures_with_several_faces_are_left_out_and_said(tmp_path):
    system = made().system()
    system.open(tmp_path, limit=20)
    (dataset,) = system.sets
    counts = [len(sample.boxes) for sample in open_dataset(TOYS)][:20]
    assert len(dataset) == counts.count(1) > 0
    assert str(dataset.problems[-1]) == (
        f"{TOYS}: {20 - counts.count(1)} of 20 pictures hold no face or several; left out"
    )


def test_a_set_without_single_faces_is_an_error(tmp_path):
    data = {"train": {"toy:1?seed=0&size=96": 1.0}, "validation": [TOYS], "workers": 0}
    with pytest.raises(DataError, match="no picture with exactly one face among its 1"):
        made(data=data).system().open(tmp_path)


def test_a_round_is_the_same_again_and_the_next_one_another(tmp_path):
    recipe = made(steps=2, stages=[{"kind": "frames", "rounds": 2, "batch": 2, "canvas": 64}])
    system = recipe.system()
    system.open(tmp_path)
    first, again, next_ = (torch.cat([b.pixels for b in system.loader(r)]) for r in (0, 0, 1))
    assert first.shape == (4, 3, 64, 64)
    assert torch.equal(first, again)
    assert not torch.equal(first, next_)


def test_validation_gives_exactly_the_figures(tmp_path):
    data = FACELESS["data"] | {"validation_limit": 5}
    system = made(data=data).system()
    system.open(tmp_path)
    with torch.inference_mode():
        figures = system.validate(system.network().eval())
    assert list(figures) == list(system.figures) == ["iou", "hits", "ap50", TOYS]
    assert all(0 <= value <= 1 for value in figures.values())


def test_finding_gives_at_most_one_face_in_the_picture():
    system = made().system()
    picture = np.random.default_rng(0).integers(0, 256, (50, 90, 3), np.uint8)
    found = system.find(system.network().eval(), picture, 0.0)
    assert len(found) == 1
    assert (found.width, found.height) == (90, 50)
    assert len(system.find(system.network().eval(), picture, 0.0, max_faces=0)) == 0


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        (["loss.where=1"], "loss.where is not for box-regression"),
        (["network.name=box-localiser"], "loss.squared is not for box-localiser"),
        (["loss.squared=0"], "at least one weight must be above 0"),
        (['stages=[{kind="frames", rounds=1}, {kind="whole", rounds=1}]'], "same kind and canvas"),
        (['stages=[{kind="square", rounds=1}]'], "stages"),
        (["stages.0.faceless=grey"], "faceless"),
    ],
)
def test_a_recipe_that_does_not_fit_together_is_refused(changes, why):
    with pytest.raises(RecipeError, match=why):
        load_recipe("box-regression", changes)
