"""Pascal VOC is read in its layouts; what is wrong is left out and said."""

import pytest

from facewright.core.errors import DataError
from facewright.datasets.voc import read


def voc_xml(*objects: tuple, width: int = 100, height: int = 80) -> str:
    rows = "".join(
        f"<object><name>{name}</name><difficult>{difficult}</difficult><bndbox><xmin>{x0}</xmin>"
        f"<ymin>{y0}</ymin><xmax>{x1}</xmax><ymax>{y1}</ymax></bndbox></object>"
        for name, x0, y0, x1, y1, difficult in objects
    )
    size = f"<size><width>{width}</width><height>{height}</height></size>"
    return f"<annotation><filename>x</filename>{size}{rows}</annotation>"


@pytest.mark.parametrize("stem", ["a", "clip/one/a", "a.b"])
@pytest.mark.parametrize(
    ("labels", "pictures"),
    [("annotations", "images"), ("Annotations", "JPEGImages"), ("Annotations", "images"), (".", ".")],
)
def test_every_layout_is_read(tmp_path, draw, write, labels, pictures, stem):
    write(f"{labels}/{stem}.xml", voc_xml(("face", 10, 20, 30, 50, 0)))
    draw(f"{pictures}/{stem}.png")
    dataset = read(tmp_path)
    assert [s.name for s in dataset] == [f"{stem}.png"] and not dataset.problems
    assert dataset[0].boxes.tolist() == [[10, 20, 30, 50]]
    assert dataset[0].read().shape == (80, 100, 3)


def test_pictures_of_one_name_in_two_folders_have_their_own_labels(tmp_path, draw, write):
    for place, x in (("train", 10), ("valid", 20)):
        draw(f"{place}/a.png")
        write(f"{place}/a.xml", voc_xml(("face", x, 20, 30, 50, 0)))
    write("Annotations.xml", voc_xml())
    dataset = read(tmp_path)
    assert {s.name: s.boxes[0, 0] for s in dataset} == {"train/a.png": 10, "valid/a.png": 20}
    assert ["no picture" in p.message for p in dataset.problems] == [True]


def test_difficult_objects_are_ignored_and_classes_chosen(tmp_path, draw, write):
    objects = ("face", 10, 20, 30, 50, 0), ("face", 1, 2, 9, 9, 1), ("dog", 40, 40, 60, 60, 0)
    write("a.xml", voc_xml(*objects))
    draw("a.png")
    assert len(read(tmp_path)[0].boxes) == 2
    chosen = read(tmp_path, classes="face, head")[0]
    assert chosen.boxes.tolist() == [[10, 20, 30, 50]] and chosen.ignore.tolist() == [[1, 2, 9, 9]]


def test_a_misspelt_class_is_refused_rather_than_nothing_found(tmp_path, draw, write):
    write("a.xml", voc_xml(("face", 10, 20, 30, 50, 0)))
    draw("a.png")
    with pytest.raises(DataError, match=r"classes=fase: no label .* did you mean 'face'"):
        read(tmp_path, classes="fase")


def test_an_object_without_a_box_and_a_hidden_file_are_told_for_what_they_are(tmp_path, draw, write):
    polygon = "<object><name>face</name><polygon><x1>3</x1></polygon></object>"
    write("a.xml", f"<annotation>{polygon}</annotation>")
    write("._a.xml", "from a Mac")
    draw("a.png")
    assert ["has no <bndbox>" in p.message for p in read(tmp_path).problems] == [True]


def test_a_picture_without_objects_has_no_face(tmp_path, draw, write):
    write("a.xml", voc_xml())
    draw("a.png")
    assert read(tmp_path)[0].boxes.shape == (0, 4)


def test_bad_boxes_are_left_out_and_the_others_kept(tmp_path, draw, write):
    bad = ("f", "nan", 0, 9, 9, 0), ("f", "x", 0, 9, 9, 0), ("f", 9, 0, 1, 9, 0)
    write("a.xml", voc_xml(("f", 1, 2, 30, 40, 0), *bad))
    draw("a.png")
    dataset = read(tmp_path)
    assert len(dataset[0].boxes) == 1 and len(dataset.problems) == 3
    assert all(str(p).startswith(str(tmp_path / "a.xml")) for p in dataset.problems)


def test_files_without_their_other_half_and_broken_ones_are_reported(tmp_path, draw, write):
    write("ok.xml", voc_xml())
    draw("ok.png")
    write("alone.xml", voc_xml())
    draw("alone-too.png")
    write("broken.xml", "<annotation><obj")
    draw("broken.png")
    write("size.xml", voc_xml(width=80, height=100))
    draw("size.png")
    dataset = read(tmp_path)
    assert len(dataset) == 1
    told = " ".join(map(str, dataset.problems))
    assert len(dataset.problems) == 4
    for words in ("no picture of this name", "has no XML file", "not readable as XML", "says 80x100 pixels"):
        assert words in told


def test_labels_are_of_the_upright_picture(tmp_path, draw, write):
    draw("a.jpg", 100, 80, orientation=6)
    write("a.xml", voc_xml(("f", 10, 10, 50, 95, 0), width=80, height=100))
    assert read(tmp_path)[0].boxes.tolist() == [[10, 10, 50, 95]]


def test_nothing_to_read_is_an_error(tmp_path):
    with pytest.raises(DataError, match="no such folder"):
        read(tmp_path / "none")
    with pytest.raises(DataError, match="no usable Pascal VOC"):
        read(tmp_path)


def test_two_pictures_for_one_xml_file_are_not_passed_over(tmp_path, draw, write):
    write("a.xml", voc_xml(("face", 10, 20, 30, 50, 0)))
    draw("a.jpg")
    draw("a.png")
    dataset = read(tmp_path)
    assert [s.name for s in dataset] == ["a.jpg"]
    assert [problem.path for problem in dataset.problems] == [str(tmp_path / "a.png")]


def test_a_split_is_what_its_list_names(tmp_path, draw, write):
    for stem in ("a", "b", "clip 1/c", "unlabelled"):
        draw(f"JPEGImages/{stem}.jpg")
        if stem != "unlabelled":
            write(f"Annotations/{stem}.xml", voc_xml(("face", 10, 20, 30, 50, 0)))
    write("ImageSets/Main/train.txt", 'a\r\n"clip 1/c"\r\nunlabelled\r\ngone\r\n')
    write("ImageSets/Main/val.txt", "b")
    train = read(tmp_path, split="train")
    assert [s.name for s in train] == ["a.jpg", "clip 1/c.jpg"]
    told = {p.path.rpartition("JPEGImages/")[2]: p.kind for p in train.problems}
    assert told == {"gone": "orphan", "unlabelled.jpg": "unlabelled"}
    assert [s.name for s in read(tmp_path, split="val")] == ["b.jpg"]
    assert len(read(tmp_path)) == 3


def test_a_split_without_a_list_is_refused(tmp_path, draw, write):
    draw("a.png")
    write("a.xml", voc_xml())
    with pytest.raises(DataError, match=r"no ImageSets/Main/train\.txt$"):
        read(tmp_path, split="train")
    write("ImageSets/Main/train.txt", "a")
    with pytest.raises(DataError, match="did you mean 'train'"):
        read(tmp_path, split="trian")
    (tmp_path / "ImageSets/Main/train.txt").write_bytes(b"\xff\xfe")
    with pytest.raises(DataError, match="not a text file; a list of pictures is text"):
        read(tmp_path, split="train")
