"""The same person, clip or picture in two parts: what is judged was learnt by heart."""

from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np

from facewright.doctor.checking import check
from facewright.doctor.data import Data
from facewright.doctor.finding import Evidence
from facewright.doctor.sets.alike import Alike, side_by_side
from facewright.doctor.sets.parts import labelled, percent, shown, told_group
from facewright.doctor.sets.subject import Splits

FEW, SHARE = 3, 0.01
"""A leak of pictures is an error from 3 of them on, when they stand for 1 % of the judged ones: below, no
figure moves by more than that. (Of the sets in ../shared/data four have a pair or two.)"""
NAMED = 5
"""examples that a finding names"""


@check(
    "leak-group",
    "error",
    Splits,
    about="Pictures of one person or clip lie in two parts. What is measured on them is how well they were "
    "remembered, and new people or clips will do worse.",
    cure="Divide by person or clip (`Sample.group`), so that each lies in one part only.",
)
def leak_group(splits: Splits) -> Iterator[Evidence]:
    groups = {
        name: [group for data in part for sample in labelled(data) if (group := told_group(sample))]
        for name, part in splits.parts.items()
    }
    for first, second in combinations(groups, 2):
        both = set(groups[first]) & set(groups[second])
        if both:
            concerned = sum(group in both for group in groups[second])
            yield Evidence(
                f"{len(both)} people or clips lie in both {first} and {second}, with {concerned} of the "
                f"{_pictures(splits.parts[second])} pictures of {second}.",
                {
                    "parts": [first, second],
                    "groups": len(both),
                    "pictures": concerned,
                    "examples": sorted(both)[:NAMED],
                },
            )


@check(
    "leak-picture",
    "error",
    Splits,
    about="The same pictures, or copies of them (mirrored, compressed anew, the next frame of a film), lie "
    "in two parts. The figures measured on them are too good.",
    cure="Keep copies together (give them one `Sample.group`) or remove them "
    "(`datasets.duplicates.without_duplicates`).",
)
def leak_picture(splits: Splits) -> Iterator[Evidence]:
    for first, second, pairs in splits.shared:
        pairs = [pair for pair in pairs if not _faceless(pair)]
        if _many(pairs, splits, first, second):
            yield _evidence(pairs, splits, first, second)


@check(
    "negatives-shared",
    "error",
    Splits,
    about="The pictures without a face of two parts were drawn from one pool, so that the same ones are "
    "learnt and judged: how often the model is wrong on new ones is not measured.",
    cure="Divide the pool first, then draw for each part from its own share, each picture once.",
)
def negatives_shared(splits: Splits) -> Iterator[Evidence]:
    for first, second, pairs in splits.shared:
        pairs = [pair for pair in pairs if _faceless(pair)]
        if _many(pairs, splits, first, second):
            yield _evidence(pairs, splits, first, second)


@check(
    "leak-few-pictures",
    "warning",
    Splits,
    about="A few pictures of one part are copies of pictures of another. They hardly move a figure, but they "
    "measure nothing.",
    cure="Give the copies one `Sample.group`, or remove one of each.",
)
def leak_few(splits: Splits) -> Iterator[Evidence]:
    for first, second, pairs in splits.shared:
        for some in ([p for p in pairs if _faceless(p)], [p for p in pairs if not _faceless(p)]):
            if some and not _many(some, splits, first, second):
                yield _evidence(some, splits, first, second)


def _faceless(pair: Alike) -> bool:
    return not len(pair.first.sample.boxes) and not len(pair.second.sample.boxes)


def _concerned(pairs: Sequence[Alike]) -> int:
    return len({id(pair.second) for pair in pairs})


def _many(pairs: Sequence[Alike], splits: Splits, first: str, second: str) -> bool:
    """Whether the share of `second` that lies in `first` too is worth an error; only a part is looked at."""
    concerned = _concerned(pairs)
    seen = len(shown(splits.parts[first])) / max(_pictures(splits.parts[first]), 1)
    return concerned >= FEW and concerned / seen >= SHARE * len(shown(splits.parts[second]))


def _pictures(part: Sequence[Data]) -> int:
    return sum(len(data.dataset) for data in part)


def _evidence(pairs: Sequence[Alike], splits: Splits, first: str, second: str) -> Evidence:
    concerned = _concerned(pairs)
    looked = len(shown(splits.parts[second]))
    what = "pictures without a face" if _faceless(pairs[0]) else "pictures"
    own = np.array([pair.first.hash for pair in pairs]).reshape(-1, 4)
    return Evidence(
        f"{concerned} {what} of {second} lie in {first} too, of the {looked} pictures of {second} that were "
        f"looked at ({percent(concerned / looked)}).",
        {
            "parts": [first, second],
            "pictures": concerned,
            "looked_at": looked,
            "distinct": len(np.unique(own, axis=0)),
            "examples": [
                {"first": p.first.sample.name, "second": p.second.sample.name, "distance": p.distance}
                for p in pairs[:NAMED]
            ],
        },
        side_by_side(pairs),
    )
