"""What YOLO sets say of themselves is read in every way that it is written."""

import pytest

from facewright.datasets.labels import BadLabel
from facewright.datasets.yolo_settings import read_settings, read_yaml


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
    assert read_yaml("") == read_yaml("# nothing\n") == {}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("names: [face", "line 1: expected ',' or ']'"),
        ("nc: 1\nnames:\n\t- face", "line 3: found character '\\t'"),
        ("nc: 1\nnames: {[a]: b}", "line 2: found unhashable key"),
        ('nc: 1\ntrain: "C:\\data"', "line 2: found unknown escape character 'd'"),
        ("nc: 1\nval: a: b", "line 2: mapping values are not allowed here"),
        ("\x00", "special characters are not allowed"),
        ("names: " + "[" * 5000, "recursion"),
    ],
)
def test_what_is_no_yaml_says_where(text, why):
    with pytest.raises(BadLabel, match="no YAML") as caught:
        read_yaml(text)
    assert why in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["- face", "names:[face]", "face"])
def test_a_file_without_keys_is_no_data_yaml(text):
    with pytest.raises(BadLabel, match="has no keys"):
        read_yaml(text)


ULTRALYTICS = """\
# Ultralytics, AGPL-3.0

path: ../datasets/faces # dataset root dir
train: &here images/train # train images (relative to 'path') 128 images
val: *here
test: # test images (optional)

# Keypoints
kpt_shape: [5, 3] # number of keypoints, number of dims (2 for x,y or 3 for x,y,visible)
flip_idx: [1, 0, 2, 4, 3]

# Classes
names:
  0: face # front
  1: no

# Download script/URL (optional)
download: |
  from pathlib import Path

  # names: no list of classes
  dir = Path(yaml['path'])  # dataset root dir
  urls = [
      'a' + ('b' if True else 'c'),
  ]
  train: x
"""


@pytest.mark.parametrize("text", [ULTRALYTICS, ULTRALYTICS.replace("\n", "\r\n")])
def test_a_file_of_ultralytics_is_read_with_its_comments_scripts_and_anchors(text):
    settings = read_yaml(text)
    assert settings["path"] == {0: "../datasets/faces"} and settings["test"] == {}
    assert settings["train"] == settings["val"] == {0: "images/train"}
    assert settings["kpt_shape"] == {0: "5", 1: "3"} and settings["names"] == {0: "face", 1: "no"}


def test_a_byte_order_mark_is_none_of_the_keys(tmp_path):
    file = tmp_path / "data.yaml"
    file.write_text("names: [face]\r\n", encoding="utf-8-sig")
    assert read_settings(tmp_path, file) == {"names": {0: "face"}}


def test_names_keep_their_numbers_and_parts_may_be_lists():
    settings = read_yaml("names:\n  3: face\nval: [a/images, b/images]\ntest:\n  - c\n  - d\n")
    assert settings["names"] == {3: "face"}
    assert settings["val"] == {0: "a/images", 1: "b/images"} and settings["test"] == {0: "c", 1: "d"}
