"""What `convert` refuses, leaves out and says; pictures, names, groups; nothing half."""

import csv
import errno
import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from facewright.core.errors import DataError, FacewrightError, UsageError
from facewright.core.pictures import read_picture
from facewright.datasets.open import open_dataset
from facewright.datasets.sample import Dataset, Problem, Sample, no_landmarks
from facewright.datasets.writers import pictures as putting
from facewright.datasets.writers.convert import WRITERS, convert


def sample(name="a.png", boxes=((10, 10, 40, 50),), picture=None, **more) -> Sample:
    found = np.array(boxes, np.float32).reshape(-1, 4)
    pixels = np.full((60, 80, 3), 90, np.uint8) if picture is None else picture
    return Sample(name, pixels, found, no_landmarks(len(found)), **more)


def ignored(*boxes) -> np.ndarray:
    return np.array(boxes, np.float32).reshape(-1, 4)


def held(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize(
    ("to", "samples", "why"),
    [
        ("mtfl:out", [sample()], "1 picture without landmarks (first a.png)"),
        ("pts:new/below/out", [sample(boxes=[])], "1 picture without a face"),
        (
            "celeba:out",
            [sample(), sample("b.png", [(1, 1, 9, 9)] * 2)],
            "1 picture with several faces (first b",
        ),
        ("folder:out", [sample(), sample("b.png")], "2 pictures with faces (first a.png)"),
        ("npz:out.npz", [sample()], "1 picture with faces that do not fill them (data crops"),
        ("npz:out.npz", [sample(boxes=[]), sample(boxes=[], picture=np.zeros((9, 9, 3), np.uint8))], "size"),
        (
            "yolo:out",
            [sample(ignore=ignored((1, 1, 9, 9)))],
            "1 regions to ignore, which would count as back",
        ),
        ("voc:out", [sample(boxes=[[np.nan] * 4])], "with a face whose place is not known"),
        ("voc:out", [sample(boxes=[(79.5, 1, 90, 40)])], "with a box less than a pixel wide"),
        ("coco:out", [sample(boxes=[(90, 1, 95, 40)])], "with a box less than a pixel wide"),
        ("celeba:out", [sample(), sample("b", [[np.nan] * 4])], "unlike the first's"),
    ],
)
def test_what_does_not_fit_is_refused_before_anything_is_there(tmp_path, monkeypatch, to, samples, why):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError) as error:
        convert(Dataset("set", samples), to)
    assert why in str(error.value) and "--lossy" in str(error.value)
    assert list(tmp_path.iterdir()) == []


def test_lossy_leaves_out_whole_pictures_and_regions_and_counts_them(tmp_path):
    two = sample("two.png", [(1, 1, 20, 20), (30, 1, 50, 20)])
    found = convert(Dataset("set", [sample(), two, sample("n", [])]), f"celeba:{tmp_path / 'a'}", lossy=True)
    assert found.content.pictures == 1
    assert "left out: 2 pictures (1 with several faces, 1 without a face)" in found.remarks
    spot = sample(ignore=ignored((1, 1, 9, 9), (2, 2, 2.5, 9)))
    found = convert(Dataset("set", [spot]), f"yolo:{tmp_path / 'b'}", lossy=True)
    assert "left out: 1 regions to ignore; what is in them now counts as background" in found.remarks
    assert "left out: 1 regions to ignore of less than a pixel" in found.remarks
    assert len(open_dataset(found.data)[0].ignore) == 0


def test_pictures_that_may_hold_other_faces_are_said_to_the_reader(tmp_path):
    whole = sample(ignore=ignored((0, 0, 80, 60)))
    found = convert(Dataset("set", [whole]), f"yolo:{tmp_path / 'a'}")
    assert found.data.endswith("?unannotated=true")
    assert open_dataset(found.data)[0].ignore.tolist() == [[0, 0, 80, 60]]
    assert not any("ignore" in remark for remark in found.remarks)
    mixed = Dataset("set", [whole, sample("b.png")])
    with pytest.raises(UsageError, match="1 regions to ignore"):
        convert(mixed, f"yolo:{tmp_path / 'b'}")
    kept = open_dataset(convert(mixed, f"voc:{tmp_path / 'c'}").data)
    assert sorted(len(s.ignore) for s in kept) == [0, 1]


