"""YOLO folders are read in their layouts, with and without data.yaml."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from facewright.core.errors import DataError, UsageError
from facewright.core.pictures import find_pictures
from facewright.datasets import yolo
from facewright.datasets.yolo import read

ROW = "0 0.5 0.5 0.2 0.5\n"  # (40, 20, 60, 60) of 100x80


@pytest.mark.parametrize(
    ("picture", "label"),
    [
        ("images/train/clip/1/2/a.png", "labels/train/clip/1/2/a.txt"),
        ("obj_train_data/a.png", "obj_train_data/a.txt"),
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


def test_a_part_is_all_that_data_yaml_names_with_what_is_below(tmp_path, draw, write):
    for name in ("a/images/1", "a/images/clip/2", "b/images/3", "c/images/4"):
        draw(f"{name}.png")
        write(f"{name.replace('images', 'labels')}.txt", ROW)
    write("data.yaml", "train: [a/images, b/images]\nval:\n  - c/images\n")
    names = lambda split: [Path(s.name).stem for s in read(tmp_path, split=split)]  # noqa: E731
    assert names("train") == ["1", "2", "3"] and names("val") == ["4"]


def test_a_part_may_be_the_whole_folder(tmp_path, draw, write):
    draw("images/a.png")
    write("labels/a.txt", ROW)
    write("data.yaml", "train: .\n")
    dataset = read(tmp_path, split="train")
    assert [s.name for s in dataset] == ["images/a.png"] and not dataset.problems


def test_a_part_beside_the_set_is_not_taken_for_a_folder_of_its_name_inside(tmp_path, draw, write):
    for place in ("faces", "faces-val"):
        draw(f"{place}/images/{place}.png")
        write(f"{place}/labels/{place}.txt", ROW)
    write("faces/data.yaml", "train: images\nval: ../faces-val/images\n")
    assert [s.name for s in read(tmp_path / "faces", split="train")] == ["images/faces.png"]
    beside = read(tmp_path / "faces", split="val")
    assert [s.name for s in beside] == ["../faces-val/images/faces-val.png"] and len(beside[0].boxes) == 1
    (tmp_path / "faces-val").rename(tmp_path / "gone")
    with pytest.raises(DataError, match="of split val"):
        read(tmp_path / "faces", split="val")


def test_links_to_folders_are_followed_but_not_in_circles(tmp_path, draw, write):
    draw("images/train/a.png")
    write("labels/train/a.txt", ROW)
    for folder in ("images", "labels"):
        (tmp_path / folder / "val").symlink_to(tmp_path / folder / "train")
        (tmp_path / folder / "train/round").symlink_to(tmp_path / folder)
    assert [s.name for s in read(tmp_path, split="val")] == ["images/val/a.png"]
    assert [s.name for s in read(tmp_path)] == ["images/train/a.png", "images/val/a.png"]


@pytest.mark.parametrize("path", ["../set", "..\\set"])
def test_data_yaml_may_lie_elsewhere(tmp_path, draw, write, path):
    draw("set/images/a.png")
    write("set/labels/a.txt", ROW)
    yaml = write("code/face.yaml", f"path: {path}  # the root\ntrain: images\n")
    assert [s.name for s in read(yaml)] == [s.name for s in read(yaml, split="train")] == ["images/a.png"]


@pytest.mark.parametrize("path", ["../faces", "/home/somebody/faces"])
def test_a_path_of_data_yaml_that_is_not_there_is_told(tmp_path, draw, write, path):
    draw("set/images/a.png")
    write("set/labels/a.txt", ROW)
    yaml = write("set/data.yaml", f"path: {path}\ntrain: images\n")
    dataset = read(yaml)
    assert len(dataset) == 1
    assert [(p.path, path in p.message) for p in dataset.problems] == [(str(yaml), True)]
    elsewhere = write("code/data.yaml", f"path: {path}\ntrain: images\n")
    with pytest.raises(DataError, match=f"its `path`, {path}, is not there"):
        read(elsewhere)


@pytest.mark.parametrize("place", ["classes.txt", "labels/classes.txt", "obj.names"])
def test_names_of_classes_may_stand_in_a_list(tmp_path, draw, write, place):
    draw("images/a.png")
    write("labels/a.txt", ROW + "1 .2 .2 .1 .1\n1 .4 .4 .1 .1\n")
    write(place, "dog\r\nface\r\n")
    found = read(tmp_path, classes="face")
    assert len(found[0].boxes) == 2 and not found.problems


def test_a_class_that_does_not_exist_is_refused_rather_than_nothing_found(tmp_path, draw, write):
    draw("images/a.png")
    write("labels/a.txt", ROW)
    with pytest.raises(DataError, match=r"classes=7: no label .*; there is 0"):
        read(tmp_path, classes="7")
    with pytest.raises(DataError, match="give the number"):
        read(tmp_path, classes="face")
    write("classes.txt", "face\ndog\n")
    with pytest.raises(DataError, match="classes=7: no such class"):
        read(tmp_path, classes="7")
    assert not len(read(tmp_path, classes="dog")[0].boxes)


def test_of_two_pictures_with_one_label_the_second_is_left_out_and_said(tmp_path, draw, write):
    draw("images/a.png")
    draw("images/a.jpg")
    write("labels/a.txt", ROW)
    dataset = read(tmp_path)
    assert [s.name for s in dataset] == ["images/a.jpg"]
    assert [p.path for p in dataset.problems] == [str(tmp_path / "images/a.png")]


def test_a_folder_is_listed_again_only_for_labels_without_a_picture(monkeypatch, tmp_path, draw, write):
    draw("images/a.png")
    write("labels/a.txt", ROW)
    listed = []
    monkeypatch.setattr(yolo, "find_pictures", lambda folder: listed.append(folder) or find_pictures(folder))
    assert len(read(tmp_path)) == 1 and not listed
    write("labels/orphan.txt", ROW)
    assert len(read(tmp_path).problems) == 1 and listed == [tmp_path / "images"]


def test_what_tools_leave_beside_labels_is_no_label(tmp_path, draw, write):
    draw("a.png")
    for name in ("a.txt", "classes.txt", "train.txt", "README.roboflow.txt", "._a.txt"):
        write(name, ROW)
    assert not read(tmp_path).problems


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
    write("labels/a.txt", "\n".join([ROW, *bad]))
    dataset = read(tmp_path)
    assert len(dataset[0].boxes) == 1 and len(dataset.problems) == 6
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
    assert "line 4: 8 columns where 5 are needed for a box, 20 with" in dataset.problems[0].message
