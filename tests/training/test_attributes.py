"""Attributes are learnt from a folder in CelebA's layout, and a run exports to a file that agrees."""

import json
import shutil
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
import torch
from pydantic import ValidationError
from rich.console import Console
from torch.nn import functional

from facewright.core.attributes import CELEBA, S1
from facewright.core.errors import DataError, ModelError, RecipeError, UsageError
from facewright.doctor.network.subject import Network
from facewright.doctor.sources.looking import Looking
from facewright.doctor.sources.open import open_subjects
from facewright.export.run_folder import card_of, read_network, read_run
from facewright.inference.attributes import Attributes
from facewright.models.crop_net import CropNet
from facewright.tasks.attributes.batch import Batch
from facewright.tasks.attributes.distil import distillation_loss
from facewright.training.attributes import AttributesRecipe, AttributesSystem
from facewright.training.loading import load_recipe
from facewright.training.run import train


def recipe_table(celeba):
    return {
        "name": "tiny",
        "attributes": ["Smiling", "Male"],
        "network": {"name": "crop-net"},
        "data": {
            "train": {f"celeba:{celeba}?split=train": 1},
            "validation": [f"celeba:{celeba}?split=val"],
            "workers": 0,
        },
        "steps": 60,
        "stages": [{"rounds": 1, "side": 32, "batch": 8, "mirror": 0.5, "shift": 0.05}],
        "optimiser": {"warmup": 5, "clip": 10},
        "lean": 0.5,
    }


@pytest.fixture
def tiny(celeba) -> AttributesRecipe:
    return AttributesRecipe.model_validate(recipe_table(celeba))


def taught_by(recipe, *weights, **how):
    taught = {"teacher": {"weights": list(weights), **how}, "loss": {"teacher": 1.0}}
    return AttributesRecipe.model_validate(recipe.model_dump() | taught)


def test_it_learns_what_can_be_seen_and_the_card_says_how_to_read_it(tiny, tmp_path):
    system = AttributesSystem(tiny)
    system.open(tmp_path)
    torch.manual_seed(0)
    network = system.network()
    optimiser = torch.optim.Adam(network.parameters(), 3e-3)
    for batch in system.loader(0):
        optimiser.zero_grad()
        system.loss(network, batch)["attributes"].backward()
        optimiser.step()
    figures = system.validate(network.eval())
    assert set(figures) == set(system.figures) and figures["ap"] > 0.95
    calibration = system.calibrate(network, tmp_path)
    card = system.card()
    assert card["classes"] == ["Smiling", "Male"] and card["side"] == 32
    assert len(calibration["slope"]) == 2 and min(calibration["slope"]) > 0
    assert system.sheet(batch).ndim == 3
    plain = AttributesSystem(tiny.model_copy(update={"lean": "none"}))
    assert plain.calibrate(network, tmp_path) == {}


def test_a_finished_network_is_judged_over_all_over_s1_and_one_by_one(tiny, tmp_path):
    for classes, of_s1 in ((["Smiling", "Male"], False), ("all", True)):
        system = AttributesSystem(tiny.model_copy(update={"attributes": classes}))
        system.open_validation(tmp_path)
        figures = system.judge(system.network().eval())
        assert set(figures) == set(system.judge_figures)
        assert ("s1/ap" in figures) is ("calibrated/s1/f1" in figures) is of_s1
    mean = sum(figures[f"accuracy/{name}"] for name in S1) / len(S1)
    assert figures["s1/accuracy"] == pytest.approx(mean)


def test_a_crop_is_a_function_of_its_number_and_carries_its_pictures_labels(tiny, tmp_path):
    system = AttributesSystem(tiny)
    system.open(tmp_path)
    first, again = (next(iter(system.loader(0))) for _ in range(2))
    assert torch.equal(first.pixels, again.pixels) and torch.equal(first.labels, again.labels)
    bright = first.pixels.float().mean((1, 2, 3)) > 100
    assert torch.equal(bright, first.labels[:, 0] == 1)
    red = first.pixels[:, 0].float().mean((1, 2)) - first.pixels[:, 1].float().mean((1, 2)) > 30
    assert torch.equal(red, first.labels[:, 1] == 1)