def test_landmarks_and_attributes_that_do_not_fit_are_counted(tmp_path):
    points = np.full((1, 5, 2), 9, np.float32)
    rich = replace(sample(), landmarks=points, attributes={n: np.array([1], np.int8) for n in "abcde"})
    found = convert(Dataset("set", [rich]), f"voc:{tmp_path / 'a'}")
    assert found.remarks[:2] == (
        "left out: landmarks of 1 faces",
        "left out: attributes (a, b, c and 2 more)",
    )
    unknown = replace(rich, name="b", attributes={"a": np.array([-1], np.int8)})
    found = convert(Dataset("set", [rich, unknown]), f"celeba:{tmp_path / 'b'}")
    assert "left out: attributes (a, b, c and 2 more)" in found.remarks  # known of one face of the two


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


@pytest.fixture
def photo(tmp_path):
    """turned.jpg, 80 x 60 once it is upright, with a dark half on its left; plain.jpg beside it."""
    pixels = np.full((60, 80, 3), 200, np.uint8)
    pixels[:, :40] = 20
    folder = tmp_path / "photos"
    folder.mkdir()
    Image.fromarray(pixels).save(folder / "plain.jpg", quality=95)
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(np.rot90(pixels)).save(folder / "turned.jpg", quality=95, exif=exif)
    return folder


@pytest.mark.parametrize("how", ["copy", "link", "hardlink"])
def test_pictures_are_copied_or_linked_and_turned_ones_written_upright(tmp_path, photo, how):
    dataset = Dataset("set", [sample(f.name, picture=f) for f in sorted(photo.iterdir())])
    found = convert(dataset, f"yolo:{tmp_path / 'out'}", pictures=how)
    plain, turned = (tmp_path / "out" / "images" / name for name in ("plain.jpg", "turned.jpg"))
    assert plain.read_bytes() == (photo / "plain.jpg").read_bytes()
    assert plain.is_symlink() == (how == "link")
    assert plain.samefile(photo / "plain.jpg") == (how != "copy")
    with Image.open(turned) as image:  # as a program sees it that knows nothing of EXIF
        raw = np.asarray(image)
    assert raw.shape == (60, 80, 3) and raw[:, :35].max() < 60 < 150 < raw[:, 45:].min()
    assert (read_picture(turned) == raw).all()
    assert "written anew: 1 pictures that EXIF turns, now upright" in found.remarks
    assert not open_dataset(found.data).problems


def test_a_format_that_knows_few_endings_gets_png(tmp_path):
    Image.new("RGB", (80, 60), "red").save(tmp_path / "a.bmp")
    found = convert(
        Dataset("set", [sample("a.bmp", picture=tmp_path / "a.bmp")]), f"wider:{tmp_path / 'out'}"
    )
    assert "written as PNG: 1 pictures, which were no files that can be taken as they are" in found.remarks
    assert (open_dataset(found.data)[0].read() == (255, 0, 0)).all()


@pytest.mark.parametrize(("how", "function"), [("link", "symlink"), ("hardlink", "link")])
def test_a_link_that_cannot_be_made_is_said_not_replaced(tmp_path, photo, monkeypatch, how, function):
    def refuse(*_, **__):
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, function, refuse)
    dataset = Dataset("set", [sample("plain.jpg", picture=photo / "plain.jpg")])
    with pytest.raises(UsageError, match=r"link can be made to it .*give --pictures copy"):
        convert(dataset, f"yolo:{tmp_path / 'out'}", pictures=how)
    assert [path.name for path in tmp_path.iterdir()] == ["photos"]


