"""The packed cache gives back what went in, notices every change and every damage."""

import multiprocessing
import os
import pickle
import struct
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from facewright.core.errors import DataError
from facewright.core.pictures import write_picture
from facewright.datasets.cache import CachedSamples, cached, open_cache
from facewright.datasets.open import open_dataset
from facewright.datasets.sample import Dataset, Sample


def _sample(folder: Path, name: str, width: int, height: int, seed: int) -> Sample:
    rng = np.random.default_rng(seed)
    pixels = rng.integers(0, 256, (height, width, 3), np.uint8)
    Image.fromarray(pixels).save(folder / name)
    landmarks = rng.uniform(0, min(width, height), (2, 5, 2)).astype(np.float32)
    landmarks[1] = np.nan
    landmarks[0, 2] = np.nan
    return Sample(
        name,
        folder / name,
        rng.uniform(0, min(width, height), (2, 4)).astype(np.float32),
        landmarks,
        {"Smiling": np.array([1, -1], np.int8), "Bald": np.array([0, 1], np.int8)},
        rng.uniform(0, 9, (1, 4)).astype(np.float32),
        f"group {seed}",
    )


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    folder = tmp_path / "pictures"
    folder.mkdir()
    samples = [_sample(folder, f"{i}.png", 40 + i, 30, i) for i in range(4)]
    faceless = Sample(
        "none", np.full((5, 7, 3), 9, np.uint8), np.zeros((0, 4), np.float32), np.zeros((0, 5, 2), np.float32)
    )
    return Dataset("street/train", [*samples, faceless])


def _assert_same(a: Sample, b: Sample) -> None:
    assert (a.name, a.group) == (b.name, b.group)
    np.testing.assert_array_equal(a.read(), b.read())
    for field in ("boxes", "landmarks", "ignore"):
        x, y = getattr(a, field), getattr(b, field)
        assert x.dtype == y.dtype == np.float32
        np.testing.assert_array_equal(x, y)
    assert a.attributes.keys() == b.attributes.keys()
    for name, values in a.attributes.items():
        assert b.attributes[name].dtype == np.int8
        np.testing.assert_array_equal(values, b.attributes[name])


def test_small_pictures_and_all_labels_come_back_unchanged(dataset: Dataset, tmp_path: Path) -> None:
    found = cached(dataset, tmp_path / "cache")
    assert len(found) == len(dataset) and found.name == dataset.name and not found.problems
    for a, b in zip(dataset, found, strict=True):
        _assert_same(a, b)
        assert isinstance(b.picture, np.ndarray) and not b.picture.flags.writeable


def test_large_pictures_shrink_with_their_labels_by_the_exact_factor_of_each_side(
    dataset: Dataset, tmp_path: Path
) -> None:
    found = cached(dataset, tmp_path / "cache", max_side=21)
    for before, after in zip(dataset, found, strict=True):
        (h0, w0), (h1, w1) = before.read().shape[:2], after.read().shape[:2]
        assert max(h1, w1) == min(21, max(h0, w0))
        scale = np.array([w1 / w0, h1 / h0])
        np.testing.assert_allclose(after.boxes, before.boxes * np.tile(scale, 2), rtol=1e-6)
        np.testing.assert_allclose(after.landmarks, before.landmarks * scale, rtol=1e-6)
        np.testing.assert_allclose(after.ignore, before.ignore * np.tile(scale, 2), rtol=1e-6)


def test_a_fresh_cache_is_used_again_and_a_changed_source_builds_a_new_one(
    dataset: Dataset, tmp_path: Path
) -> None:
    folder = tmp_path / "cache"
    first = cached(dataset, folder).samples.path
    before = first.stat().st_ino
    assert cached(dataset, folder).samples.path == first and first.stat().st_ino == before
    picture = tmp_path / "pictures" / "0.png"
    Image.new("RGB", (40, 30), (1, 2, 3)).save(picture)
    os.utime(picture, ns=(1, 1))
    found = cached(dataset, folder)
    assert found.samples.path == first and list(folder.iterdir()) == [first]
    assert np.all(found[0].read() == (1, 2, 3))


def test_a_changed_label_builds_the_cache_again(dataset: Dataset, tmp_path: Path) -> None:
    cached(dataset, tmp_path / "cache")
    dataset[0].boxes[0, 0] += 1
    _assert_same(dataset[0], cached(dataset, tmp_path / "cache")[0])


def test_two_parts_of_one_set_have_two_caches(dataset: Dataset, tmp_path: Path) -> None:
    first = cached(dataset.subset([0, 1]), tmp_path)
    second = cached(dataset.subset([2, 3]), tmp_path)
    assert first.samples.path != second.samples.path
    _assert_same(first[0], dataset[0])
    _assert_same(second[0], dataset[2])


def test_an_unreadable_picture_is_left_out_and_counted_each_time(dataset: Dataset, tmp_path: Path) -> None:
    (tmp_path / "pictures" / "1.png").write_bytes(b"no picture")
    (tmp_path / "pictures" / "2.png").unlink()
    for _ in range(2):  # built, then found
        found = cached(dataset, tmp_path / "cache")
        assert [sample.name for sample in found] == ["0.png", "3.png", "none"]
        assert [problem.path for problem in found.problems] == ["1.png", "2.png"]
    assert "1.png" in found.problems[0].message


