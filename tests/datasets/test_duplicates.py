"""Near-duplicates are found by few differing bits, whatever the size, compression or side."""

import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from facewright.datasets import duplicates
from facewright.datasets.duplicates import (
    Pair,
    difference_hash,
    flipped_hashes,
    hash_dataset,
    near_duplicates,
    without_duplicates,
)
from facewright.datasets.sample import Dataset, Sample


def _bits(hashes: np.ndarray) -> np.ndarray:
    return np.unpackbits(hashes.view(np.uint8).reshape(len(hashes), 32), axis=1)


def _set(name: str, *pictures: np.ndarray) -> Dataset:
    none = np.zeros((0, 4), np.float32), np.zeros((0, 5, 2), np.float32)
    return Dataset(name, [Sample(f"{name}-{i}", picture, *none) for i, picture in enumerate(pictures)])


@pytest.fixture(scope="module")
def pictures() -> list[np.ndarray]:
    """Smooth and uneven all over, as photos are."""
    coarse = np.random.default_rng(5).integers(0, 256, (12, 14, 14, 3), np.uint8)
    return [np.asarray(Image.fromarray(c).resize((128, 128), Image.Resampling.BICUBIC)) for c in coarse]


def _copy(picture: np.ndarray, quality: int = 60, side: int = 90) -> np.ndarray:
    file = io.BytesIO()
    Image.fromarray(picture).resize((side, side)).save(file, "JPEG", quality=quality)
    return np.asarray(Image.open(file))


def test_a_shrunk_compressed_copy_is_near_and_others_are_far(pictures: list[np.ndarray]) -> None:
    hashes = np.array([difference_hash(p) for p in [*pictures, _copy(pictures[3])]])
    pairs = near_duplicates(hashes, distance=40)
    assert [(pair.first, pair.second) for pair in pairs] == [(3, 12)]


def test_the_hash_has_256_bits_of_which_a_slope_sets_all() -> None:
    slope = np.repeat(np.arange(170, dtype=np.uint8)[None, :, None], 3, axis=2).repeat(20, axis=0)
    assert _bits(difference_hash(slope)[None]).sum() == 256
    assert _bits(difference_hash(slope[:, ::-1].copy())[None]).sum() == 0
    assert difference_hash(np.zeros((1, 1, 3), np.uint8)).shape == (4,)


@settings(max_examples=40)
@given(st.integers(0, 2**32 - 1), st.integers(0, 12), st.integers(0, 12), st.integers(0, 256))
def test_pairs_are_those_of_counting_bits_one_by_one(seed: int, n: int, m: int, distance: int) -> None:
    rng = np.random.default_rng(seed)
    a, b = (rng.integers(0, 2**64, (count, 4), np.uint64) for count in (n, m))
    apart = (_bits(a)[:, None] != _bits(b)[None]).sum(axis=2) if n and m else np.zeros((n, m), int)
    wanted = [Pair(i, j, apart[i, j]) for i in range(n) for j in range(m) if apart[i, j] <= distance]
    assert near_duplicates(a, b, distance) == wanted


def test_blocks_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    hashes = rng.integers(0, 2**64, (30, 4), np.uint64)
    whole = near_duplicates(hashes, distance=125)
    assert whole and all(pair.first < pair.second for pair in whole)
    monkeypatch.setattr(duplicates, "_BLOCK", 7)
    assert near_duplicates(hashes, distance=125) == whole


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1))
def test_the_hash_of_the_mirrored_picture_needs_no_picture(seed: int) -> None:
    small = (
        np.random.default_rng(seed).permutation(16 * 17).reshape(16, 17) % 251
    )  # hardly any equal neighbours
    picture = np.repeat(small.astype(np.uint8)[..., None], 3, axis=2)
    mirrored = difference_hash(picture[:, ::-1].copy())
    differing = (_bits(flipped_hashes(difference_hash(picture)[None])) != _bits(mirrored[None])).sum()
    assert differing == (small[:, 1:] == small[:, :-1]).sum()


def test_mirrored_copies_are_found_on_request(pictures: list[np.ndarray]) -> None:
    dataset = _set("a", pictures[0], pictures[0][:, ::-1].copy())
    assert without_duplicates(dataset)[1] == []
    (removed,) = without_duplicates(dataset, flipped=True)[1]
    assert removed[:2] == ("a-1", "a-0") and removed[2] <= 20


def test_the_first_of_several_copies_stays(pictures: list[np.ndarray]) -> None:
    dataset = _set("a", pictures[0], pictures[1], _copy(pictures[0]), _copy(pictures[0], 90, 100))
    rest, removed = without_duplicates(dataset)
    assert [sample.name for sample in rest] == ["a-0", "a-1"]
    assert [pair[:2] for pair in removed] == [("a-2", "a-0"), ("a-3", "a-0")]


def test_a_chain_is_not_eaten_by_its_removed_links(monkeypatch: pytest.MonkeyPatch) -> None:
    words = np.zeros((3, 4), np.uint64)
    words[1, 0], words[2, 0] = 2**15 - 1, 2**30 - 1  # 15 bits apart, the ends 30
    dataset = _set("a", *(np.zeros((2, 2, 3), np.uint8) for _ in range(3)))
    monkeypatch.setattr(duplicates, "hash_dataset", lambda _: (words, [0, 1, 2], ()))
    rest, _ = without_duplicates(dataset, 20)
    assert [sample.name for sample in rest] == ["a-0", "a-2"]


def test_copies_of_another_set_are_removed(pictures: list[np.ndarray]) -> None:
    train = _set("train", pictures[4], _copy(pictures[1]))
    rest, removed = without_duplicates(train, against=_set("val", *pictures[:3]))
    assert [sample.name for sample in rest] == ["train-0"]
    assert removed[0][:2] == ("train-1", "val-1")


def test_unreadable_pictures_are_counted_and_do_not_shift_the_others(
    tmp_path: Path, pictures: list[np.ndarray]
) -> None:
    dataset = _set("a", pictures[0], pictures[1], _copy(pictures[1]))
    none = np.zeros((0, 4), np.float32), np.zeros((0, 5, 2), np.float32)
    (tmp_path / "bad.jpg").write_bytes(b"nothing")
    dataset = Dataset("a", [Sample("bad", tmp_path / "bad.jpg", *none), *dataset.samples])
    rest, removed = without_duplicates(dataset)
    assert [sample.name for sample in rest] == ["a-0", "a-1"] and removed[0][0] == "a-2"
    assert [problem.path for problem in rest.problems] == ["bad"]


def test_nothing_has_no_duplicates() -> None:
    hashes, indices, problems = hash_dataset(_set("empty"))
    assert hashes.shape == (0, 4) and indices == [] and problems == ()
    assert near_duplicates(hashes) == [] and without_duplicates(_set("empty"))[1] == []
