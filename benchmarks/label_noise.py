"""How far labels of attributes agree: pictures of one person that are nearly copies, labelled one by one.

python benchmarks/label_noise.py

Where such a pair differs one of the two labels is wrong, but for pairs that are two moments of one scene, in
which a smile may change. What both get wrong alike does not show. So the last column tells how often any two
pictures of a person differ: where that is as rarely, though it is no more than an opinion (Big_Lips), people
were labelled and not pictures, and nobody knows how often another annotator would have said the same.
"""

import argparse
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from facewright.core.attributes import CELEBA, S1
from facewright.datasets.attribute_table import attribute_table
from facewright.datasets.duplicates import hash_dataset, near_duplicates
from facewright.datasets.open import open_dataset
from facewright.datasets.sample import Dataset
from facewright.reports.text import share

DISTANCE = 30
"""Differing bits of 256 up to which pictures are nearly copies: of celeba-loose all such pairs are of one
person, and their labels differ as rarely as those of pairs up to 10 (.045; of 41 to 50 bits .086)"""


class Agreement(NamedTuple):
    """Of one attribute, over pairs of which both labels are known; NaN where nothing can be divided by."""

    pairs: int
    yes: float
    """share of the labels"""
    differ: float
    """share of the pairs"""
    wrong: float
    """share of the labels, if each is wrong independently of the other: differ = 2 wrong (1 - wrong)"""
    f1: float
    """of one label judged by the other: what a second annotator reaches"""
    kappa: float
    """Cohen's: agreement beyond what chance gives at this share of yes, 0 to 1"""


def agreement(first: NDArray[np.int8], second: NDArray[np.int8]) -> Agreement:
    """Of labels (N,) and those of their pictures' near copies (N,): 1 yes, 0 no, -1 unknown."""
    known = (first >= 0) & (second >= 0)
    a, b = first[known] == 1, second[known] == 1
    if not len(a):
        return Agreement(0, *[float("nan")] * 5)
    yes, differ = float((a.mean() + b.mean()) / 2), float((a != b).mean())
    chance = 2 * yes * (1 - yes)
    return Agreement(
        len(a),
        yes,
        differ,
        (1 - (1 - 2 * differ) ** 0.5) / 2 if differ <= 0.5 else float("nan"),
        float((a & b).sum() * 2 / (a.sum() + b.sum())) if yes else float("nan"),
        1 - differ / chance if chance else float("nan"),
    )


def differing_in_a_person(labels: NDArray[np.int8], groups: Sequence[str]) -> float:
    """Share of all pairs of pictures of one group that differ; labels (N,): 1 yes, 0 no, -1 unknown."""
    _, numbers = np.unique(np.array(groups), return_inverse=True)
    yes, no = (np.bincount(numbers, labels == value) for value in (1, 0))
    pairs = ((yes + no) * (yes + no - 1) / 2).sum()
    return float((yes * no).sum() / pairs) if pairs else float("nan")


def pairs_of_one_person(dataset: Dataset, distance: int) -> NDArray[np.intp]:
    """(P, 2) numbers of pictures at most so many bits apart, mirrored ones too, whose group is the same."""
    hashes, places, _ = hash_dataset(dataset)
    found = [
        (places[pair.first], places[pair.second])
        for pair in near_duplicates(hashes, distance=distance, flipped=True)
    ]
    groups = [sample.group for sample in dataset]
    same = [(i, j) for i, j in found if groups[i] and groups[i] == groups[j]]
    return np.array(same, np.intp).reshape(-1, 2)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", action="append", help="DATA; default: celeba-aligned and celeba-loose")
    parser.add_argument("--distance", type=int, default=DISTANCE)
    given = parser.parse_args()
    firsts, seconds, tables = [], [], []
    groups: list[str] = []
    for name in given.data or ["celeba-aligned", "celeba-loose"]:
        dataset = open_dataset(name)
        pairs, labels = pairs_of_one_person(dataset, given.distance), attribute_table(dataset, CELEBA)
        print(f"{name}: {len(pairs)} pairs of {len(set(pairs.ravel().tolist()))} of {len(dataset)} pictures")
        tables.append(labels)
        groups += [sample.group for sample in dataset]
        firsts.append(labels[pairs[:, 0]])
        seconds.append(labels[pairs[:, 1]])
    anyhow = [differing_in_a_person(column, groups) for column in np.concatenate(tables).T]
    print_table(np.concatenate(firsts), np.concatenate(seconds), anyhow)


def print_table(first: NDArray[np.int8], second: NDArray[np.int8], anyhow: Sequence[float]) -> None:
    """first, second: (N, 40) labels of pairs; anyhow: (40,), how often any two of a person differ."""
    rows = {name: (*agreement(first[:, i], second[:, i]), anyhow[i]) for i, name in enumerate(CELEBA)}
    print("\n| attribute | pairs | yes | differ | wrong | F1 of one by the other | kappa | any two differ |")
    print("|---|" + "--:|" * 7)
    for name, (pairs, *values) in sorted(rows.items(), key=lambda row: -row[1][2]):
        print(f"| {name} | {pairs} | {_shares(values)} |")
    for title, names in ((f"mean of {len(rows)}", CELEBA), ("mean of S1's 15", S1)):
        print(f"| {title} | | {_shares(np.nanmean([rows[name][1:] for name in names], axis=0))} |")


def _shares(values: Sequence[float] | NDArray[np.float64]) -> str:
    return " | ".join(share(float(value)) for value in values)


if __name__ == "__main__":
    main()
