"""Whatever is written is read again as it was: every format from every format, on drawn sets."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from facewright.datasets.landmarks import tight_box
from facewright.datasets.open import open_dataset
from facewright.datasets.sample import Dataset, Sample, no_landmarks
from facewright.datasets.wider import ATTRIBUTES
from facewright.datasets.writers.convert import WRITERS, convert

NEAR = 1e-3
"""pixels: the tolerance that the guide states"""
MANY = ("voc", "yolo", "coco", "wider", "fddb")
"""formats of any number of faces"""
ONE = ("pts", "mtfl", "celeba")


def boxes(width: int, height: int) -> st.SearchStrategy[list[float]]:
    """Inside the picture, at least a pixel wide and high, with any digits that a float32 has."""

    def span(length: int) -> st.SearchStrategy[tuple[float, float]]:
        low, share = st.floats(0, length - 1.5), st.floats(0, 1)
        return st.tuples(low, share).map(lambda s: (s[0], s[0] + 1.25 + s[1] * (length - s[0] - 1.25)))

    return st.tuples(span(width), span(height)).map(lambda s: [s[0][0], s[1][0], s[0][1], s[1][1]])


@st.composite
def samples(draw: st.DrawFn) -> Sample:
    """Of everything that a Sample can say, but for faces whose place is not known."""
    width, height = draw(st.integers(24, 90)), draw(st.integers(24, 90))
    found = draw(st.lists(boxes(width, height), max_size=4))
    ignore = draw(st.lists(boxes(width, height), max_size=2))
    count = len(found)
    points = no_landmarks(count)
    for i in range(count):
        if draw(st.booleans()):
            numbers = st.floats(-5, 95, width=32)
            points[i] = np.reshape(draw(st.lists(numbers, min_size=10, max_size=10)), (5, 2))
    values = st.lists(st.integers(-1, 1), min_size=count, max_size=count)
    name = draw(
        st.sampled_from(["a.png", "train/a.png", "b c.jpg", "val/A.png", "ü, 1", "x#0", ".hidden.png"])
    )
    return Sample(
        name,
        np.full((height, width, 3), draw(st.integers(0, 255)), np.uint8),
        np.array(found, np.float32).reshape(-1, 4),
        points,
        {key: np.array(draw(values), np.int8) for key in ("blur", "Smiling", "odd, name")},
        np.array(ignore, np.float32).reshape(-1, 4),
        draw(st.sampled_from(["", "Ada", "celeba-7", "clip 1"])),
    )


sets = st.lists(samples(), min_size=1, max_size=4).map(lambda items: Dataset("drawn", items))
quick = settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])


def written(dataset: Dataset, kind: str, place: Path, **options) -> Dataset:
    path = place / f"{kind}-{len(list(place.iterdir()))}{'.npz' * (kind == 'npz')}"
    return open_dataset(convert(dataset, f"{kind}:{path}", **options).data)


def paired(before: Dataset, after: Dataset) -> list[tuple[Sample, Sample]]:
    """Each sample with what it has become: pictures tell, as these have a colour of their own."""
    assert len(before) == len(after)
    rest = list(after)
    pairs = []
    for sample in before:
        pixels = sample.read()
        match = next(other for other in rest if np.array_equal(other.read(), pixels) and like(sample, other))
        rest.remove(match)
        pairs.append((sample, match))
    return pairs


def like(a: Sample, b: Sample) -> bool:
    return len(a.boxes) == len(b.boxes) and np.allclose(a.boxes, b.boxes, rtol=0, atol=NEAR, equal_nan=True)


def same(values, others) -> bool:
    return np.shape(values) == np.shape(others) and np.allclose(values, others, 0, NEAR, equal_nan=True)


def distinct(dataset: Dataset) -> Dataset:
    """Every picture told by its first pixels."""
    for number, sample in enumerate(dataset):
        sample.picture[0, :3] = number
    return dataset


RNG = np.random.default_rng(0)


@quick
@given(sets, st.sampled_from(MANY))
def test_no_box_is_lost_and_what_a_format_holds_comes_back(tmp_path_factory, dataset, kind):
    place = tmp_path_factory.mktemp("set")
    dataset = distinct(dataset)
    after = written(dataset, kind, place, lossy=True)
    assert not after.problems
    for a, b in paired(dataset, after):
        if kind in ("coco", "yolo"):
            assert same(a.landmarks, b.landmarks)
        if kind in ("coco", "voc", "wider"):
            assert same(a.ignore, b.ignore)
        if kind == "coco":
            for name, values in a.attributes.items():
                known = b.attributes.get(name, np.full(len(values), -1, np.int8))
                assert known.tolist() == values.tolist()
        if kind == "wider":
            assert b.attributes["blur"].tolist() == (a.attributes["blur"] == 1).astype(int).tolist()
        if a.group:
            assert b.group == a.group
    alone = [b.group for a, b in paired(dataset, after) if not a.group]
    assert len(set(alone)) == len(alone)


def single(rng: np.random.Generator, number: int) -> Sample:
    """One face with landmarks and the box that follows, as all formats of one face hold it."""
    size = np.array([120, 100])
    points = rng.uniform(30, 70, (5, 2)).astype(np.float32)
    box = np.clip(tight_box(points), 0, np.tile(size, 2).astype(np.float32))
    picture = np.full((100, 120, 3), number, np.uint8)
    attributes = {"Smiling": np.array([number % 2], np.int8), "Male": np.array([1], np.int8)}
    return Sample(f"{number}", picture, box[None], points[None], attributes, group=f"celeba-{number // 2}")


@pytest.mark.parametrize("kind", ONE)
@pytest.mark.parametrize("seed", range(3))
def test_formats_of_one_face_give_it_back(tmp_path, kind, seed):
    rng = np.random.default_rng(seed)
    dataset = Dataset("one", [single(rng, number) for number in range(5)])
    after = written(dataset, kind, tmp_path)
    for a, b in paired(dataset, after):
        assert same(a.landmarks, b.landmarks)
        assert a.group == b.group
        if kind == "celeba":
            assert {name: v.tolist() for name, v in b.attributes.items()} == {
                name: v.tolist() for name, v in a.attributes.items()
            }


def test_a_single_attribute_comes_back_from_celeba(tmp_path):
    before = Dataset("one", [single(RNG, number) for number in range(3)])
    only = [replace(s, attributes={"Smiling": s.attributes["Smiling"]}) for s in before]
    after = written(Dataset("one", only), "celeba", tmp_path)
    assert [s.attributes["Smiling"].tolist() for s in after] == [[0], [1], [0]] and not after.problems


def faceless(sample: Sample) -> Sample:
    return replace(sample, boxes=sample.boxes[:0], landmarks=no_landmarks(0), attributes={})


def whole(sample: Sample) -> Sample:
    height, width = sample.picture.shape[:2]
    return replace(sample, boxes=np.array([[0, 0, width, height]], np.float32), landmarks=no_landmarks(1))


CONTENTS = {
    "one": [single(RNG, number) for number in range(3)],
    "none": [faceless(single(RNG, number)) for number in range(3)],
    "edges": [whole(single(RNG, number)) for number in range(3)],
}
HOLD = {
    "one": {*MANY, *ONE},
    "none": {*MANY, "folder", "npz"},
    "edges": {*MANY, "celeba", "npz"},
}
"""content -> the formats that hold it whole"""


@pytest.mark.parametrize("content", CONTENTS)
def test_every_format_from_every_format(tmp_path, content):
    """Two steps, the second from what was read: what both formats hold is the same as at the beginning."""
    start = Dataset("start", CONTENTS[content])
    for kind in WRITERS:
        if kind not in HOLD[content]:
            continue
        first = written(start, kind, tmp_path)
        for other in WRITERS:
            if other not in HOLD[content]:
                continue
            if other in ("pts", "mtfl") and kind in ("voc", "wider", "fddb"):
                continue  # the landmarks went
            second = written(first, other, tmp_path)
            assert not [p for p in second.problems if "not known" not in p.message]
            for a, b in paired(start, second):
                assert a.group == b.group
                if not np.isnan(b.landmarks).any():
                    assert same(a.landmarks, b.landmarks)
                for name in set(b.attributes) - set(ATTRIBUTES):
                    assert a.attributes[name].tolist() == b.attributes[name].tolist()
