"""A part that is one end of a sequence: the last fifth of a film is no sample of it."""

import re
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from facewright.datasets.duplicates import BITS
from facewright.doctor.checking import check
from facewright.doctor.data import Data, Glimpse
from facewright.doctor.finding import Evidence
from facewright.doctor.sets.parts import TRAIN, judging, told_group
from facewright.doctor.sets.subject import Splits

FEWEST = 10
"""pictures of a part from which on neighbours are compared"""
NEARER = 0.75
"""Neighbours are alike when the median number of bits in which they differ is at most this share of that of
pictures far apart. Unordered sets have .95 to 1.05, the films in ../shared/data .3 to .6."""


@check(
    "split-by-order",
    "warning",
    Splits,
    about="One end of a sequence whose neighbours are alike (a film, photos in the order they were taken) "
    "was kept for judging: its first pictures are nearly those that were learnt, its last show one scene "
    "only.",
    cure="Divide by clip or scene (`Sample.group`), or choose whole groups at random.",
)
def split_by_order(splits: Splits) -> Iterator[Evidence]:
    for name, part in judging(splits):
        for learnt in splits.parts[TRAIN]:
            for judged in part:
                yield from _ends(learnt, judged, name)


def _ends(learnt: Data, judged: Data, part: str) -> Iterator[Evidence]:
    first, second = _in_order(learnt.readable), _in_order(judged.readable)
    if min(len(first), len(second)) < FEWEST:
        return
    if _key(second[-1]) < _key(first[0]):
        border, where = (first[0], second[-1]), "first"
    elif _key(second[0]) > _key(first[-1]):
        border, where = (first[-1], second[0]), "last"
    else:
        return
    one, other = border
    if _without_digits(one) != _without_digits(other):
        return  # two sequences
    if told_group(one.sample) and told_group(other.sample):
        return  # somebody has said what belongs together, and leak-group looks after it
    neighbours, strangers = _distances(first)
    if neighbours <= NEARER * strangers:
        count, total = len(judged.dataset), len(judged.dataset) + len(learnt.dataset)
        yield Evidence(
            f"{part} holds the {where} {count} of {total} pictures by name, and neighbours in that order are "
            f"alike: they differ in {neighbours:.0f} of {BITS} bits, others in {strangers:.0f}.",
            {
                "part": part,
                "pictures": count,
                "neighbours": neighbours,
                "strangers": strangers,
                "border": [one.sample.name, other.sample.name],
            },
        )


def _in_order(glimpses: Sequence[Glimpse]) -> list[Glimpse]:
    return sorted(glimpses, key=_key)


def _key(glimpse: Glimpse) -> list[tuple[str, int]]:
    """Sorts 9 before 10: text and number in turn."""
    return [(text, int(digits or 0)) for text, digits in re.findall(r"(\D*)(\d{0,18})", glimpse.sample.name)]


def _without_digits(glimpse: Glimpse) -> str:
    return re.sub(r"\d+", "#", glimpse.sample.name)


def _distances(glimpses: Sequence[Glimpse]) -> tuple[float, float]:
    """Median number of differing bits of neighbours, and of pictures half the sequence apart."""
    hashes = np.array([glimpse.hash for glimpse in glimpses])

    def apart(step: int) -> float:
        differing: NDArray[np.uint8] = np.bitwise_count(hashes[step:] ^ hashes[:-step])
        return float(np.median(differing.sum(axis=1)))

    return apart(1), apart(len(glimpses) // 2)