def test_lists_of_attributes(tiny):
    assert tiny.classes == ("Smiling", "Male")
    assert tiny.model_copy(update={"attributes": "s1"}).classes == S1
    assert load_recipe("attributes-resnet15", ["attributes=all"]).classes == CELEBA
    with pytest.raises(RecipeError, match="names each attribute once"):
        load_recipe("attributes-resnet15", ['attributes=["Male","Male"]'])
    with pytest.raises(RecipeError, match="network"):
        load_recipe("attributes-resnet15", ["network.name=resnet16"])


def test_an_attribute_that_no_picture_has_and_a_wrong_set_are_said(tiny, tmp_path):
    system = AttributesSystem(tiny.model_copy(update={"attributes": ["Smilling"]}))
    with pytest.raises(DataError, match="no training picture says Smilling; did you mean 'Smiling'"):
        system.open(tmp_path)
    data = tiny.data.model_copy(update={"tight": {"celeba-alinged/train": (0, 0, 1, 1)}})
    with pytest.raises(DataError, match=r"data\.tight: celeba-alinged/train is not in data\.train"):
        AttributesSystem(tiny.model_copy(update={"data": data})).open(tmp_path)


@pytest.fixture(scope="module")
def teachers(celeba, tmp_path_factory):
    """Two runs of a step or two, of other networks, sides and orders of attributes."""
    root = tmp_path_factory.mktemp("teachers")
    for i, (size, classes) in enumerate([("nano", ["Male", "Bald", "Smiling"]), ("small", "all")]):
        table = recipe_table(celeba) | {"name": f"teacher-{i}", "attributes": classes, "steps": 2}
        table |= {
            "network": {"name": "crop-net", "size": size},
            "stages": [{"rounds": 1, "side": 32 + 16 * i}],
        }
        made = AttributesRecipe.model_validate(table)
        quiet = Console(quiet=True)
        train(made, root / str(i), device="cpu", threads=1, cache=root / "cache", console=quiet)
    return [str(root / "0"), str(root / "1")]


def test_teachers_of_other_networks_sides_and_orders_answer_as_their_mean(tiny, teachers, tmp_path):
    system = taught_by(tiny, *teachers).system()
    system.open(tmp_path)
    batch = next(iter(system.loader(0)))
    network = system.network().eval()
    terms = system.loss(network, batch)
    assert tuple(terms) == tuple(system.terms) == ("attributes", "teacher")
    said = []
    for folder in teachers:
        run = read_run(Path(folder))
        own = run.recipe.system()
        classes = own.card()["classes"]
        pixels = functional.interpolate(batch.pixels.float(), [run.recipe.side] * 2, mode="bilinear")
        logits = read_network(run, own)(pixels)[:, [classes.index(name) for name in tiny.classes]]
        said.append(logits.sigmoid())
    expected = distillation_loss(network(batch.pixels.float()), (said[0] + said[1]) / 2)
    assert terms["teacher"].item() == pytest.approx(expected.item(), rel=1e-4)
    terms["teacher"].backward()
    assert all(p.grad is None for teacher in system.teachers for p in teacher.network.parameters())


def test_mirrored_teachers_say_of_a_crop_and_of_its_mirror_image_the_same(tiny, teachers, tmp_path):
    once, twice = (taught_by(tiny, teachers[0], mirrored=both).system() for both in (False, True))
    for system in (once, twice):
        system.open(tmp_path)
    batch = next(iter(once.loader(0)))
    turned = batch._replace(pixels=batch.pixels.flip(-1))
    logits = torch.zeros(len(batch.labels), len(tiny.classes), requires_grad=True)

    def pull(system, batch):
        """What the teacher's mean answer is, to one constant: of a student that has no opinion."""
        loss = system.loss(lambda _: logits, batch)["teacher"]
        return torch.autograd.grad(loss, logits)[0]

    both = (pull(once, batch) + pull(once, turned)) / 2
    assert not torch.allclose(pull(once, batch), pull(once, turned), rtol=1e-4)
    torch.testing.assert_close(pull(twice, batch), both, rtol=1e-4, atol=1e-8)
    torch.testing.assert_close(pull(twice, turned), both, rtol=1e-4, atol=1e-8)


