"""COCO JSON is read from the places where tools leave it."""

import json

import numpy as np
import pytest

from facewright.core.errors import DataError
from facewright.core.faces import LANDMARKS
from facewright.datasets.coco import read


def coco(*annotations, images=None, categories=({"id": 7, "name": "face"}, {"id": 8, "name": "dog"})) -> str:
    images = images or [{"id": 1, "file_name": "a.png", "width": 100, "height": 80}]
    return json.dumps({"images": images, "annotations": annotations, "categories": list(categories)})


def box(*bbox, image=1, category=7, **more):
    return {"id": 5, "image_id": image, "category_id": category, "bbox": list(bbox), **more}


@pytest.mark.parametrize(
    ("file", "picture"),
    [
        ("_annotations.coco.json", "a.png"),
        ("labels.json", "images/a.png"),
        ("annotations/instances_val2017.json", "val2017/a.png"),
        ("annotations/x.json", "images/a.png"),
        ("annotations/instances_default.json", "images/default/a.png"),
    ],
)
def test_pictures_are_found_beside_the_file(tmp_path, draw, write, file, picture):
    draw(picture)
    write(file, coco(box(10, 20, 30, 40)))
    dataset = read(tmp_path)
    assert dataset[0].boxes.tolist() == [[10, 20, 40, 60]] and not dataset.problems
    assert len(read(tmp_path / file)) == 1


def test_the_folder_of_pictures_can_be_said(tmp_path, draw, write):
    draw("photos/a.png")
    write("l.json", coco())
    assert read(tmp_path, images="photos")[0].boxes.shape == (0, 4)
    with pytest.raises(DataError, match="images= is relative"):
        read(tmp_path, images="fotos")


def test_crowds_are_ignored_and_classes_chosen(tmp_path, draw, write):
    draw("a.png")
    write("l.json", coco(box(1, 2, 10, 10, iscrowd=1), box(3, 4, 10, 10), box(5, 6, 10, 10, category=8)))
    assert len(read(tmp_path)[0].boxes) == 2
    chosen = read(tmp_path, classes="face")[0]
    assert chosen.boxes.tolist() == [[3, 4, 13, 14]] and chosen.ignore.tolist() == [[1, 2, 11, 12]]
    with pytest.raises(DataError, match="did you mean 'face'"):
        read(tmp_path, classes="facs")


@pytest.mark.parametrize("name", ["/home/x/set/photos/a.png", r"C:\x\set\photos\a.png"])
def test_a_set_that_was_moved_is_found_by_the_end_of_its_paths(tmp_path, draw, write, name):
    draw("photos/a.png")
    draw("a.png", 10, 10)
    write(
        "l.json", coco(box(3, 4, 10, 10), images=[{"id": 1, "file_name": name, "width": 100, "height": 80}])
    )
    dataset = read(tmp_path)
    assert dataset[0].picture == tmp_path / "photos/a.png" and not dataset.problems


def test_a_relative_name_is_no_picture_of_that_name_elsewhere(tmp_path, draw, write):
    draw("a.png")
    write("l.json", coco(images=[{"id": 1, "file_name": "sub/a.png"}]))
    with pytest.raises(DataError, match="does not exist"):
        read(tmp_path)


@pytest.mark.parametrize("second", [{"id": 1, "file_name": "b.png"}, {"id": 2, "file_name": "a.png"}])
def test_of_pictures_under_one_id_or_name_nobody_can_say_whose_faces_are_whose(tmp_path, draw, write, second):
    for name in "abc":
        draw(f"{name}.png")
    images = [{"id": 1, "file_name": "a.png"}, second, {"id": 3, "file_name": "c.png"}]
    write("l.json", coco(box(3, 4, 10, 10), box(5, 6, 10, 10, image=3), images=images))
    dataset = read(tmp_path)
    assert [s.name for s in dataset] == ["c.png"]
    assert ["several pictures have the" in p.message for p in dataset.problems] == [True, True]


def test_two_categories_of_one_name_are_both_meant(tmp_path, draw, write):
    draw("a.png")
    both = {"id": 0, "name": "face"}, {"id": 1, "name": "face"}, {"id": 2, "name": "dog"}
    boxes = [box(5, 6, 10, 10, category=category) for category in (0, 1, 2)]
    write("l.json", coco(*boxes, categories=both))
    assert len(read(tmp_path, classes="face")[0].boxes) == 2
    assert len(read(tmp_path, classes="1")[0].boxes) == 1
    with pytest.raises(DataError, match="classes=7: no such class"):
        read(tmp_path, classes="7")


def test_what_does_not_fit_is_left_out_and_said(tmp_path, draw, write):
    draw("a.png")
    draw("b.png")
    images = [
        {"id": 1, "file_name": "a.png"},
        {"id": 2, "file_name": "b.png", "width": 80, "height": 100},
        {"id": 3, "file_name": "c.png"},
        {"id": 4},
        {"id": 6, "file_name": "x" * 300},
    ]
    bad = box(1, 2, 3), box(1, 2, -3, 4), box("1", 2, 3, 4), box(0, 0, 9, 9, image=99)
    write("l.json", coco(box(1, 2, 30, 40), *bad, images=images))
    dataset = read(tmp_path)
    assert [len(s.boxes) for s in dataset] == [1]
    told = [p.message for p in dataset.problems]
    assert len(told) == 8
    for words in (
        "not four numbers",
        "wrong order",
        "on its side",
        "does not exist",
        "no file_name",
        "picture 99",
    ):
        assert any(words in message for message in told)


