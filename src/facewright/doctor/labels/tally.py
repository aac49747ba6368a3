"""Boxes that cannot be right whatever the pictures show, counted by kind: `tally(data)`."""

from collections import Counter
from dataclasses import dataclass, field
from typing import get_args

import numpy as np

from facewright.core.boxes import Floats, area, clip
from facewright.datasets.sample import ProblemKind
from facewright.doctor.data import Data, once

NAMES = 5
"""examples of each kind"""
OF_BOXES: tuple[ProblemKind, ...] = (
    "outside", "overhanging", "inverted", "empty", "not-finite", "shares", "not-shares", "unusable",
)  # fmt: skip
SOME = 0.1
"""share of the boxes from which it is no slip of single labels but the way they are read. Of the sets of
recipes/sets.toml none has a single one"""
SMALLEST_PICTURE = 16
"""pixels: in a smaller one a box of shares could be one of pixels"""


@dataclass(frozen=True)
class Tally:
    """Of a whole set; where only some pictures were looked at, what they show stands for the others."""

    boxes: int
    """those kept and those that the reader left out"""
    pictures: int
    """the same"""
    counts: Counter[ProblemKind] = field(default_factory=Counter)
    """boxes for the kinds of OF_BOXES, else pictures or labels"""
    examples: dict[ProblemKind, list[str]] = field(default_factory=dict)
    """what the reader said, or the picture's name, of the first NAMES of each kind"""

    def share(self, *kinds: ProblemKind) -> float:
        """Of all boxes, or of all pictures for kinds of these: those that are of one of the kinds."""
        whole = self.boxes if kinds[0] in OF_BOXES else self.pictures
        return self.number(*kinds) / max(whole, 1)

    @property
    def lost(self) -> float:
        """Of all boxes those that are left out."""
        return self.share(*(kind for kind in OF_BOXES if kind != "overhanging"))

    def number(self, *kinds: ProblemKind) -> int:
        """How many are of one of the kinds."""
        return sum(self.counts[kind] for kind in kinds)

    def said(self, *kinds: ProblemKind) -> list[str]:
        """Examples of these kinds."""
        return [text for kind in kinds for text in self.examples.get(kind, [])][:NAMES]


@once
def tally(data: Data) -> Tally:
    """What the reader left out or remarked on, and what is wrong with the boxes that it handed on."""
    seen: Counter[ProblemKind] = Counter()
    examples: dict[ProblemKind, list[str]] = {kind: [] for kind in get_args(ProblemKind)}
    boxes = 0
    for glimpse in data.readable:
        stated = np.asarray(glimpse.sample.boxes, np.float32).reshape(-1, 4)
        boxes += len(stated)
        for box in stated:
            kind = box_kind(box, glimpse.width, glimpse.height)
            if kind is not None:
                seen[kind] += 1
                examples[kind].append(glimpse.sample.name)
    factor = len(data.dataset) / max(len(data.glimpses), 1)
    counts: Counter[ProblemKind] = Counter({kind: round(number * factor) for kind, number in seen.items()})
    for problem in data.dataset.problems:
        counts[problem.kind] += 1
        examples[problem.kind].append(str(problem))
    # "overhanging" is a remark on a box that was kept.
    left_out = sum(1 for p in data.dataset.problems if p.kind in OF_BOXES and p.kind != "overhanging")
    pictures = len(data.dataset) + sum(counts[kind] for kind in ("unreadable", "unlabelled", "size"))
    return Tally(round(boxes * factor) + left_out, pictures, counts, examples)


def box_kind(box: Floats, width: int, height: int) -> ProblemKind | None:
    """What is wrong with a box (4,) in a picture of `width` x `height`; None for a good one.

    A box of NaN is good: a face that is somewhere.
    """
    if np.isnan(box).all():
        return None
    if not np.isfinite(box).all():
        return "not-finite"
    if min(width, height) >= SMALLEST_PICTURE and _within(box):
        return "shares"
    size = box[2:] - box[:2]
    if size.min() < 0:
        return "inverted"
    if size.min() < 0.99:  # as the readers do it, see datasets/labels.py
        return "empty"
    inside, whole = float(area(clip(box[None], width, height))[0]), float(area(box[None])[0])
    if inside <= 0:
        return "outside"
    return "overhanging" if inside < whole / 2 else None


def _within(box: Floats) -> bool:
    """All numbers from 0 to 1, but for a little overhang, and of some size."""
    return bool(box.min() >= -0.1 and box.max() <= 1.1 and (box[2:] > box[:2]).all())
