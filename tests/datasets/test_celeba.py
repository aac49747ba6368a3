"""CelebA in the official layout, in Kaggle's, and with half of it missing."""

import numpy as np
import pytest

from facewright.core.errors import DataError
from facewright.datasets.celeba import read

ATTRIBUTES = "3\nSmiling Male \n000001.jpg -1  1\n000002.jpg  1 -1\n000003.jpg  1  1\n"
PEOPLE = "000001.jpg 7\n000002.jpg 8\n000003.jpg 7\n"
PARTITION = "000001.jpg 0\n000002.jpg 1\n000003.jpg 2\n"
LANDMARKS = "70 110 108 110 89 135 76 155 106 155"
COLUMNS = " ".join(
    f"{p}_{xy}" for p in ("lefteye", "righteye", "nose", "leftmouth", "rightmouth") for xy in "xy"
)
ALL = ("000001.jpg", "000002.jpg", "000003.jpg")


def official(write, **files: str) -> None:
    lists = {
        "list_attr_celeba": ATTRIBUTES,
        "identity_CelebA": PEOPLE,
        "list_eval_partition": PARTITION,
    } | files
    for stem, text in lists.items():
        write(f"{stem}.txt", text)


def test_attributes_people_and_partition_without_boxes_or_landmarks(tmp_path, draw, write):
    official(write)
    draw("aligned/000001.jpg", 89, 109)
    draw("loose/000003.jpg", 89, 109)
    dataset = read(tmp_path)
    assert [s.name for s in dataset] == ["aligned/000001.jpg", "loose/000003.jpg"]
    first = dataset[0]
    assert {name: v.tolist() for name, v in first.attributes.items()} == {"Smiling": [0], "Male": [1]}
    assert first.group == dataset[1].group == "celeba-7"
    assert first.boxes.shape == (1, 4) and np.isnan(first.boxes).all() and np.isnan(first.landmarks).all()
    told = [p.message for p in dataset.problems]
    assert sum("boxes and landmarks are not known" in message for message in told) == 2
    assert "1 listed pictures are not there; left out" in told
    assert [s.name for s in read(tmp_path, pictures="loose")] == ["loose/000003.jpg"]
    assert [s.name for s in read(tmp_path / "loose")] == ["000003.jpg"]
    assert [s.name for s in read(tmp_path, split="train")] == ["aligned/000001.jpg"]
    with pytest.raises(DataError, match="of split val"):
        read(tmp_path, split="val")


@pytest.mark.parametrize("head", ["2\nSmiling\n", "Smiling\n", "image_id Smiling\n", "2\n\nSmiling\n"])
def test_a_list_may_hold_a_single_attribute(tmp_path, draw, write, head):
    write("list_attr_celeba.txt", f"{head}000001.jpg -1\n000002.jpg 1\n")
    for name in ALL[:2]:
        draw(f"aligned/{name}", 89, 109)
    dataset = read(tmp_path)
    assert [sample.attributes["Smiling"].tolist() for sample in dataset] == [[0], [1]]


def test_aligned_landmarks_give_the_tight_box(tmp_path, draw, write):
    rows = "\n".join(f"{name}  {LANDMARKS}" for name in ALL)
    official(write, list_landmarks_align_celeba=f"3\n{COLUMNS}\n{rows}\n")
    for name in ALL:
        draw(f"img_align_celeba/{name}", 178, 218)
    dataset = read(tmp_path)
    assert not dataset.problems
    assert dataset[0].landmarks[0].tolist() == [[70, 110], [108, 110], [89, 135], [76, 155], [106, 155]]
    x0, y0, x1, y1 = dataset[0].boxes[0]
    assert (y1 - y0) == pytest.approx(2.6 * 45, rel=1e-2) and (x0 + x1) / 2 == pytest.approx(89.8, abs=0.2)


def test_pictures_in_the_wild_use_their_boxes_when_there_are_no_landmarks(tmp_path, draw, write):
    rows = "\n".join(f"{name} 95 71 226 313" for name in ALL)
    official(write, list_bbox_celeba=f"3\nimage_id x_1 y_1 width height\n{rows}\n")
    for name in ALL:
        draw(f"img_celeba/{name}", 409, 687)
    dataset = read(tmp_path)
    assert dataset[0].boxes.tolist() == [[95, 71, 321, 384]]
    assert [p.message for p in dataset.problems] == [
        "list_landmarks_celeba is not there: landmarks are not known"
    ]


