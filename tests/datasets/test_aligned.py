"""Crops of drawn faces against what `inference.align` says of them; labels go with the face they are of."""

import json

import numpy as np
import pytest

from facewright.core.errors import DataError
from facewright.core.faces import Faces
from facewright.core.pictures import write_picture
from facewright.datasets.aligned import SIDE, aligned, placed
from facewright.datasets.attribute_table import attribute_table
from facewright.datasets.fingerprint import fingerprint_of
from facewright.datasets.open import open_dataset
from facewright.datasets.sample import AttributeTable, Dataset, Sample, no_landmarks
from facewright.export.terms import terms_of
from facewright.inference.align import TEMPLATE, cut
from facewright.inference.attributes import Attributes

RED, GREEN = (220, 40, 40), (40, 200, 40)
UPRIGHT = TEMPLATE * 100 + (50, 60)
TURNED = (TEMPLATE[:, ::-1] * (-1, 1)) * 80 + (300, 40)
"""a quarter clockwise"""


def photo(name="a", **fields):
    """200 x 400: a face at UPRIGHT whose crop is red but for a little above and below, one at TURNED whose is
    green."""
    picture = np.full((200, 400, 3), 90, np.uint8)
    picture[60:160, 50:150], picture[40:120, 220:300] = RED, GREEN
    marks = np.array([UPRIGHT, TURNED], np.float32)
    middles = marks.mean(1)
    boxes = np.concatenate([middles - 33, middles + 33], axis=1).astype(np.float32)
    return Sample(name, picture, boxes, marks, group="ada", **fields)


def test_each_face_is_a_picture_turned_upright_with_its_own_labels():
    attributes = {"Smiling": np.array([1, 0], np.int8), "Male": np.array([-1, 1], np.int8)}
    for known in (attributes, AttributeTable({"Smiling": 0, "Male": 1}, np.array(list(attributes.values())))):
        made = aligned(Dataset("d", [photo(attributes=known)]))
        assert [one.name for one in made] == ["a#0", "a#1"] and {one.group for one in made} == {"ada"}
        for one, colour in zip(made, (RED, GREEN), strict=True):
            assert one.picture.shape == (SIDE, SIDE, 3) and np.isnan(one.boxes).all()
            assert np.abs(one.picture[12:-8, 4:-4].astype(int) - colour).max() <= 1
        assert attribute_table(made, ["Male", "Smiling", "Bald"]).tolist() == [[-1, 1, -1], [1, 0, -1]]


def test_a_crop_is_that_of_a_described_photo_also_without_landmarks():
    whole = photo()
    nameless = Sample("b", whole.picture, whole.boxes, no_landmarks(2))
    for sample in (whole, nameless):
        for i, one in enumerate(aligned(Dataset("d", [sample]))):
            marks = None if sample is nameless else sample.landmarks[i : i + 1]
            (placed,) = Attributes().frames(Faces(sample.boxes[i : i + 1], [1.0], marks))
            assert np.array_equal(one.picture, cut(sample.picture, placed.matrix, SIDE))


def test_small_faces_and_such_without_a_place_are_left_out_and_counted():
    tiny = np.array([[0, 0, 8, 8]], np.float32)
    samples = [
        photo(),
        photo("b", attributes={}),
        Sample("c", np.zeros((9, 9, 3), np.uint8), tiny, no_landmarks(1)),
    ]
    samples.append(Sample("d", np.zeros((9, 9, 3), np.uint8), tiny * np.nan, no_landmarks(1)))
    made = aligned(Dataset("set", samples))
    assert len(made) == 4 and [one.name for one in made[1:3]] == ["a#1", "b#0"]
    told = [str(problem) for problem in made.problems]
    assert told == ["set: 1 faces have fewer than 32 pixels a side; left out",
                    "set: 1 faces are at no known place; left out"]  # fmt: skip
    with pytest.raises(DataError, match=r"set: holds no face of known place .* give found="):
        aligned(Dataset("set", samples[2:]))


def test_a_detectors_finds_place_the_face_of_a_labelled_picture(tmp_path):
    """CelebA's pictures say no place; what `facewright detect --json` wrote does."""
    (tmp_path / "celeba").mkdir()
    seen = photo()
    boxes, marks = seen.boxes.tolist(), seen.landmarks.tolist()
    lines = []
    for name, finds in (("1.png", [1, 0]), ("2.png", [])):
        write_picture(seen.picture, tmp_path / "celeba" / name)
        faces = [{"box": boxes[i], "landmarks": marks[i], "score": 0.9} for i in finds]
        lines.append({"path": f"celeba/{name}", "width": 400, "height": 200, "faces": faces, "error": None})
    lines[0]["faces"][0]["box"][3] -= 1  # the other one is larger
    (tmp_path / "faces.jsonl").write_text("\n".join(map(json.dumps, lines)))
    (tmp_path / "celeba" / "list_attr_celeba.txt").write_text("2\nSmiling Male\n1.jpg 1 -1\n2.jpg -1 -1\n")
    made = open_dataset(f"aligned:celeba:{tmp_path}/celeba?found={tmp_path}/faces.jsonl")
    assert made.name.startswith("aligned:celeba:") and [one.name for one in made] == ["1.png#0"]
    assert attribute_table(made, ["Smiling", "Male"]).tolist() == [[1, 0]]
    assert np.abs(made[0].picture[12:-8, 4:-4].astype(int) - RED).max() <= 1
    assert any("1 of 2 pictures hold several faces, or none was found" in str(p) for p in made.problems)


def test_several_labelled_faces_cannot_be_placed_by_one():
    whole = Dataset("d", [photo()])
    assert len(placed(whole, whole)) == 0


def test_the_cache_sees_what_changed_without_cutting(monkeypatch):
    def of(*samples):
        return aligned(Dataset("d", samples))

    one = fingerprint_of(of(photo()), 112)
    moved = photo()
    moved.landmarks[0] += 1
    monkeypatch.setattr("facewright.datasets.aligned.cut", None)
    assert fingerprint_of(of(photo()), 112) == one
    others = {
        fingerprint_of(made, 112)
        for made in (of(moved), of(photo("b")), of(photo())[:1], of(photo(), photo()))
    }
    assert len(others) == 4 and one not in others


def test_terms_are_those_of_the_set_inside():
    assert (
        terms_of("aligned:mtfl/train")
        == terms_of("shifted:mtfl/train?seed=1")
        == terms_of("mtfl")
        != "not stated"
    )


def test_drawn_faces_open_by_text():
    made = open_dataset("aligned:toy:8")
    assert len(made) and made[0].picture.shape == (SIDE, SIDE, 3)
