"""Counts and sizes of a set, worked out by hand on a small one."""

import json
from pathlib import Path

import numpy as np
import pytest

from facewright.datasets.sample import Dataset, Problem, Sample, no_landmarks
from facewright.datasets.statistics import PERCENTILES, Counts, statistics


def _sample(name: str, side: int, boxes: list[list[float]], **labels: object) -> Sample:
    array = np.array(boxes, np.float32).reshape(-1, 4)
    landmarks = labels.pop("landmarks", no_landmarks(len(array)))
    return Sample(name, np.zeros((side // 2, side, 3), np.uint8), array, landmarks, **labels)  # type: ignore[arg-type]


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    (tmp_path / "bad.jpg").write_bytes(b"nothing")
    partly = np.zeros((2, 5, 2), np.float32)
    partly[1, 3] = np.nan
    samples = [
        _sample("a", 100, [[0, 0, 10, 10], [0, 0, 40, 10]], landmarks=partly, group="g",
                attributes={"Smiling": np.array([1, -1], np.int8)}),
        _sample("b", 200, [[0, 0, 100, 100]], group="g", ignore=np.zeros((2, 4), np.float32)),
        _sample("c", 100, [], group="h"),
        Sample("bad", tmp_path / "bad.jpg", np.ones((1, 4), np.float32), no_landmarks(1)),
    ]  # fmt: skip
    return Dataset("set", samples, (Problem("x.txt", "no numbers"),))


def test_counts_and_sizes(dataset: Dataset) -> None:
    found = statistics(dataset)
    assert (found.pictures, found.faces, found.faceless, found.most_faces) == (3, 3, 1, 2)
    assert (found.ignored, found.with_landmarks) == (2, 1)
    assert (found.groups, found.largest_group) == (2, 2)
    assert found.widths[0] == 100 and found.widths[-1] == 200 and found.heights[3] == 50
    np.testing.assert_allclose(found.face_shares[::3], [0.1, 0.2, 0.5], rtol=1e-6)
    np.testing.assert_allclose(found.face_pixels[::3], [64, 128, 320], rtol=1e-6)
    assert found.attributes == {"Smiling": Counts(yes=1, no=0, unknown=2)}


def test_an_unreadable_picture_is_a_problem_beside_those_of_the_labels(dataset: Dataset) -> None:
    problems = statistics(dataset).problems
    assert problems[0] == "x.txt: no numbers" and problems[1].startswith("bad: ") and len(problems) == 2


def test_pictures_without_a_group_are_groups_of_their_own() -> None:
    found = statistics(Dataset("set", [_sample("a", 10, []), _sample("b", 10, [])]))
    assert (found.groups, found.largest_group) == (2, 1)


def test_an_empty_set_has_no_sizes() -> None:
    found = statistics(Dataset("empty", []))
    assert found.pictures == found.faces == found.groups == found.largest_group == 0
    assert found.widths == found.face_shares == []


def test_to_dict_is_json(dataset: Dataset) -> None:
    values = json.loads(json.dumps(statistics(dataset).to_dict(), allow_nan=False))
    assert values["percentiles"] == list(PERCENTILES) and len(values["widths"]) == len(PERCENTILES)
    assert values["attributes"]["Smiling"] == {"yes": 1, "no": 0, "unknown": 2}


def test_faces_without_a_known_box_are_counted_and_spoil_no_size() -> None:
    unknown = [float("nan")] * 4
    found = statistics(
        Dataset("set", [_sample("a", 100, [unknown, [0, 0, 10, 10]]), _sample("b", 50, [unknown])])
    )
    assert (found.faces, found.unplaced) == (3, 2)
    np.testing.assert_allclose(found.face_shares, [0.1] * len(PERCENTILES), rtol=1e-6)
    json.dumps(found.to_dict(), allow_nan=False)
