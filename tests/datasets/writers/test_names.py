"""Names of pictures and their groups, in a set that was written."""

import csv
from pathlib import Path

import pytest
from PIL import Image

from facewright.core.errors import DataError
from facewright.datasets.open import open_dataset
from facewright.datasets.sample import Dataset
from facewright.datasets.writers.convert import convert

from .conftest import sample


def held(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_names_stay_as_far_as_they_can_and_groups_are_kept(tmp_path):
    names = ["train/a b.png", "valid/A b.png", "valid/ü.png", "clip#3", "u\u0308.png"]
    dataset = Dataset("set", [sample(name, group="Ada" * (i < 2)) for i, name in enumerate(names)])
    found = convert(dataset, f"voc:{tmp_path / 'voc'}")
    assert held(tmp_path / "voc" / "images") == [
        "A b-2.png", "a b.png", "clip#3.png", "u\u0308-2.png", "ü.png"
    ]  # fmt: skip
    with (tmp_path / "voc" / "facewright.csv").open(encoding="utf-8") as file:
        assert list(csv.reader(file))[:3] == [
            ["picture", "group", "from"], ["a b.png", "Ada", names[0]], ["A b-2.png", "Ada", names[1]]
        ]  # fmt: skip
    assert [s.group for s in open_dataset(found.data)].count("Ada") == 2
    convert(dataset, f"fddb:{tmp_path / 'fddb'}")
    assert "a_b.png" in held(tmp_path / "fddb" / "images")


@pytest.mark.parametrize("kind", ["coco", "voc", "yolo", "wider", "fddb"])
def test_names_that_a_label_file_would_take_for_something_else(tmp_path, kind):
    names = [
        "a\rb.png",
        "a\nb.png",
        "a\u2028b.png",
        "\ufeffc.png",
        "d\uffff.png",
        "-x.png",
        "#.png",
        "%20.png",
    ]
    dataset = Dataset("set", [sample(name, group=Path(name).stem) for name in names])
    after = open_dataset(convert(dataset, f"{kind}:{tmp_path / kind}").data)
    assert not after.problems
    assert sorted(s.group for s in after) == sorted(Path(name).stem for name in names)


def test_fddb_finds_pictures_whose_ending_is_in_capitals(tmp_path):
    Image.new("RGB", (80, 60)).save(tmp_path / "A.JPG")
    dataset = Dataset("set", [sample("A.JPG", picture=tmp_path / "A.JPG")])
    found = convert(dataset, f"fddb:{tmp_path / 'fddb'}")
    assert held(tmp_path / "fddb" / "images") == ["A.jpg"] and len(open_dataset(found.data)) == 1
    convert(dataset, f"coco:{tmp_path / 'coco'}")
    assert held(tmp_path / "coco" / "images") == ["A.JPG"]


def test_no_table_is_written_where_the_names_say_all(tmp_path):
    convert(Dataset("set", [sample("x/a.png", group="a")]), f"coco:{tmp_path / 'a'}")
    assert held(tmp_path / "a") == ["annotations.json", "images/a.png"]


def test_groups_are_found_beside_parts_of_a_set_too(tmp_path):
    for part in ("train", "val"):
        dataset = Dataset(part, [sample(f"{part}-{i}.png", group="Ada") for i in range(2)])
        convert(dataset, f"yolo:{tmp_path / 'faces' / part}")
    for text in ("yolo:faces", "yolo:faces?split=val"):
        assert {s.group for s in open_dataset(text, root=tmp_path)} == {"Ada"}


def test_groups_are_found_by_whatever_opens_the_set(tmp_path):
    dataset = Dataset("set", [sample("1.png", group="Ada"), sample("2.png", group="Ada")])
    for kind, opened in (
        ("wider", "wider_face_split/wider_face_train_bbx_gt.txt"), ("coco", "annotations.json"),
        ("yolo", "data.yaml"),
    ):  # fmt: skip
        convert(dataset, f"{kind}:{tmp_path / kind}")
        assert [s.group for s in open_dataset(f"{kind}:{kind}/{opened}", root=tmp_path)] == ["Ada", "Ada"]


def test_a_table_of_groups_that_is_none_is_said(tmp_path):
    convert(Dataset("set", [sample()]), f"coco:{tmp_path / 'a'}")
    for text in ("x,y\n1,2\n", "picture,group,from\na\n", "", f"picture,group,from\n{'x' * 200_000},a,a\n"):
        (tmp_path / "a" / "facewright.csv").write_text(text)
        with pytest.raises(DataError, match="not the groups of a set"):
            open_dataset(f"coco:{tmp_path / 'a'}")
