"""What a loss teaches: of which faces, about which numbers, and whether it can be trusted to tell."""

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from facewright.core.errors import FacewrightError
from facewright.doctor.checking import check
from facewright.doctor.finding import Evidence
from facewright.doctor.seeded import seeded
from facewright.doctor.targets.coding import Coding
from facewright.doctor.targets.reach import moves
from facewright.doctor.targets.settle import STEPS, Fall, boxes_of, descend, gradient

PAIRS, TRIES = 8, 60
SAME = 1e-3
"""share by which two values of a loss may differ that should be one: rounding is a hundredth of it"""
FLOOR, RESTED = 0.35, 0.97
"""share of the loss at the start that must not be left, and of the loss at three quarters of the way from
which it no longer falls. The repository's heads are left with .22 at most, and still falling; a softmax that
is taken twice leaves .45"""
LOST, MOST_ASKED = 0.05, 150
"""share of faces that may be lost unsaid, and faces, chosen at random, of which that is asked"""
REFUSALS = (FacewrightError, ArithmeticError, LookupError, RuntimeError, ValueError)


@check(
    "targets-order-decides",
    "error",
    Coding,
    about="Of two faces that one place could answer for, the order in the label file decides which is "
    "taught, so that the larger or nearer one is lost by chance.",
    cure="Give a place to the largest of its faces, or to the one that fits best, whatever their order.",
)
def order_decides(coding: Coding) -> Iterator[Evidence]:
    if coding.most_faces == 1:
        return
    random = torch.Generator().manual_seed(0)
    changed = 0
    for _ in range(PAIRS):
        pair = boxes_of(coding, _two_in_one_place(random))
        raw = _raw(coding, random)
        one, other = (_value(coding, raw, boxes) for boxes in (pair, pair.flip(0)))
        changed += not math.isclose(one, other, rel_tol=SAME)
    if changed:
        yield Evidence(
            f"Of {PAIRS} pairs of faces about one centre, {changed} give another loss when the two change "
            f"places in the label file.",
            {"pairs": PAIRS, "changed": changed},
        )


@check(
    "targets-faces-lost",
    "warning",
    Coding,
    about="Faces that share a place with another one are not taught: the network learns that they are none, "
    "and no training brings them back.",
    cure="Use more cells, several boxes a cell, or points of several strides, and count what is lost.",
    needs=("examples",),
)
def faces_lost(coding: Coding) -> Iterator[Evidence]:
    assert coding.examples is not None
    raw = _raw(coding, torch.Generator().manual_seed(0))
    faces = [(picture, face) for picture, boxes in enumerate(coding.examples) for face in range(len(boxes))]
    asked = [faces[i] for i in np.random.default_rng(0).permutation(len(faces))[:MOST_ASKED].tolist()]
    whole = {picture: _value(coding, raw, coding.examples[picture]) for picture, _ in asked}
    lost = 0
    for picture, face in asked:
        boxes = coding.examples[picture]
        without = torch.cat([boxes[:face], boxes[face + 1 :]])
        lost += _value(coding, raw, without) == whole[picture]
    if lost > LOST * len(asked):
        yield Evidence(
            f"{lost} of {len(asked)} faces are not taught: the loss is the same without them.",
            {"faces": len(asked), "lost": lost},
        )


@check(
    "loss-box-without-face",
    "error",
    Coding,
    about="The loss of the box is also taken of pictures and places without a face, so that boxes are "
    "pulled to a place that means nothing, most often the corner or the middle.",
    cure="Multiply the box's terms by whether there is a face.",
)
def box_without_face(coding: Coding) -> Iterator[Evidence]:
    random = torch.Generator().manual_seed(0)
    raw = _raw(coding, random)
    pulled = list(moves(coding, raw, _pull(coding, raw, torch.zeros(0, 4)), random))
    count = int(torch.stack(pulled).any(0).sum()) if pulled else 0
    if count:
        yield Evidence(
            f"In a picture without a face the loss pulls at {count} of {len(pulled[0])} boxes.",
            {"boxes": len(pulled[0]), "pulled": count},
        )


@check(
    "loss-blind-apart",
    "error",
    Coding,
    about="A predicted box that does not overlap its face gets no gradient, as from 1 - IoU alone: what is "
    "far off stays far off.",
    cure="Add the distance of the centres, as GIoU, DIoU or EIoU do, or a plain distance.",
)
def blind_apart(coding: Coding) -> Iterator[Evidence]:
    random = torch.Generator().manual_seed(0)
    raw = _raw(coding, random)
    if not _any(moves(coding, raw, torch.ones_like(raw), random)):
        return  # no number says where a box is and nothing of its score
    blind = 0
    for i in range(TRIES):
        raw = _raw(coding, random, 1.0 + i % 4)
        centre = torch.rand(1, 2, generator=random) * 0.8 + 0.1
        size = torch.rand(1, 1, generator=random) * 0.08 + 0.03
        pull = _pull(coding, raw, boxes_of(coding, torch.cat([centre, size, size], dim=1)))
        blind += not _any(moves(coding, raw, pull, random))
    if blind:
        yield Evidence(
            f"In {blind} of {TRIES} tries with random boxes and one small face, the loss asked nothing of "
            f"any box.",
            {"tries": TRIES, "without_gradient": blind},
        )


