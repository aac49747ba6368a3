"""YOLO folders are read in their layouts, with and without data.yaml."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from facewright.core.errors import DataError, UsageError
from facewright.datasets.yolo import read, read_yaml

ROW = "0 0.5 0.5 0.2 0.5\n"  # (40, 20, 60, 60) of 100x80


@pytest.mark.parametrize(
    ("picture", "label"),
    [
        ("images/a.png", "labels/a.txt"),
        ("train/images/a.png", "train/labels/a.txt"),
        ("images/train/a.png", "labels/train/a.txt"),
        ("a.png", "a.txt"),
    ],
)
def test_every_layout_is_read(tmp_path, draw, write, picture, label):
    draw(picture)
    write(label, ROW)
    dataset = read(tmp_path)
    assert [s.name for s in dataset] == [picture] and not dataset.problems
    assert dataset[0].boxes[0] == pytest.approx([40, 20, 60, 60], abs=1e-4)


def test_the_images_folder_itself_may_be_given(tmp_path, draw, write):
    draw("images/a.png")
    write("labels/a.txt", ROW)
    assert len(read(tmp_path / "images")[0].boxes) == 1


def test_splits_go_by_folder_names_or_by_what_data_yaml_says(tmp_path, draw, write):
    for split in ("train", "valid", "other"):
        draw(f"{split}/images/{split}.png")
        write(f"{split}/labels/{split}.txt", ROW)
    names = lambda **options: [Path(s.name).stem for s in read(tmp_path, **options)]  # noqa: E731
    assert names() == ["other", "train", "valid"]
    assert names(split="train") == ["train"]
    assert names(split="val") == names(split="valid") == ["valid"]
    write(
        "data.yaml", "train: C:\\Users\\X\\set/other/images\nval: ../valid/images\nnc: 1\nnames: ['face']\n"
    )
    assert names(split="train") == ["other"] and names(split="val") == ["valid"]
    assert len(read(tmp_path / "data.yaml")) == 3
    with pytest.raises(DataError, match="did you mean 'train'"):
        read(tmp_path, split="trian")


def test_classes_go_by_number_or_by_the_names_of_data_yaml(tmp_path, draw, write):
    draw("images/a.png")
    write("labels/a.txt", ROW + "1 .2 .2 .1 .1\n")
    write("data.yaml", "names:\n  - face\n  - dog\n")
    assert len(read(tmp_path)[0].boxes) == 2
    assert len(read(tmp_path, classes="face")[0].boxes) == len(read(tmp_path, classes="0")[0].boxes) == 1
    with pytest.raises(DataError, match="did you mean 'face'"):
        read(tmp_path, classes="fase")


def test_an_empty_label_is_a_faceless_picture_and_a_missing_one_is_reported(tmp_path, draw, write):
    draw("images/empty.png")
    write("labels/empty.txt", "\n")
    draw("images/none.png")
    write("labels/orphan.txt", ROW)
    dataset = read(tmp_path)
    assert [s.name for s in dataset] == ["images/empty.png"] and dataset[0].boxes.shape == (0, 4)
    assert [p.message.split(";")[0].split(" /")[0] for p in dataset.problems] == [
        "no label file",
        "belongs to no picture",
    ]
    assert len(read(tmp_path, missing="faceless")) == 2
    with pytest.raises(DataError, match="missing=maybe"):
        read(tmp_path, missing="maybe")


def test_bad_lines_are_left_out_and_the_others_kept(tmp_path, draw, write):
    draw("images/a.png")
    bad = ["0 .5 .5 .2", "0 a .5 .2 .2", "0 nan .5 .2 .2", "0 .5 .5 -.2 .2", "0 320 240 50 60", "0 .5 .5 0 0"]
    polygon = "0 .1 .1 .2 .1 .2 .2"
    write("labels/a.txt", "\n".join([ROW, *bad, polygon]))
    dataset = read(tmp_path)
    assert len(dataset[0].boxes) == 1 and len(dataset.problems) == 7
    assert "line 3: 4 columns" in dataset.problems[0].message
    assert "are they pixels?" in " ".join(map(str, dataset.problems))


def test_a_damaged_picture_or_label_leaves_its_sample_out(tmp_path, draw, write):
    draw("images/a.png")
    write("labels/a.txt", ROW)
    draw("images/b.png")
    (tmp_path / "labels/b.txt").write_bytes(b"\xff\xfe\x00\x9f")
    (tmp_path / "images/c.png").write_bytes(b"PNG?")
    write("labels/c.txt", ROW)
    dataset = read(tmp_path)
    assert [s.name for s in dataset] == ["images/a.png"] and len(dataset.problems) == 2


def test_box_scale_shrinks_about_the_centre(tmp_path, draw, write):
    draw("images/a.png")
    write("labels/a.txt", ROW)
    assert read(tmp_path, box_scale=0.5)[0].boxes[0] == pytest.approx([45, 30, 55, 50], abs=1e-4)


def test_box_shift_moves_down_by_a_share_of_the_height_before_the_scale(tmp_path, draw, write):
    draw("images/a.png")
    write("labels/a.txt", ROW)
    assert read(tmp_path, box_scale=0.5, box_shift=0.1)[0].boxes[0] == pytest.approx(
        [45, 34, 55, 54], abs=1e-4
    )
    with pytest.raises(UsageError, match="box_shift=2: takes"):
        read(tmp_path, box_shift=2)


def test_nothing_to_read_is_an_error_that_names_the_first_problem(tmp_path, draw):
    with pytest.raises(DataError, match="no usable YOLO"):
        read(tmp_path)
    draw("images/a.png")
    with pytest.raises(DataError, match=r"first of 1 problems: .*a\.png: no label file"):
        read(tmp_path)


@pytest.mark.parametrize(
    "names",
    [
        "names: ['face', \"no face\"]",
        "names: [face, no face]  # two",
        "names:\n- face\n- no face",
        "names:\n  0: face\n  1: no face",
        "names: [\n  'face',\n  'no face'\n]",
    ],
)
def test_names_are_read_in_every_way_they_are_written(names):
    text = f"path: ../set\ntrain: train/images\nnc: 2\n{names}\nroboflow:\n  workspace: w\n  version: 1\n"
    settings_ = read_yaml(text)
    assert settings_["names"] == ["face", "no face"]
    assert settings_["train"] == ["train/images"] and settings_["path"] == ["../set"]


@settings(max_examples=25)
@given(st.tuples(st.integers(0, 60), st.integers(0, 40), st.integers(1, 40), st.integers(1, 40)))
def test_a_box_written_in_shares_comes_back_in_pixels(tmp_path_factory, box):
    folder = tmp_path_factory.mktemp("yolo")
    x, y, w, h = box
    Image.fromarray(np.zeros((80, 100, 3), np.uint8)).save(folder / "a.png")
    (folder / "a.txt").write_text(f"0 {(x + w / 2) / 100} {(y + h / 2) / 80} {w / 100} {h / 80}")
    assert read(folder)[0].boxes[0] == pytest.approx([x, y, x + w, y + h], abs=1e-3)


def test_five_landmarks_of_yolo_pose_are_read(tmp_path, draw, write):
    draw("images/a.png")
    known = " ".join(f"0.{i} 0.5 2" for i in range(3, 8))
    hidden = "0 0 0 " + " ".join(["0.5 0.5 1"] * 4)
    write("labels/a.txt", f"{ROW.strip()} {known}\n{ROW.strip()} {hidden}\n{ROW}{ROW.strip()} .5 .5 2\n")
    dataset = read(tmp_path)
    landmarks = dataset[0].landmarks
    assert landmarks.shape == (3, 5, 2) and np.isnan(landmarks[1:]).all()
    assert landmarks[0] == pytest.approx(np.array([[x, 40] for x in (30, 40, 50, 60, 70)]), abs=1e-4)
    assert "line 4: 8 columns where 5 are needed, or 20" in dataset.problems[0].message
