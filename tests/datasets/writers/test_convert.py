"""What `convert` refuses, leaves out, rounds and says."""

import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from facewright.core.errors import UsageError
from facewright.datasets.open import open_dataset
from facewright.datasets.sample import Dataset
from facewright.datasets.writers.convert import convert

from .conftest import sample


def ignored(*boxes) -> np.ndarray:
    return np.array(boxes, np.float32).reshape(-1, 4)


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
