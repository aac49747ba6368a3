"""Pictures that are alike: pairs of glimpses of one scene, mirrored ones too."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from facewright.core.draw import contact_sheet
from facewright.datasets.duplicates import near_duplicates
from facewright.doctor.data import Glimpse

LEAST = 0.9
"""Correlation of two small grey pictures that are alike. Where a picture is flat, noise decides the hash; the
pairs of the sets in ../shared/data that the hash calls alike have .90 and more, and are, all of them."""
FLAT = 4.0
"""standard deviation of the grey of a picture in which there is nothing to compare"""
_SIDE = 24


class Alike(NamedTuple):
    """Two pictures of one scene."""

    first: Glimpse
    second: Glimpse
    distance: int
    """bits of 256 in which their hashes differ"""


def alike(first: Sequence[Glimpse], second: Sequence[Glimpse] | None = None) -> list[Alike]:
    """All pairs of the two lists, or within the one, whose pictures are alike or mirrored copies."""
    others = first if second is None else second
    hashes = _hashes(first)
    pairs = near_duplicates(hashes, None if second is None else _hashes(second), flipped=True)
    return [
        Alike(first[i], others[j], distance)
        for i, j, distance in pairs
        if _same_scene(first[i].picture, others[j].picture)
    ]


def side_by_side(pairs: Sequence[Alike], most: int = 4) -> NDArray[np.uint8] | None:
    """The first pairs, the two of each beside one another; None where there is none."""
    tiles = [glimpse.picture for pair in pairs[:most] for glimpse in pair[:2]]
    names = [glimpse.sample.name for pair in pairs[:most] for glimpse in pair[:2]]
    return contact_sheet(tiles, columns=2 if len(pairs) == 1 else 4, captions=names) if tiles else None


def _hashes(glimpses: Sequence[Glimpse]) -> NDArray[np.uint64]:
    return np.array([glimpse.hash for glimpse in glimpses], np.uint64).reshape(-1, 4)


def _same_scene(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> bool:
    a, b = _grey(one), _grey(other)
    if min(a.std(), b.std()) < FLAT:
        return False
    return max(_correlation(a, b), _correlation(a, b[:, ::-1])) >= LEAST


def _grey(picture: NDArray[np.uint8]) -> NDArray[np.float64]:
    small = Image.fromarray(picture).convert("L").resize((_SIDE, _SIDE), Image.Resampling.BOX)
    return np.asarray(small, np.float64)


def _correlation(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    return float(((a - a.mean()) * (b - b.mean())).mean() / (a.std() * b.std()))