def test_listed_boxes_can_be_taken_beside_landmarks(tmp_path, draw, write):
    boxes = "\n".join(f"{name} 95 71 226 313" for name in ALL)
    points = "\n".join(f"{name}  {LANDMARKS}" for name in ALL)
    official(write, list_bbox_celeba=f"3\nimage_id x_1 y_1 width height\n{boxes}\n",
             list_landmarks_celeba=f"3\n{COLUMNS}\n{points}\n")  # fmt: skip
    for name in ALL:
        draw(f"img_celeba/{name}", 409, 687)
    assert read(tmp_path)[0].boxes[0][2] < 178
    listed = read(tmp_path, boxes="listed")[0]
    assert listed.boxes.tolist() == [[95, 71, 321, 384]]
    assert listed.landmarks[0, 0].tolist() == [70, 110]
    with pytest.raises(DataError, match="boxes=list: takes listed"):
        read(tmp_path, boxes="list")


def test_kaggles_layout(tmp_path, draw, write):
    def table(columns: str, row: str) -> str:
        return "\n".join([f"image_id,{columns}", *(f"{name},{row}" for name in ALL)]) + "\n"

    write("list_attr_celeba.csv", table("Smiling,Male", "1,-1"))
    write("list_eval_partition.csv", table("partition", "1"))
    write("list_bbox_celeba.csv", table("x_1,y_1,width,height", "95,71,226,313"))
    write("list_landmarks_align_celeba.csv", table(COLUMNS.replace(" ", ","), LANDMARKS.replace(" ", ",")))
    for name in ALL:
        draw(f"img_align_celeba/img_align_celeba/{name}", 178, 218)
    dataset = read(tmp_path, split="val")
    assert len(dataset) == 3 and dataset[0].attributes["Smiling"].tolist() == [1]
    assert dataset[0].boxes[0][2] < 178  # of the landmarks, not of the boxes in the wild
    assert [p.message.split(":")[0] for p in dataset.problems] == ["identity_CelebA is not there"]


def test_bad_rows_and_unlisted_pictures_are_left_out_and_said(tmp_path, draw, write):
    bad = ATTRIBUTES.replace("000002.jpg  1 -1", "000002.jpg  1").replace(
        "000003.jpg  1  1", "000003.jpg  1  2"
    )
    official(write, list_attr_celeba=bad)
    for name in (*ALL, "000009.jpg"):
        draw(f"x/{name}")
    dataset = read(tmp_path)
    assert [s.name for s in dataset] == ["x/000001.jpg"]
    told = " ".join(p.message for p in dataset.problems)
    for words in (
        "1 attributes where 2 are named",
        "other than -1 and 1",
        "1 pictures are in no list, first 000009.jpg",
    ):
        assert words in told


def test_no_lists_no_pictures_and_wrong_options_are_errors(tmp_path, draw, write):
    draw("x/000001.jpg")
    with pytest.raises(DataError, match="none of CelebA's label files"):
        read(tmp_path)
    write("list_attr_celeba.txt", ATTRIBUTES)
    with pytest.raises(DataError, match="no list_eval_partition"):
        read(tmp_path, split="test")
    with pytest.raises(DataError, match="did you mean 'train'"):
        read(tmp_path, split="trian")
    with pytest.raises(DataError, match="no such folder"):
        read(tmp_path, pictures="y")
    with pytest.raises(DataError, match="takes wild or aligned"):
        read(tmp_path, coordinates="tame")
    write("list_bbox_celeba.txt", "nothing\n")
    with pytest.raises(DataError, match="names no picture"):
        read(tmp_path)


@pytest.mark.parametrize(("width", "height"), [(89, 109), (50, 61), (356, 436)])
def test_landmarks_of_scaled_aligned_pictures_are_scaled(tmp_path, draw, write, width, height):
    rows = "\n".join(f"{name}  {LANDMARKS}" for name in ALL)
    official(write, list_landmarks_align_celeba=f"3\n{COLUMNS}\n{rows}\n")
    write("half/000001.jpg", "damaged, so the next one tells the size")
    for name in ALL[1:]:
        draw(f"half/{name}", width, height)
    dataset = read(tmp_path, coordinates="aligned")
    expected = np.array(LANDMARKS.split(), np.float32).reshape(5, 2) * [width / 178, height / 218]
    assert dataset[1].landmarks[0] == pytest.approx(expected, abs=1e-3)
    assert dataset[1].boxes[0][2] < width


