"""What YOLO sets say of themselves is read in every way that it is written."""

import pytest

from facewright.datasets.labels import BadLabel
from facewright.datasets.yolo_settings import read_yaml, stated_folder


@pytest.mark.parametrize(
    "names",
    [
        "names: ['face', \"no, face\"]",
        "names: [face, 'no, face']  # two",
        "names:\n- face\n- no, face",
        "names:\n  0: face\n  1: no, face",
        "names:\n  1: 'no, face'\n  '0': face",
        "names: {0: face, 1: 'no, face'}",
        "names: {\n  0: face,\n  1: 'no, face'\n}",
        "names: [\n  'face',\n  'no, face'\n]",
    ],
)
def test_names_are_read_in_every_way_they_are_written(names):
    text = f"path: ../set\ntrain: train/my, images\nnc: 2\n{names}\nroboflow:\n  workspace: w\n  train: 1\n"
    settings = read_yaml(text)
    assert settings["names"] == {0: "face", 1: "no, face"}
    assert settings["train"] == {0: "train/my, images"} and settings["path"] == {0: "../set"}


def test_a_sharp_in_quotes_is_no_comment():
    settings = read_yaml("names: ['face #1', b]  # it's two\nval: images/val # here\n#test: x\n")
    assert settings == {"names": {0: "face #1", 1: "b"}, "val": {0: "images/val"}}


def test_a_word_stays_one_and_an_empty_name_keeps_its_place():
    assert read_yaml("names: [no, '', 1]\nnc: 3\ntest:\n")["names"] == {0: "no", 2: "1"}
    assert read_yaml("") == {} and read_yaml("- face") == {}


@pytest.mark.parametrize("text", ["names: [face", "names:\n\t- face", "names: {[a]: b}", "\x00"])
def test_what_is_no_yaml_says_where(text):
    with pytest.raises(BadLabel, match="no YAML") as caught:
        read_yaml(text)
    assert "\n" not in str(caught.value)


def test_names_keep_their_numbers_and_parts_may_be_lists():
    settings = read_yaml("names:\n  3: face\nval: [a/images, b/images]\ntest:\n  - c\n  - d\n")
    assert settings["names"] == {3: "face"}
    assert settings["val"] == {0: "a/images", 1: "b/images"} and settings["test"] == {0: "c", 1: "d"}


def test_a_single_name_at_the_end_of_a_foreign_path_must_be_the_parts(tmp_path):
    for name in ("images", "val", "set/images"):
        (tmp_path / name).mkdir(parents=True)
    where = lambda stated: stated_folder(tmp_path, stated, ("val", "valid"))  # noqa: E731
    assert where("/home/x/val") == tmp_path / "val"
    assert where("C:\\x\\set\\images") == tmp_path / "set/images"
    assert where("/home/x/images") is None and where("../other/images") is None
    assert where("x" * 300) is None
    assert where("images") == tmp_path / "images" and where("./") == tmp_path