def test_damaged_pictures_are_problems_and_the_rest_is_written(tmp_path, photo):
    data = (photo / "turned.jpg").read_bytes()
    (photo / "cut.jpg").write_bytes(data[:-60])  # its header is whole, and says that it is turned
    (photo / "none.jpg").write_bytes(b"nothing")
    dataset = Dataset("set", [sample(f.name, picture=f) for f in sorted(photo.iterdir())])
    dataset = replace(dataset, problems=(Problem("x", "was wrong before"),))
    found = convert(dataset, f"celeba:{tmp_path / 'out'}")
    assert [p.path for p in found.problems] == ["x", "none.jpg", "cut.jpg"]
    assert found.content.pictures == found.content.faces == 2
    listed = (tmp_path / "out" / "Anno" / "list_bbox_celeba.txt").read_text().splitlines()
    assert listed[0] == "2" and len(listed) == 4
    for name in ("plain.jpg", "turned.jpg"):
        (photo / name).unlink()
    with pytest.raises(DataError, match="none of its 4 pictures can be written"):
        convert(dataset, f"voc:{tmp_path / 'again'}")


@pytest.mark.parametrize("kind", WRITERS)
@pytest.mark.parametrize("error", [KeyboardInterrupt(), OSError(errno.ENOSPC, "No space left on device")])
def test_nothing_half_is_left(tmp_path, kind, error):
    def watch(samples, what):
        for number, one in enumerate(samples):
            if number and what == "writing":
                raise error
            yield one

    height, width = 60, 80
    boxes = [(0, 0, width, height)] if kind not in ("folder", "pts", "mtfl") else []
    samples = [sample(f"{i}.png", boxes) for i in range(3)]
    if kind in ("pts", "mtfl"):
        from facewright.datasets.landmarks import tight_box

        points = np.array([[30, 20], [50, 20], [40, 30], [33, 40], [47, 40]], np.float32)
        box = np.clip(tight_box(points), 0, [width, height, width, height])
        samples = [replace(sample(f"{i}.png", [box]), landmarks=points[None]) for i in range(3)]
    with pytest.raises(type(error)):
        convert(Dataset("set", samples), f"{kind}:{tmp_path / 'out'}", watch=watch)
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_no_damaged_picture(tmp_path, monkeypatch):
    from facewright.core.errors import PictureError

    def full(*_, **__):
        raise PictureError("a.png: cannot be written (No space left on device)")

    monkeypatch.setattr(putting, "write_picture", full)
    with pytest.raises(FacewrightError, match="No space left") as error:
        convert(Dataset("set", [sample()]), f"voc:{tmp_path / 'out'}")
    assert not isinstance(error.value, PictureError)


def test_the_place_must_be_free(tmp_path, monkeypatch):
    dataset = Dataset("set", [sample()])
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").write_text("mine")
    (tmp_path / "file").write_text("mine")
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match="is not empty"):
        convert(dataset, f"voc:{tmp_path / 'full'}")
    for kind in ("voc", "npz"):
        with pytest.raises(UsageError, match="exists already"):
            convert(dataset, f"{kind}:{tmp_path / 'file'}")
    with pytest.raises(UsageError, match="cannot be made"):
        convert(dataset, f"voc:{tmp_path / 'file' / 'below'}")
    convert(dataset, f"voc:{tmp_path / 'empty'}")
    convert(dataset, f"voc:{tmp_path / 'new' / 'below'}")
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    with pytest.raises(UsageError, match="is the current folder"):
        convert(dataset, "voc:.")
    (tmp_path / "disk").mkdir()
    monkeypatch.setattr(os.path, "ismount", lambda place: Path(place).name == "disk")
    with pytest.raises(UsageError, match=r"is where another disk is mounted; give the name of a folder"):
        convert(dataset, f"voc:{tmp_path / 'disk'}")


@pytest.mark.parametrize(
    ("to", "why"),
    [
        ("toy:5", "toy can be read, not written"),
        ("yollo:x", "did you mean 'yolo'"),
        ("yolo", "says no path; write yolo:PATH"),
        ("out/yolo", "FORMAT:PATH is wanted"),
        ("yolo:", "says no path"),
        ("yolo:x?posee=1", "no option 'posee'; did you mean 'pose'"),
        ("wider:x?split=tset", "takes train or val"),
        ("celeba:x?split=tran", "did you mean 'train'"),
        ("coco:x?whole=true", "has no option 'whole'"),
    ],
)
def test_a_wrong_to_is_said(to, why):
    with pytest.raises(UsageError, match=why):
        convert(Dataset("set", [sample()]), to)