def test_pictures_that_cannot_be_the_aligned_ones_are_refused(tmp_path, draw, write):
    rows = "\n".join(f"{name}  {LANDMARKS}" for name in ALL)
    official(write, list_landmarks_align_celeba=f"3\n{COLUMNS}\n{rows}\n")
    draw("img_align_celeba/000001.jpg", 178, 178)
    with pytest.raises(DataError, match=r"000001\.jpg is 178x178, not CelebA's aligned 178x218"):
        read(tmp_path)


def test_a_part_by_person_holds_all_of_a_person(tmp_path, draw, write):
    names = [f"{i:06d}.jpg" for i in range(160)]
    write("identity_CelebA.txt", "".join(f"{name} {i % 80}\n" for i, name in enumerate(names)))
    for name in names:
        draw(f"img_align_celeba/{name}", 4, 5)
    parts = {split: read(tmp_path, split=split, by="person") for split in ("train", "val", "test")}
    people = [{sample.group for sample in part} for part in parts.values()]
    assert sum(map(len, parts.values())) == 160 and sum(map(len, people)) == 80
    assert len(set.union(*people)) == 80 and len(people[0]) > 50
    with pytest.raises(DataError, match=r"no list_eval_partition, which split=val by partition needs"):
        read(tmp_path, split="val")
    with pytest.raises(DataError, match="takes partition or person; did you mean 'person'"):
        read(tmp_path, split="val", by="persn")


def test_without_people_there_is_no_part_by_person(tmp_path, draw, write):
    write("list_attr_celeba.txt", ATTRIBUTES)
    draw("x/000001.jpg")
    with pytest.raises(DataError, match="no identity_CelebA, which split=val by person needs"):
        read(tmp_path, split="val", by="person")


@pytest.mark.parametrize("given", ["", "Img", "Img/img_align_celeba"])
def test_the_official_layout_from_any_of_its_folders(tmp_path, draw, write, given):
    rows = "\n".join(f"{name}  {LANDMARKS}" for name in ALL)
    write("Anno/list_attr_celeba.txt", ATTRIBUTES)
    write("Anno/identity_CelebA.txt", PEOPLE)
    write("Anno/list_landmarks_align_celeba.txt", f"3\n{COLUMNS}\n{rows}\n")
    write("Eval/list_eval_partition.txt", PARTITION)
    for name in ALL:
        draw(f"Img/img_align_celeba/{name}", 178, 218)
    dataset = read(tmp_path / given)
    assert len(dataset) == 3 and not dataset.problems and dataset[0].landmarks[0, 0].tolist() == [70, 110]
    assert dataset[0].read().shape == (218, 178, 3)


def test_aligned_and_wild_side_by_side_each_with_its_own_coordinates(tmp_path, draw, write):
    rows = {
        "list_landmarks_align_celeba": LANDMARKS,
        "list_landmarks_celeba": "165 184 244 176 196 249 194 271 266 260",
        "list_bbox_celeba": "95 71 226 313",
    }
    official(write, **{stem: "\n".join(f"{name} {row}" for name in ALL) for stem, row in rows.items()})
    for name in ALL:
        draw(f"img_align_celeba/{name}", 178, 218)
        draw(f"img_celeba/{name}", 409, 687)
    found = {sample.name: sample for sample in read(tmp_path)}
    aligned, wild = found["img_align_celeba/000001.jpg"], found["img_celeba/000001.jpg"]
    assert aligned.landmarks[0, 0].tolist() == [70, 110] and wild.landmarks[0, 0].tolist() == [165, 184]
    assert aligned.group == wild.group  # one person, never on both sides
    assert len(read(tmp_path, pictures="img_celeba")) == 3


def test_the_png_pictures_are_those_that_the_lists_call_jpg(tmp_path, draw, write):
    official(write, list_landmarks_align_celeba="\n".join(f"{name}  {LANDMARKS}" for name in ALL))
    for name in ALL:
        draw(f"img_align_celeba_png/{name.replace('jpg', 'png')}", 178, 218)
    dataset = read(tmp_path, split="val")
    assert [s.name for s in dataset] == ["img_align_celeba_png/000002.png"]
    assert dataset[0].landmarks[0, 0].tolist() == [70, 110] and not dataset.problems
