"""`facewright quantise`: smaller files that say nearly what the float ones say."""

import json
import shutil

import numpy as np
import pytest
from PIL import Image

from facewright.cli.main import run
from facewright.datasets.open import open_dataset
from facewright.datasets.toy import ToySamples
from facewright.export.onnx_file import update_card
from facewright.inference.attributes import Attributes
from facewright.inference.detector import Detector
from facewright.inference.session import Session, find_model


@pytest.fixture(autouse=True)
def working_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def crops(working_folder):
    """A set in CelebA's layout, of eight toy faces that are said to smile or not."""
    rows = []
    for i, sample in enumerate(ToySamples(8, size=96)):
        Image.fromarray(sample.read()).save(working_folder / f"{i:06d}.png")
        rows.append(f"{i:06d}.png {1 if i % 2 else -1} -1")
    (working_folder / "list_attr_celeba.txt").write_text("\n".join(["8", "Smiling Bald", *rows]))
    return f"celeba:{working_folder}"


def test_attributes_in_int8_say_nearly_what_they_said(crops, capsys):
    assert run(["quantise", "attributes-nano", "--calibrate", crops, "--evaluate", crops]) == 0
    out = capsys.readouterr().out
    assert "attributes-nano-int8.onnx: " in out and "calibrated on 8 pictures" in out
    assert "float32: accuracy " in out and "int8:    accuracy " in out
    before, after = (
        Attributes(name, every=True) for name in ("attributes-nano", "attributes-nano-int8.onnx")
    )
    assert after.card.precision == "int8" and after.card.classes == before.card.classes
    assert after.card.results[crops]["by"] == "facewright quantise"
    small, large = (model.session.path.stat().st_size for model in (after, before))
    assert small < 0.5 * large
    pictures = [sample.read() for sample in ToySamples(6, seed=3, size=96)]
    said = [np.array([list(one.values()) for one in model.crops(pictures)]) for model in (before, after)]
    difference = np.abs(said[0] - said[1])
    assert 0 < difference.mean() < 0.03


def test_a_detector_goes_where_it_is_told_to(tmp_path, capsys):
    words = ["--calibrate", "toy:2?size=96", "--evaluate", "toy:3?seed=5&size=96"]
    assert run(["quantise", "detector-nano", "--output", "out/small.onnx", *words]) == 0
    assert "AP@.5" in capsys.readouterr().out
    assert Detector(tmp_path / "out" / "small.onnx").card.precision == "int8"
    assert run(["quantise", "out/small.onnx", "--calibrate", "folder:gone"]) == 2  # told before the data
    error = capsys.readouterr().err
    assert "is int8 already" in error and error.count("\n") == 1
    assert not list(tmp_path.glob("*.onnx"))


@pytest.mark.parametrize(
    ("words", "status", "sentence"),
    [
        (["--output", "small.pt"], 2, "the name of a model file ends in .onnx"),
        (["--output", "out/small.onnx", "--calibrate", "folder:gone"], 1, "gone"),  # and makes no folder
        (["--output", "out/small.onnx", "--calibrate", "toy:2", "--evaluate", "toi:4"], 2, "mean 'toy'"),
        (["--calibrate", "toi:4"], 2, "did you mean 'toy'"),
        (["--calibrate", "toy:2", "--evaluate", "folder:gone"], 1, "gone"),
        (["--calibrate", "toy:2"], 1, "or give --calibrate and --evaluate"),  # its own sets are not here
    ],
)
def test_mistakes_are_one_sentence(words, status, sentence, tmp_path, capsys):
    assert run(["quantise", "face-or-not", *words]) == status
    error = capsys.readouterr().err
    assert sentence in error and error.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_the_float_model_is_not_written_over(tmp_path, capsys):
    before = find_model("detector-nano").read_bytes()
    (tmp_path / "face.onnx").write_bytes(before)
    (tmp_path / "link.onnx").symlink_to("face.onnx")
    words = ["--calibrate", "toy:2?size=96", "--evaluate", "toy:3?size=96"]
    for target in ("face.onnx", "./face.onnx", "link.onnx"):
        assert run(["quantise", "face.onnx", "--output", target, *words]) == 2
        assert "is one of the inputs; give another name" in capsys.readouterr().err
    assert (tmp_path / "face.onnx").read_bytes() == before


def test_a_folder_that_cannot_be_made_is_told_before_the_work(tmp_path, capsys):
    (tmp_path / "out").touch()
    words = ["--calibrate", "toy:2?size=96", "--evaluate", "toy:3?size=96"]
    assert run(["quantise", "detector-nano", "--output", "out/small.onnx", *words]) == 2
    assert "--output out: cannot be made a folder" in capsys.readouterr().err


def test_a_card_that_names_no_data_asks_for_it(colour_attributes, capsys):
    assert run(["quantise", str(colour_attributes)]) == 2
    assert "names no such data: give --calibrate" in capsys.readouterr().err


def test_pictures_that_a_model_labelled_are_taken_from_their_set(crops, working_folder, capsys):
    """What it found need not be here; crops that were cut from a set are taken as they were cut."""
    trained = {f"found:gone.jsonl?of={crops}&least=.75": 1, "aligned:toy:3": 2}
    recipe = json.dumps({"data": {"train": trained, "validation": [f"found:gone.jsonl?of={crops}"]}})
    file = shutil.copy(find_model("attributes-nano"), working_folder / "taught.onnx")
    update_card(file, Session(file).card.model_copy(update={"recipe": recipe}))
    assert run(["quantise", str(file)]) == 0
    out, pictures = capsys.readouterr().out, 8 + len(open_dataset("aligned:toy:3"))
    assert f"calibrated on {pictures} pictures" in out and f"on {crops} (8 pictures)" in out