def test_an_empty_set_has_an_empty_cache(tmp_path: Path) -> None:
    found = cached(Dataset("empty", []), tmp_path)
    assert len(found) == 0 and len(pickle.loads(pickle.dumps(found))) == 0


def test_pickles_without_pixels_and_reads_on_in_another_process(dataset: Dataset, tmp_path: Path) -> None:
    samples = cached(dataset, tmp_path / "cache").samples
    assert samples[0].read().shape == (30, 40, 3)
    assert len(pickle.dumps(samples)) < 5000 < samples.path.stat().st_size
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        assert pool.submit(_total, samples).result(60) == _total(samples)


def _total(samples: CachedSamples) -> int:
    return sum(int(sample.read().sum()) for sample in samples)


def test_slices_and_choices_stay_lazy(dataset: Dataset, tmp_path: Path) -> None:
    found = cached(dataset, tmp_path / "cache")
    part = found[1:3]
    assert isinstance(part.samples, CachedSamples) and [s.name for s in part] == ["1.png", "2.png"]
    assert [s.name for s in found.samples.take([3, 0])] == ["3.png", "0.png"]
    assert found[-1].name == "none"
    with pytest.raises(IndexError):
        found[5]


@pytest.mark.parametrize("damage", ["cut", "index", "empty", "other"])
def test_a_damaged_index_is_refused_and_the_cache_is_built_again(
    dataset: Dataset, tmp_path: Path, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    path = cached(dataset, tmp_path / "cache").samples.path
    content = bytearray(path.read_bytes())
    if damage == "cut":
        content = content[:-10]
    elif damage == "index":
        content[-100] ^= 1
    elif damage == "empty":
        content = bytearray()
    else:
        content = bytearray(b"PK" * 100)
    path.write_bytes(content)
    with pytest.raises(DataError, match=path.name):
        open_cache(path)
    _assert_same(dataset[0], cached(dataset, tmp_path / "cache")[0])
    assert "building it again" in caplog.text


def test_damaged_labels_are_always_found(dataset: Dataset, tmp_path: Path) -> None:
    path = cached(dataset, tmp_path / "cache").samples.path
    content = bytearray(path.read_bytes())
    content[content.index(b"0.png")] ^= 1
    path.write_bytes(content)
    with pytest.raises(DataError, match="labels of this cache are damaged"):
        open_cache(path)


def test_damaged_pixels_are_found_on_demand(dataset: Dataset, tmp_path: Path) -> None:
    path = cached(dataset, tmp_path / "cache").samples.path
    with path.open("r+b") as file:
        file.write(struct.pack("B", path.read_bytes()[0] ^ 1))
    open_cache(path)
    with pytest.raises(DataError, match="pixels"):
        open_cache(path, verify=True)
    _assert_same(dataset[0], cached(dataset, tmp_path / "cache", verify=True)[0])


def test_a_cache_replaced_under_its_reader_is_an_error_not_wrong_pixels(
    dataset: Dataset, tmp_path: Path
) -> None:
    stale = cached(dataset, tmp_path / "cache")
    dataset[0].boxes[0, 0] += 1
    cached(dataset, tmp_path / "cache")
    with pytest.raises(DataError, match="rebuilt"):
        stale[0].read()


def test_a_failed_build_leaves_nothing_behind(tmp_path: Path) -> None:
    class Broken(list):
        def __iter__(self):  # type: ignore[no-untyped-def]
            yield Sample("a", np.zeros((2, 2, 3), np.uint8), np.zeros((0, 4)), np.zeros((0, 5, 2)))
            raise DataError("labels.txt: damaged")

        fingerprint = "broken"

    with pytest.raises(DataError):
        cached(Dataset("broken", Broken()), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_set_that_knows_its_fingerprint_is_not_read_to_see_whether_it_changed(tmp_path: Path) -> None:
    class Costly(list):
        fingerprint = "costly 1"

        def __iter__(self):  # type: ignore[no-untyped-def]
            self.read = True
            return super().__iter__()

    sample = Sample(
        "a", np.zeros((2, 2, 3), np.uint8), np.zeros((0, 4), np.float32), np.zeros((0, 5, 2), np.float32)
    )
    cached(Dataset("costly", Costly([sample])), tmp_path)
    again = Costly([sample])
    assert len(cached(Dataset("costly", again), tmp_path)) == 1
    assert not hasattr(again, "read")


def test_names_that_are_not_utf_8_can_be_cached(tmp_path):
    folder = tmp_path / "pictures"
    folder.mkdir()
    name = os.fsdecode(b"caf\xe9.png")
    write_picture(np.full((8, 8, 3), 77, np.uint8), folder / name)
    dataset = open_dataset(f"folder:{folder}")
    found = cached(dataset, tmp_path / "cache")
    assert [sample.name for sample in found] == [name] and (found[0].read() == 77).all()
    assert cached(dataset, tmp_path / "cache").samples.fingerprint == found.samples.fingerprint
