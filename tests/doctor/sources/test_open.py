from pathlib import Path

import pytest
from PIL import Image

from facewright.core.errors import DataError, UsageError
from facewright.datasets.toy import draw_sample
from facewright.doctor.data import Data
from facewright.doctor.examination import examine
from facewright.doctor.sets.subject import Splits
from facewright.doctor.sources.data import subjects
from facewright.doctor.sources.looking import Looking
from facewright.doctor.sources.open import meanings, open_subjects


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my.toml").touch()
    (tmp_path / "my.onnx").touch()
    (tmp_path / "notes.txt").touch()
    (tmp_path / "pictures").mkdir()
    (tmp_path / "ran").mkdir()
    (tmp_path / "ran" / "recipe.json").touch()


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("toy:6", [("data", "toy:6")]),
        ("yolo:pictures?split=train", [("data", "yolo:pictures?split=train")]),
        ("helen", [("data", "helen")]),
        ("helen/val", [("data", "helen/val")]),
        ("my.toml", [("recipe", "my.toml")]),
        ("box-localiser", [("recipe", "box-localiser")]),
        ("my.onnx", [("model", "my.onnx")]),
        ("ran", [("run", "ran")]),
        ("detector-nano", [("recipe", "detector-nano"), ("model", "detector-nano")]),
        ("recipe:detector-nano", [("recipe", "detector-nano")]),
        ("model:detector-nano", [("model", "detector-nano")]),
        ("run:elsewhere", [("run", "elsewhere")]),
    ],
)
def test_a_text_means(text: str, means: list[tuple[str, str]]) -> None:
    assert meanings(text) == means


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("box-localizer", "did you mean 'box-localiser'?"),
        ("pictures", "write the format before it, such as yolo:pictures or folder:pictures"),
        ("notes.txt", r"neither a recipe \(.toml\) nor a model \(.onnx\)"),
        ("recipe:", "says nothing to examine"),
        ("", "is empty"),
    ],
)
def test_what_means_nothing_is_wrong_usage(text: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        meanings(text)


def test_data_is_a_set_with_its_limit() -> None:
    data, whole = open_subjects("toy:9?size=64", Looking(4))
    assert isinstance(data, Data) and data.name == "toy:9?size=64" and len(data.glimpses) == 4
    assert isinstance(whole, Splits) and whole.parts == {"train": [data]}


def test_a_folder_divided_into_train_and_val_is_asked_how(tmp_path: Path) -> None:
    """The same pictures on both sides, under the same names, as one copied too many leaves them."""
    for part, pictures in (("train", range(6)), ("val", range(3, 6))):
        for folder in ("images", "labels"):
            (tmp_path / part / folder).mkdir(parents=True)
        for number in pictures:
            sample = draw_sample(0, number, 96)
            Image.fromarray(sample.read()).save(tmp_path / part / "images" / f"{number}.png")
            (tmp_path / part / "labels" / f"{number}.txt").write_text("0 .5 .5 .2 .2\n")
    whole, splits = open_subjects(f"yolo:{tmp_path}", Looking())
    assert isinstance(splits, Splits)
    assert {part: len(sets[0].dataset) for part, sets in splits.parts.items()} == {"train": 6, "val": 3}
    found = {finding.id: finding for finding in examine([whole, splits], cheap=True).findings}
    assert found["leak-picture"].evidence["pictures"] == 3
    assert found["pictures-repeated"].evidence["copies"] == 3
    alone, undivided = open_subjects(f"yolo:{tmp_path}?split=train", Looking())
    assert isinstance(undivided, Splits) and undivided.parts == {"train": [alone]}


def test_a_named_set_given_whole_brings_its_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    from facewright.datasets.open import open_dataset
    from facewright.datasets.sample import Dataset
    from facewright.doctor.sources import data as source

    parts = {"helen": 5, "helen/train": 4, "helen/val": 1, "folder:empty": 0}  # and no helen/test

    def opened(text: str) -> Dataset:
        return Dataset(text, open_dataset("toy:9?size=64").samples[: parts[text]])

    monkeypatch.setattr(source, "open_dataset", opened)
    whole, splits = subjects("helen", Looking())
    assert isinstance(whole, Data) and len(whole.dataset) == 5
    assert isinstance(splits, Splits)
    assert {part: [len(one.dataset) for one in sets] for part, sets in splits.parts.items()} == {
        "train": [4],
        "val": [1],
    }
    with pytest.raises(DataError, match="holds no picture"):
        subjects("folder:empty", Looking())