@pytest.mark.parametrize("kind", ["voc", "wider", "celeba"])
def test_whole_pixels_hold_the_box(tmp_path, kind):
    found = convert(
        Dataset("set", [sample(boxes=[(10.2, 3.9, 79.5, 59.1)])]), f"{kind}:{tmp_path / 'a'}?whole=1"
    )
    assert open_dataset(found.data)[0].boxes.tolist() == [[10, 3, 80, 60]]
    assert "boxes are rounded outwards to whole pixels" in found.remarks


def test_whole_pixels_are_those_of_landmarks_too(tmp_path):
    points = np.full((1, 5, 2), 10.4, np.float32)
    points[0, 2] = 20.75
    rich = replace(sample(), landmarks=points)
    found = convert(Dataset("set", [rich]), f"celeba:{tmp_path / 'a'}?whole=true")
    row = (tmp_path / "a" / "Anno" / "list_landmarks_celeba.txt").read_text().splitlines()[2]
    assert row == "a.png 10 10 10 10 21 21 10 10 10 10"  # as torchvision reads them: int("10.4") fails
    assert "landmarks are rounded to whole pixels" in found.remarks


def test_pose_is_left_out_when_told(tmp_path):
    rich = replace(sample(), landmarks=np.full((1, 5, 2), 9, np.float32))
    for query, columns, said in (("", 20, True), ("?pose=false", 5, False)):
        place = tmp_path / f"out{columns}"
        found = convert(Dataset("set", [rich]), f"yolo:{place}{query}")
        assert len((place / "labels" / "a.txt").read_text().split()) == columns
        assert any("YOLO-pose" in remark for remark in found.remarks) == said
        assert ("kpt_shape" in (place / "data.yaml").read_text()) == said


def test_coco_scores_its_own_truth_as_perfect(tmp_path):
    """An independent reader of the format takes it."""
    tools = pytest.importorskip("faster_coco_eval", reason="the oracle is COCO's evaluation (train extra)")
    samples = [sample(f"{i}.png", [(10, 10, 40.5, 50), (50, 10, 70, 30.25)]) for i in range(3)]
    samples.append(sample("i.png", ignore=ignored((50, 0, 80, 30))))
    convert(Dataset("set", samples), f"coco:{tmp_path / 'out'}")
    file = tmp_path / "out" / "annotations.json"
    content = json.loads(file.read_text())
    truth = tools.COCO(str(file))
    rows = [a | {"score": 0.9} for a in content["annotations"] if not a["iscrowd"]]
    judged = tools.COCOeval_faster(truth, truth.loadRes(rows), "bbox", print_function=lambda *_: None)
    judged.run()
    assert judged.stats[0] == pytest.approx(1)


def test_what_a_turned_picture_loses_is_said(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 3
    Image.new("CMYK", (80, 60), (0, 255, 255, 0)).save(tmp_path / "a.jpg", exif=exif)
    dataset = Dataset("set", [sample("a.jpg", picture=tmp_path / "a.jpg")])
    found = convert(dataset, f"voc:{tmp_path / 'out'}", pictures="link")
    assert any(r.startswith("of these 1: has CMYK colours; it is written as RGB") for r in found.remarks)


@pytest.mark.parametrize("kind", ["voc", "yolo", "coco", "wider", "fddb", "celeba"])
def test_boxes_of_large_pictures_come_back_to_a_thousandth_of_a_pixel(tmp_path, kind):
    Image.new("1", (8000, 8000)).save(tmp_path / "a.png")
    rng = np.random.default_rng(0)
    low = rng.uniform(0, 7900, (1 if kind == "celeba" else 300, 2))
    boxes = np.concatenate([low, np.minimum(low + rng.uniform(1, 4000, low.shape), 8000)], axis=1)
    found = convert(
        Dataset("set", [sample("a.png", boxes, tmp_path / "a.png")]), f"{kind}:{tmp_path / 'out'}"
    )
    assert np.abs(open_dataset(found.data)[0].boxes - boxes).max() < 1e-3