def test_teachers_in_turn_say_of_each_crop_what_one_of_them_says_of_it_or_its_mirror_image(
    tiny, teachers, tmp_path
):
    system = taught_by(tiny, *teachers, mirrored=True, in_turn=True).system()
    system.open(tmp_path)
    pixels = next(iter(system.loader(0))).pixels.float()
    logits = torch.zeros(len(pixels), len(tiny.classes), requires_grad=True)
    batch = Batch(pixels, torch.full_like(logits, -1))
    pull = torch.autograd.grad(system.loss(lambda _: logits, batch)["teacher"], logits)[0]
    said = 0.5 - pull * logits.numel()  # the gradient of binary cross-entropy at one half
    first, second = system.teachers
    expected = [first(pixels), first(pixels.flip(-1)), second(pixels), second(pixels.flip(-1))]
    assert len(pixels) > 4
    for i, row in enumerate(said):
        torch.testing.assert_close(row, expected[i % 4][i], rtol=1e-3, atol=1e-4)


def test_what_is_told_nothing_learns_from_the_teacher_alone(tiny, teachers, tmp_path):
    system = taught_by(tiny, teachers[0]).system()
    system.open(tmp_path)
    batch = next(iter(system.loader(0)))
    unknown = batch._replace(labels=torch.full_like(batch.labels, -1))
    network = system.network()
    terms = system.loss(network, unknown)
    assert terms["attributes"].item() == 0 and terms["teacher"].item() > 0
    terms["teacher"].backward()
    assert network.head.weight.grad.any()


def test_a_taught_run_names_every_teacher(tiny, teachers, tmp_path):
    recipe = taught_by(tiny, *teachers).model_copy(update={"steps": 1})
    folder = tmp_path / "run"
    said = StringIO()
    train(recipe, folder, device="cpu", threads=1, cache=tmp_path, console=Console(file=said, width=200))
    assert [f"taught by {teacher}, a network of" in said.getvalue() for teacher in teachers] == [True, True]
    record = json.loads((folder / "run.json").read_text())
    assert [teacher["weights"] for teacher in record["teachers"]] == teachers
    run = read_run(folder)
    terms = card_of(run, run.recipe.system(), read_network(run, run.recipe.system())).terms
    assert "taught by teacher-0 (" in terms and "taught by teacher-1 (" in terms
    gone = json.loads((folder / "recipe.json").read_text())
    gone["teacher"]["weights"] = ["runs/gone"]  # which the doctor needs as little as export does
    (tmp_path / "looked-at").mkdir()
    for file in folder.iterdir():
        shutil.copy(file, tmp_path / "looked-at")
    (tmp_path / "looked-at" / "recipe.json").write_text(json.dumps(gone))
    subjects = open_subjects(str(tmp_path / "looked-at"), Looking(cache=tmp_path))
    assert any(isinstance(subject, Network) for subject in subjects)
    again = train(
        recipe, folder, resume=True, device="cpu", threads=1, cache=tmp_path, console=Console(quiet=True)
    )
    assert again.is_file()


def test_a_shipped_model_teaches(tiny, tmp_path):
    system = taught_by(tiny, "attributes-nano").system()
    system.open(tmp_path)
    (teacher,) = system.teachers
    assert teacher.side == 96
    described = Attributes("attributes-nano", threads=1)
    crops = np.random.default_rng(0).integers(0, 256, (3, 80, 80, 3), np.uint8)
    pixels = torch.from_numpy(crops).permute(0, 3, 1, 2).float()
    file = np.array([[told[name] for name in tiny.classes] for told in described.crops(crops)])
    calibration, order = described.card.calibration, [CELEBA.index(name) for name in tiny.classes]
    logits = torch.special.logit(teacher(pixels).double()).numpy()
    own = logits * np.array(calibration["slope"])[order] + np.array(calibration["offset"])[order]
    assert 1 / (1 + np.exp(-own)) == pytest.approx(file, abs=1e-3)


