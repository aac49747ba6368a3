"""Near-duplicates: pictures whose difference hashes differ in few of 256 bits.

A difference hash says of each of 16 x 16 places whether the shrunk grey picture gets brighter to the right.
Size, compression and light hardly change it, a small crop or a little text changes few bits. It is weak on
large flat areas: there noise decides, and copies of drawings may be missed; empty pictures are all alike.
"""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from facewright.core.errors import PictureError
from facewright.core.pictures import read_picture
from facewright.datasets.sample import Dataset, Problem, Sample

SIDE = 16
BITS = SIDE * SIDE
DISTANCE = 20
"""Most differing bits of two pictures that count as one; unrelated ones differ in about 128."""
_BLOCK = 512

Hashes = NDArray[np.uint64]


class Pair(NamedTuple):
    """Two alike: indices into the first and the second list of hashes, and the number of bits that differ."""

    first: int
    second: int
    distance: int


def difference_hash(picture: NDArray[np.uint8]) -> Hashes:
    """(4,) uint64, 256 bits, of an RGB picture (H, W, 3)."""
    grey = Image.fromarray(picture).convert("L")
    small = np.asarray(grey.resize((SIDE + 1, SIDE), Image.Resampling.BOX), np.int16)
    return np.packbits(small[:, 1:] > small[:, :-1]).view(np.uint64)


def flipped_hashes(hashes: Hashes) -> Hashes:
    """(N, 4): hashes of the mirrored pictures, but for places that are equally bright."""
    bits = np.unpackbits(hashes.view(np.uint8).reshape(-1, SIDE, SIDE // 8), axis=2)
    mirrored = 1 - bits[:, :, ::-1]
    return np.packbits(mirrored, axis=2).reshape(-1, BITS // 8).view(np.uint64)


def hash_dataset(dataset: Dataset) -> tuple[Hashes, list[int], tuple[Problem, ...]]:
    """Hashes (N, 4), the index in the set of each, and the pictures that could not be read (without hash)."""
    hashes, indices, problems = [], [], []
    for index, (sample, found) in enumerate(_hash_all(dataset)):
        if isinstance(found, str):
            problems.append(Problem(sample.name, found, "unreadable"))
        else:
            hashes.append(found)
            indices.append(index)
    return np.array(hashes, np.uint64).reshape(-1, BITS // 64), indices, tuple(problems)


def near_duplicates(
    hashes: Hashes, others: Hashes | None = None, distance: int = DISTANCE, *, flipped: bool = False
) -> list[Pair]:
    """All pairs at most `distance` bits apart: within `hashes` (first < second), or between the two lists.

    `flipped` finds mirrored copies too. All N x M are compared, a block at a time: 20,000 pictures with
    themselves take seconds.
    """
    within = others is None
    right = hashes if others is None else others
    mirrored = flipped_hashes(right) if flipped else None
    pairs: list[Pair] = []
    for start in range(0, len(hashes), _BLOCK):
        block = hashes[start : start + _BLOCK]
        for other in range(start if within else 0, len(right), _BLOCK):
            apart = _distances(block, right[other : other + _BLOCK])
            if mirrored is not None:
                apart = np.minimum(apart, _distances(block, mirrored[other : other + _BLOCK]))
            for i, j in np.argwhere(apart <= distance).tolist():
                if not within or start + i < other + j:
                    pairs.append(Pair(start + i, other + j, int(apart[i, j])))
    return sorted(pairs)


def without_duplicates(
    dataset: Dataset,
    distance: int = DISTANCE,
    *,
    against: Dataset | None = None,
    flipped: bool = False,
) -> tuple[Dataset, list[tuple[str, str, int]]]:
    """The set without pictures that repeat an earlier one of it, or any of the set `against`.

    Returns it and what was removed: (name of the removed, name of the one it repeats, differing bits).
    Only what repeats a picture that *stays* is removed, so that a chain of small changes does not eat a whole
    clip. Pictures that cannot be read are left out and become problems.
    """
    hashes, indices, problems = hash_dataset(dataset)
    removed: dict[int, tuple[str, str, int]] = {}
    if against is not None:
        known, places, _ = hash_dataset(against)
        for first, second, bits in near_duplicates(hashes, known, distance, flipped=flipped):
            names = (dataset[indices[first]].name, against[places[second]].name, bits)
            removed.setdefault(first, names)
    for first, second, bits in near_duplicates(hashes, distance=distance, flipped=flipped):
        # Pairs come sorted, so whether the first one stays is already known.
        if first not in removed and second not in removed:
            removed[second] = (dataset[indices[second]].name, dataset[indices[first]].name, bits)
    kept = [index for position, index in enumerate(indices) if position not in removed]
    rest = dataset.subset(kept)
    return Dataset(rest.name, rest.samples, rest.problems + problems), [removed[i] for i in sorted(removed)]


def _distances(a: Hashes, b: Hashes) -> NDArray[np.uint16]:
    """(N, M) differing bits; word by word, so that no (N, M, 4) array is made."""
    total = np.zeros((len(a), len(b)), np.uint16)
    for word in range(a.shape[1]):
        total += np.bitwise_count(a[:, None, word] ^ b[None, :, word])
    return total


def _hash_all(samples: Sequence[Sample]) -> Iterator[tuple[Sample, Hashes | str]]:
    """Each sample with its hash, or what was wrong; a few threads decode small batches."""

    def one(sample: Sample) -> tuple[Sample, Hashes | str]:
        try:
            return sample, difference_hash(read_picture(sample.picture, size=4 * SIDE))
        except PictureError as error:
            return sample, str(error)

    rest = iter(samples)
    with ThreadPoolExecutor(min(8, os.cpu_count() or 1)) as pool:
        while batch := list(islice(rest, 64)):
            yield from pool.map(one, batch)