@check(
    "loss-weight-not-linear",
    "error",
    Coding,
    about="A term of the loss does not grow with its weight as a weighted sum does, as when the weight is "
    "applied twice: the stated 5 acts as 25.",
    cure="Multiply each term by its weight once, where the terms are added.",
    needs=("weights", "weighted"),
)
def weight_not_linear(coding: Coding) -> Iterator[Evidence]:
    assert coding.weights is not None and coding.weighted is not None
    random = torch.Generator().manual_seed(0)
    raw = _raw(coding, random)
    targets = coding.encode(boxes_of(coding, torch.tensor([[0.36, 0.43, 0.21, 0.27]])))
    for name, weight in coding.weights.items():
        values = []
        for factor in (0.0, 1.0, 2.0):
            with seeded():
                changed = {**coding.weights, name: factor * (weight or 1.0)}
                values.append(float(coding.weighted(raw, targets, changed)))
        none, once, twice = values
        added, more = once - none, twice - once
        if not math.isclose(added, more, rel_tol=0.01, abs_tol=SAME * abs(once)):
            yield Evidence(
                f"The weight {name} from 0 to {weight or 1:g} adds {added:.4g} to the loss, and doubling it "
                f"then adds {more:.4g}" + (": it acts squared." if _squared(added, more) else "."),
                {"weight": name, "first": added, "second": more},
            )


@check(
    "loss-hides-nan",
    "error",
    Coding,
    about="Where the network gives NaN the loss is an ordinary number, so that a training that has broken "
    "down goes on for days unseen.",
    cure="Let NaN through, and stop with the batch that caused it.",
)
def hides_nan(coding: Coding) -> Iterator[Evidence]:
    boxes = boxes_of(coding, torch.tensor([[0.36, 0.43, 0.21, 0.27]]))
    try:
        value = _value(coding, torch.full((1, *coding.raw_shape), math.nan), boxes)
    except REFUSALS:
        return  # as good as NaN: nobody can miss it
    if math.isfinite(value):
        yield Evidence(f"When all that the network says is NaN, the loss is {value:.4g}.", {"loss": value})


@check(
    "loss-floor",
    "warning",
    Coding,
    about="The loss cannot come near zero whatever the network says, as when a softmax or sigmoid is "
    "applied twice: it learns little, and a stop that waits for a low loss never comes (a constant that the "
    "loss adds, or soft labels, do no harm).",
    cure="Give the loss what it expects, most often logits, and apply softmax or sigmoid once.",
)
def floor(coding: Coding) -> Iterator[Evidence]:
    falls = _falls(coding)
    whole = sum(fall.first for fall in falls.values())
    for name, fall in falls.items():
        if fall.first > SAME * whole and _floored(fall) and _least_alone(coding, name) > RESTED * fall.last:
            count = len(coding.settled)
            term = name if name == "loss" else f"loss of {name}"
            yield Evidence(
                f"The least {term} that free outputs reach is {fall.last / count:.4g}, "
                f"{fall.last / fall.first:.0%} of the {term} of outputs that are all zero.",
                {"term": name, "start": fall.first / count, "least": fall.last / count},
            )


CHECKS = (
    order_decides,
    faces_lost,
    box_without_face,
    blind_apart,
    weight_not_linear,
    hides_nan,
    floor,
)


def _raw(coding: Coding, random: torch.Generator, scale: float = 1.0) -> Tensor:
    return torch.randn(1, *coding.raw_shape, generator=random) * scale


@torch.no_grad()
def _value(coding: Coding, raw: Tensor, boxes: Tensor) -> float:
    with seeded():  # a loss that draws its negatives draws the same each time
        return float(coding.total(raw, coding.encode(boxes)))


def _pull(coding: Coding, raw: Tensor, boxes: Tensor) -> Tensor:
    """The loss's gradient by every raw number, of the shape of raw."""
    free = raw.clone().requires_grad_()
    return gradient(coding.total(free, coding.encode(boxes)), free)


def _any(moved: Iterator[Tensor]) -> bool:
    return any(bool(places.any()) for places in moved)


def _falls(coding: Coding) -> dict[str, Fall]:
    """Of each term, over all pictures together."""
    falls: dict[str, Fall] = {}
    for settled in coding.settled:
        for name, fall in settled.falls.items():
            falls[name] = Fall(*map(sum, zip(fall, falls.get(name, (0.0, 0.0, 0.0)), strict=True)))
    return falls


def _floored(fall: Fall) -> bool:
    """It fell, and rests high above zero: one that never falls is a constant that the loss adds."""
    return max(FLOOR * fall.first, RESTED * fall.before) < fall.last < fall.first


def _least_alone(coding: Coding, name: str) -> float:
    """What a term gets to when it goes on without the others, which may have held it up."""
    alone = replace(coding, loss=lambda raw, targets: coding.terms(raw, targets).get(name, raw.new_zeros(())))
    return sum(descend(alone, each.truth, each.raw, STEPS)[1][-1]["loss"] for each in coding.settled)


def _two_in_one_place(random: torch.Generator) -> Tensor:
    """(2, 4) shares: a large face and a smaller one about its centre."""
    centre = torch.rand(1, 2, generator=random) * 0.6 + 0.2
    large = torch.rand(1, 1, generator=random) * 0.2 + 0.2
    sizes = torch.cat([large, large * 0.6])
    return torch.cat([centre.repeat(2, 1), sizes, sizes * 1.2], dim=1)


def _squared(first: float, second: float) -> bool:
    """From 0 to 1 a square grows by 1, from 1 to 2 by 3."""
    return math.isclose(second, 3 * first, rel_tol=0.02)
