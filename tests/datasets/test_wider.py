"""WIDER FACE's lists with their flags and oddities."""

import pytest

from facewright.core.errors import DataError
from facewright.datasets.wider import read

LIST = """0--Parade/a.jpg
3
10 20 30 40 0 0 0 0 0 0
50 20 10 12 2 1 0 0 1 1
5 5 9 9 0 0 0 1 0 0
0--Parade/empty.jpg
0
0 0 0 0 0 0 0 0 0 0
"""


@pytest.fixture
def wider(draw, write, tmp_path):
    draw("WIDER_val/images/0--Parade/a.jpg")
    draw("WIDER_val/images/0--Parade/empty.jpg")
    write("wider_face_split/wider_face_val_bbx_gt.txt", LIST)
    return tmp_path


def test_boxes_flags_invalid_faces_and_faceless_pictures(wider):
    dataset = read(wider)
    assert [s.name for s in dataset] == ["0--Parade/a.jpg", "0--Parade/empty.jpg"] and not dataset.problems
    crowd, empty = dataset
    assert crowd.boxes.tolist() == [[10, 20, 40, 60], [50, 20, 60, 32]]
    assert crowd.ignore.tolist() == [[5, 5, 14, 14]]
    assert {name: flags.tolist() for name, flags in crowd.attributes.items()} == {
        "blur": [0, 1], "heavy_blur": [0, 1], "expression": [0, 1], "illumination": [0, 0],
        "occlusion": [0, 1], "heavy_occlusion": [0, 0], "pose": [0, 1],
    }  # fmt: skip
    assert len(empty.boxes) == len(empty.attributes["blur"]) == 0


def test_a_split_or_one_list_can_be_given(wider):
    assert (
        len(read(wider, split="val")) == len(read(wider / "wider_face_split/wider_face_val_bbx_gt.txt")) == 2
    )
    with pytest.raises(DataError, match="wider_face_train_bbx_gt"):
        read(wider, split="train")
    with pytest.raises(DataError, match="did you mean 'val'"):
        read(wider, split="vall")


def test_a_wrong_count_spoils_one_picture_only(wider, write):
    text = LIST.replace("3\n10", "4\n10", 1) + "0--Parade/gone.jpg\n1\n1 1 9 9 0 0 0 0 0 0\n"
    write("wider_face_split/wider_face_val_bbx_gt.txt", text)
    dataset = read(wider)
    assert [s.name for s in dataset] == ["0--Parade/empty.jpg"]
    assert "3 rows where the count says 4" in dataset.problems[0].message
    assert "does not exist" in dataset.problems[1].message


def test_boxes_without_size_and_short_rows_are_left_out(wider, write):
    rows = LIST.replace("50 20 10 12 2 1 0 0 1 1", "50 20 0 12 2 1 0 0 1 1").replace(
        "5 5 9 9 0 0 0 1 0 0", "5 5 9 9"
    )
    write("wider_face_split/wider_face_val_bbx_gt.txt", rows)
    dataset = read(wider)
    assert len(dataset[0].boxes) == 1
    assert [p.message.split(",")[0] for p in dataset.problems] == ["line 4", "line 5"]


def test_pictures_that_are_not_unpacked_are_said(tmp_path, write):
    write("wider_face_train_bbx_gt.txt", LIST)
    with pytest.raises(DataError, match="WIDER_train/images"):
        read(tmp_path)