@pytest.mark.parametrize("none", [{}, {"bbox": None}, {"bbox": []}])
@pytest.mark.parametrize(
    "polygons", [[[10, 20, 40, 30.5, 20, 60]], [[30, 20, 40, 20, 40, 60], [10, 30, 12, 30, 12, 31]]]
)
def test_without_a_box_it_is_the_one_around_the_polygons(tmp_path, draw, write, none, polygons):
    draw("a.png")
    annotation = {"id": 5, "image_id": 1, "category_id": 7, "segmentation": polygons} | none
    write("l.json", coco(annotation, annotation | {"iscrowd": 1}))
    dataset = read(tmp_path)
    assert dataset[0].boxes.tolist() == dataset[0].ignore.tolist() == [[10, 20, 40, 60]]
    assert not dataset.problems


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"segmentation": {"counts": [10, 20], "size": [80, 100]}}, "is a mask (RLE), which is not read"),
        ({"segmentation": []}, "bbox None is not four numbers"),
        ({"segmentation": [[1, 2, 3, 4]]}, "no list of polygons"),
        ({"segmentation": [[1, 2, 30, 4, 5, 60], {"counts": ""}]}, "no list of polygons"),
        ({"segmentation": "x"}, "no list of polygons"),
        ({"segmentation": 7}, "no list of polygons"),
        ({"segmentation": [[1, 2, 30, 4, 5, "60"]]}, "is not 6 numbers"),
        ({"segmentation": [[1, 2, "x", 4] * 999]}, "[1, 2, 'x', 4, 1, 2, ...] is not 3996 numbers"),
        ({"segmentation": [[1, 2, 30, 4, 5, 60]], "bbox": [1, 2, 3]}, "bbox [1, 2, 3] is not four numbers"),
    ],
)
def test_what_gives_no_box_is_told(tmp_path, draw, write, more, why):
    draw("a.png")
    write("l.json", coco({"id": 5, "image_id": 1, "category_id": 7} | more, box(1, 2, 30, 40)))
    dataset = read(tmp_path)
    assert len(dataset[0].boxes) == 1 and [why in p.message for p in dataset.problems] == [True]


def test_five_key_points_of_other_names_are_told(tmp_path, draw, write):
    draw("a.png")
    names = ["eye1", "eye2", "nose", "mouth1", "mouth2"]
    categories = [{"id": 7, "name": "face", "keypoints": names}, {"id": 8, "name": "p", "keypoints": ["a"]}]
    write("l.json", coco(box(10, 20, 30, 40, keypoints=[9, 9, 2] * 5), categories=categories))
    dataset = read(tmp_path)
    assert np.isnan(dataset[0].landmarks).all()
    assert [
        "of face, eye1, eye2, nose, mouth1, mouth2, are left out" in p.message for p in dataset.problems
    ] == [True]


@pytest.mark.parametrize("size", [(100, 80), ("100", "80"), (100.0, 80.0), (0, 0), (None, None), ("?", 80)])
def test_a_size_that_is_right_or_none_is_no_problem(tmp_path, draw, write, size):
    draw("a.png")
    write("l.json", coco(images=[{"id": 1, "file_name": "a.png", "width": size[0], "height": size[1]}]))
    assert not read(tmp_path).problems


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"images": 3, "annotations": []}', '{"images": [1], "annotations": []}']
)
def test_other_files_are_refused(tmp_path, write, text):
    with pytest.raises(DataError, match=r"l\.json"):
        read(write("l.json", text))


def test_several_files_in_a_folder_are_told_apart_by_the_user(tmp_path, write):
    write("a.json", coco())
    write("b.json", coco())
    with pytest.raises(DataError, match=r"2 JSON files: a\.json, b\.json"):
        read(tmp_path)


def test_key_points_that_are_the_five_landmarks_and_attributes_are_read(tmp_path, draw, write):
    draw("a.png")
    points = [number for i in range(5) for number in (10 + i, 20, 2)]
    person = [
        {"id": 7, "name": "face", "keypoints": list(LANDMARKS)},
        {"id": 8, "name": "p", "keypoints": ["a"]},
    ]
    boxes = [
        box(10, 20, 30, 40, keypoints=points, attributes={"Smiling": True, "note": "x"}),
        box(10, 20, 30, 40, keypoints=[0] * 15, attributes={"Smiling": False, "occluded": True}),
        box(10, 20, 30, 40, keypoints=points[:-3]),
        box(10, 20, 30, 40, category=8, keypoints=points),
        box(0, 0, 9, 9, iscrowd=1, attributes={"occluded": True}),
    ]
    write("l.json", coco(*boxes, categories=person))
    dataset = read(tmp_path)
    sample = dataset[0]
    assert sample.landmarks[0].tolist() == [[10 + i, 20] for i in range(5)]
    assert sample.landmarks.shape == (4, 5, 2) and np.isnan(sample.landmarks[1:]).all()
    assert {name: values.tolist() for name, values in sample.attributes.items()} == {
        "Smiling": [1, 0, -1, -1],
        "occluded": [-1, 1, -1, -1],
    }
    assert [p.message.partition(" [")[0] for p in dataset.problems] == ["box 5 of a.png: keypoints"]
    assert dataset.problems[0].kind == "other"  # none of a box that is left out
    assert "not 15 numbers; its landmarks are left out" in dataset.problems[0].message