def test_a_teacher_that_cannot_teach_is_one_sentence(tiny, celeba, teachers, tmp_path):
    def opened(name, classes=("Smiling", "Male")):
        recipe = taught_by(tiny, name).model_copy(update={"attributes": list(classes)})
        recipe.system().open(tmp_path)

    with pytest.raises(RecipeError, match=r"teacher: .*0 knows no Bold; did you mean 'Bald'\?"):
        opened(teachers[0], ["Male", "Bold"])
    with pytest.raises(RecipeError, match="teacher: detector-nano is made for detection; give a model for"):
        opened("detector-nano")
    with pytest.raises(ModelError, match="attributes-nan"):
        opened("attributes-nan")
    with pytest.raises(ModelError, match=r"gone\.onnx: no such model file"):
        opened(str(tmp_path / "gone.onnx"))
    other = shutil.copytree(teachers[0], tmp_path / "other")
    shutil.copy(Path(teachers[1]) / "weights.safetensors", other)
    with pytest.raises(
        RecipeError, match=r"teacher: .*other is not what its recipe makes: \d+ arrays do not"
    ):
        opened(str(other))
    with pytest.raises(RecipeError, match=r"loss\.teacher is above 0, but no \[teacher\] is there"):
        load_recipe("attributes-nano", ["loss.teacher=1"])
    with pytest.raises(RecipeError, match=r"\[teacher\] teaches nothing, as loss\.teacher is 0"):
        load_recipe("attributes-nano", ['teacher.weights=["attributes-small"]'])


@pytest.mark.parametrize(
    ("name", "side"), [("resnet15", 128), ("resnet15", 48), ("crop-net", 8), ("plain-cnn", 96)]
)
def test_crops_that_a_network_cannot_look_at_are_refused(tiny, name, side):
    table = tiny.model_dump() | {"network": {"name": name}, "stages": [{"rounds": 1, "side": side}]}
    with pytest.raises(ValidationError, match=rf"stages\.0\.side: {name} takes crops of .*, not {side}"):
        AttributesRecipe.model_validate(table)


def test_places_begin_with_what_the_mean_said(tiny):
    mean = AttributesSystem(tiny).network()
    table = tiny.model_dump() | {"network": {"name": "crop-net", "places": 2, "grow": True}}
    system = AttributesSystem(AttributesRecipe.model_validate(table))
    assert system.needs_weights
    network = system.network()
    system.take(network, mean.state_dict())
    pixels = torch.rand(3, 3, 32, 32) * 255
    torch.testing.assert_close(network.eval()(pixels), mean.eval()(pixels))


def test_weights_of_another_network_do_not_grow(tiny):
    table = tiny.model_dump() | {"network": {"name": "crop-net", "places": 2, "grow": True}}
    system = AttributesSystem(AttributesRecipe.model_validate(table))
    others = CropNet(len(tiny.classes), "small", places=2, side=32).state_dict()
    with pytest.raises(UsageError, match=r"arrays do not fit"):
        system.take(system.network(), others)


def test_places_want_one_side_that_has_them(tiny):
    table = tiny.model_dump() | {"network": {"name": "crop-net", "places": 3}}
    for sides in ([32], [64, 80]):
        stages = [{"rounds": 1, "side": side} for side in sides]
        with pytest.raises(ValidationError, match=r"network\.places: 3 x 3 .* of 48 pixels or more"):
            AttributesRecipe.model_validate(table | {"stages": stages})
    recipe = AttributesRecipe.model_validate(table | {"stages": [{"rounds": 1, "side": 64}]})
    assert recipe.system().network().head.in_features == 88 * 9


@pytest.mark.parametrize("region", [(0.5, 0.2, 0.5, 0.9), (0.9, 0.2, 0.5, 0.9), (0, 0, 1.2, 1)])
def test_a_framing_outside_the_picture_or_of_no_size_is_refused(tiny, region):
    data = tiny.data.model_dump()
    with pytest.raises(ValidationError, match="must be shares with 0 <= x0 < x1 <= 1"):
        AttributesRecipe.model_validate(
            tiny.model_dump() | {"data": data | {"tight": dict.fromkeys(data["train"], region)}}
        )
