"""A part of a YOLO set is what data.yaml, its folders or lists of pictures say."""

import pytest

from facewright.core.errors import DataError
from facewright.datasets.yolo import read
from facewright.datasets.yolo_parts import stated_place

ROW = "0 0.5 0.5 0.2 0.5\n"


@pytest.fixture
def made(draw, write):
    """`made("images/a", ...)` draws these pictures with a label of one face each."""

    def make(*stems):
        for stem in stems:
            draw(f"{stem}.png")
            write(f"{stem.replace('images', 'labels')}.txt", ROW)

    return make


def names(path, **options):
    return [sample.name.removesuffix(".png") for sample in read(path, **options)]


def test_a_single_name_at_the_end_of_a_foreign_path_must_be_the_parts(tmp_path):
    for name in ("images", "val", "set/images"):
        (tmp_path / name).mkdir(parents=True)
    where = lambda stated: stated_place(tmp_path, stated, ("val", "valid"))  # noqa: E731
    assert where("/home/x/val") == tmp_path / "val"
    assert where("C:\\x\\set\\images") == tmp_path / "set/images"
    assert where("/home/x/images") is None and where("../other/images") is None
    assert where("x" * 300) is None
    assert where("images") == tmp_path / "images" and where("./") == tmp_path


def test_a_part_may_be_a_list_of_pictures(tmp_path, made, write):
    made("images/a", "images/b", "images/deep/c", "images/d")
    write("data.yaml", "train: train.txt\nval: [val.txt, images/deep]\nnames: [face]\n")
    write("train.txt", "\ufeff./images/b.png\r\nimages/a.png\r\n\r\nimages/b.png\r\n")
    write("val.txt", "images/d.png\n")
    assert names(tmp_path, split="train") == ["images/b", "images/a"]
    assert names(tmp_path / "data.yaml", split="val") == ["images/d", "images/deep/c"]
    assert len(names(tmp_path)) == 4
    assert not read(tmp_path, split="train").problems


@pytest.mark.parametrize(
    "line",
    [
        "/home/x/set/images/train/a.png",
        "C:\\x\\set\\images\\train\\a.png",
        "data/images/train/a.png",  # as CVAT writes it
        "images/train/a.png",
        "../images/train/a.png",
        "./../images/./train/a.png",
    ],
)
@pytest.mark.parametrize("place", ["train.txt", "lists/train.txt"])
def test_a_list_leads_to_its_pictures_from_its_folder_the_sets_or_another_computer(
    tmp_path, made, write, line, place
):
    made("set/images/train/a", "set/images/val/a")
    write("set/data.yaml", f"train: {place}\n")
    write(f"set/{place}", line)
    assert names(tmp_path / "set", split="train") == ["images/train/a"]


def test_a_list_itself_may_be_of_another_computer_and_lie_beside_the_set(tmp_path, made, write):
    made("set/images/a", "other/images/b")
    write("set/val.txt", "images/a.png")
    write("set/lists/t.txt", f"{tmp_path}/other/images/b.png")
    write("set/data.yaml", "train: /home/x/set/lists/t.txt\nval: /home/x/val.txt\n")
    assert names(tmp_path / "set", split="val") == ["images/a"]
    beside = read(tmp_path / "set", split="train")
    assert [sample.name for sample in beside] == ["../other/images/b.png"] and len(beside[0].boxes) == 1


def test_what_a_list_names_and_is_not_there_is_told_not_guessed(tmp_path, made, write):
    made("a", "images/b")
    write("data.yaml", "train: train.txt\n")
    write("train.txt", "gone/a.png\nimages/b.png\nimages\nx\0.png\n")
    found = read(tmp_path, split="train")
    assert [sample.name for sample in found] == ["images/b.png"]
    told = [problem.message.partition(" does")[0] for problem in found.problems]
    assert told == ["line 1: picture gone/a.png", "line 3: picture images", "line 4: picture x\0.png"]


def test_labels_of_pictures_in_other_lists_are_no_orphans(tmp_path, made, write):
    made("a", "b")
    write("gone.txt", ROW)
    write("data.yaml", "train: train.txt\n")
    write("train.txt", "a.png")
    found = read(tmp_path, split="train")
    assert [sample.name for sample in found] == ["a.png"]
    assert [problem.path for problem in found.problems] == [str(tmp_path / "gone.txt")]


def test_a_list_must_be_text(tmp_path, made, write):
    made("images/a")
    write("data.yaml", "train: train.txt\n")
    (tmp_path / "train.txt").write_bytes(b"\xff\xfe\x00\x9f")
    with pytest.raises(DataError, match=r"train\.txt: not a text file; a list of pictures is text"):
        read(tmp_path, split="train")


def test_without_data_yaml_folders_say_the_part_or_else_a_list(tmp_path, made, write):
    made("obj_train_data/a", "obj_train_data/b")
    write("obj.names", "face\n")
    write("train.txt", "data/obj_train_data/a.png\n")
    write("validation.txt", "data/obj_train_data/b.png\n")
    assert names(tmp_path, split="train") == ["obj_train_data/a"]
    assert names(tmp_path, split="val") == names(tmp_path, split="valid") == ["obj_train_data/b"]
    made("images/train/c")
    assert names(tmp_path, split="train") == ["images/train/c"]
    with pytest.raises(DataError, match="of split test"):
        read(tmp_path, split="test")


def test_a_folder_that_data_yaml_names_and_is_gone_is_told(tmp_path, made, write):
    made("a/images/1", "train/images/2")
    write("data.yaml", "train: [a/images, b/images]\n")
    found = read(tmp_path, split="train")
    assert [sample.name for sample in found] == ["a/images/1.png"]
    assert [p.message for p in found.problems] == ["b/images, which data.yaml names for train, is not there"]
    write("data.yaml", "train: gone.txt\n")
    found = read(tmp_path, split="train")
    assert [sample.name for sample in found] == ["train/images/2.png"] and len(found.problems) == 1
