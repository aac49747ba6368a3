"""Does a loss teach that there is no face: the surest places must become less sure where none is."""

from collections.abc import Iterator

import torch

from facewright.doctor.checking import check
from facewright.doctor.finding import Evidence
from facewright.doctor.targets.coding import Coding
from facewright.doctor.targets.settle import boxes_of, descend

TOP = 10
"""places asked: the surest, which every choice of hard negatives takes"""
STEPS = 40
"""down the loss: three hard negatives a step are enough of them for all that are asked"""
LOWER = 1e-3
"""by which a score must fall"""
FACE, FAR = (0.8, 0.55, 0.18, 0.24), 0.4
"""centre and size of a face, and left of what places have nothing to do with it, as shares of the picture"""


@check(
    "loss-without-negatives",
    "error",
    Coding,
    about="Nothing teaches the network that a place or a picture holds no face, as when the score's loss is "
    "taken of faces only, or a picture without one costs nothing: it will find faces everywhere.",
    cure="Take the score's loss at all places of all pictures, those without a face too, with 0 as target "
    "where none is (divide by the number of faces, but by 1 at least).",
)
def without_negatives(coding: Coding) -> Iterator[Evidence]:
    random = torch.Generator().manual_seed(0)
    raw, other = (torch.randn(1, *coding.raw_shape, generator=random) for _ in range(2))
    before = coding.places(raw)
    if coding.most_faces == 1 or len(before) == 1 or torch.equal(before[:, 4], coding.places(other)[:, 4]):
        return  # one box that is always there, or no score that could say that none is
    left = before[:, [0, 2]].mean(1) < FAR * coding.width
    for words, faces, asked in (
        ("in a picture without a face", torch.zeros(0, 4), torch.ones_like(left)),
        ("far from the only face of a picture", torch.tensor([FACE]), left),
    ):
        scores = before[:, 4].masked_fill(~asked, -torch.inf)
        surest = scores.topk(min(TOP, int(asked.sum()))).indices
        settled, _ = descend(coding, boxes_of(coding, faces), raw, STEPS)
        kept = int((coding.places(settled)[surest, 4] > before[surest, 4] - LOWER).sum())
        # Most, not any: some losses draw lots for negatives, or let one of a set of boxes be the face's.
        if 2 * kept > len(surest):
            yield Evidence(
                f"Of the {len(surest)} surest places {words}, {kept} are as sure as before after {STEPS} "
                f"steps down the loss.",
                {"places": len(surest), "as_sure": kept},
            )


CHECKS = (without_negatives,)
