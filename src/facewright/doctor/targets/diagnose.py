"""What turns true boxes into those that are read back: hypotheses about centres and sizes, one by one."""

import itertools
from collections.abc import Callable, Iterator
from typing import NamedTuple

import torch
from torch import Tensor

from facewright.doctor.targets.settle import Settled

SURE = 0.5
"""of the highest score that is read back: what scores as much counts as found"""
LEAST_SCORE = 0.3
"""that the surest place must reach in every picture; every head of the repository reaches .9"""
CLOSE = 0.06
"""mean distance, in sizes of the face, below which centres agree. Every head of the repository reaches .01"""
ALIKE = 0.1
"""mean difference of the logarithms of sizes that is none; every head of the repository reaches .01"""
MOST_CELLS, MOST_TARGETS = 64, 100
Move = Callable[[Tensor], Tensor]
"""(N, 2) -> (N, 2), of centres as shares of width and height, or of their whole or broken part of a cell"""
Place = Callable[[Tensor], Tensor]
"""faces (N, 4), centre and size as shares -> where their centres (N, 2) would be read if this were the
fault"""


class Reading(NamedTuple):
    """How what is read back differs from the truth; fault is None where it does not."""

    fault: str | None
    said: str
    """end of a sentence that begins with "faces are read back" """
    apart: float
    """mean distance of centres from the truth, in sizes of the face"""
    sizes: tuple[float, float]
    """median factor of widths and heights"""
    faces: int


def read_back(pictures: list[Settled], width: int, height: int) -> Reading:
    """The simplest explanation of all boxes in pictures of so many pixels."""
    scale = torch.tensor([width, height], dtype=torch.float32)
    pairs = [_numbers(settled.truth, settled.decoded, scale) for settled in pictures]
    apart, factors = _fit(pairs, _centre)
    widths, heights = (float(f) for f in factors.median(0).values.exp())
    fault: str | None
    highest = min(float(settled.decoded[:, 4].max()) for settled in pictures)
    if highest < LEAST_SCORE:
        fault, said = "lost", f"nowhere: no place scores above {highest:.2f}"
    elif apart <= CLOSE:
        fault, said = _size_fault(pairs, factors)
    else:
        places = itertools.chain(_places(), _alike(pairs, scale))
        fits = ((fault, said) for fault, said, place in places if _fit(pairs, place)[0] <= CLOSE)
        fault, said = next(fits, ("lost", f"somewhere else, {apart:.2f} times their size away"))
    return Reading(fault, said, apart, (widths, heights), sum(len(truth) for truth, _ in pairs))


def _numbers(truth: Tensor, decoded: Tensor, scale: Tensor) -> tuple[Tensor, Tensor]:
    """Centre and size as shares, of the true boxes (N, 4) and of those read with certainty (M, 4)."""
    sure = decoded[decoded[:, 4] >= SURE * decoded[:, 4].max(), :4]
    return tuple(  # type: ignore[return-value]
        torch.cat([(box[:, :2] + box[:, 2:]) / 2 / scale, (box[:, 2:] - box[:, :2]) / scale], dim=1)
        for box in (truth, sure)
    )


def _fit(pairs: list[tuple[Tensor, Tensor]], place: Place) -> tuple[float, Tensor]:
    """Mean distance from where `place` puts the faces to the nearest read centre, in sizes of the face, and
    the logarithms (N, 2) of how many times larger that box is."""
    apart, factors = [], []
    for truth, read in pairs:
        size = truth[:, 2:].prod(1).sqrt()
        distance = torch.cdist(place(truth), read[:, :2]) / size[:, None]
        # of boxes as near as another, the one of the face's size: several may answer for one face
        ratio = (read[None, :, 2:].clamp(min=1e-6) / truth[:, None, 2:]).log()
        nearest = (distance + 0.1 * ratio.abs().mean(2)).argmin(1)
        rows = torch.arange(len(truth))
        apart.append(distance[rows, nearest])
        factors.append(ratio[rows, nearest])
    return float(torch.cat(apart).clamp(max=10).mean()), torch.cat(factors)


def _places() -> Iterator[tuple[str, str, Place]]:
    """Fault, how it is said, where it puts a face. Simple ones first; then those that need a grid."""
    yield "transposed", "transposed: x for y and y for x", lambda face: face[:, :2].flip(1)
    yield "mirrored", "mirrored left to right", lambda face: (face[:, :2] - torch.tensor([1.0, 0.0])).abs()
    yield "mirrored", "upside down", lambda face: (face[:, :2] - torch.tensor([0.0, 1.0])).abs()
    for said, place in (
        ("with their centres where their upper left corners are", _upper_left),
        ("with their upper left corners where their centres are", _lower_right),
        ("as if centre and size were two corners", lambda face: (face[:, :2] + face[:, 2:]) / 2),
        (
            "as if corner and size (x, y, w, h) were two corners",
            lambda face: (_upper_left(face) + face[:, 2:]) / 2,
        ),
        (
            "as if two corners were corner and size (x, y, w, h)",
            lambda face: _upper_left(face) + _lower_right(face) / 2,
        ),
    ):
        yield "corners", said, place
    for cells in range(2, MOST_CELLS + 1):
        for fault, said, whole, part in (
            ("offsets-swapped", "with the offsets in their cells swapped, x for y", _same, _flip),
            ("transposed", "in the transposed cell", _flip, _same),
            ("offsets-lost", "in the middle of their cells", _same, lambda p: torch.full_like(p, 0.5)),
            ("offsets-lost", "in the corner of their cells", _same, torch.zeros_like),
        ):
            yield fault, f"{said} ({cells} x {cells} cells)", _in_cells(cells, whole, part)


def _alike(pairs: list[tuple[Tensor, Tensor]], scale: Tensor) -> Iterator[tuple[str, str, Place]]:
    """The same shift, or the same factor, for all faces, as one face and one box that is read suggest it."""
    face = pairs[0][0][0, :2]
    for target in pairs[0][1][:MOST_TARGETS, :2]:
        x, y = ((target - face) * scale).tolist()
        yield "shifted", f"shifted, all by the same {x:+.1f} and {y:+.1f} pixels", _affine(1.0, target - face)
        x, y = (target / face).tolist()
        yield "scaled", f"with their places multiplied by {x:.2f} and {y:.2f}", _affine(target / face, 0.0)


def _affine(factor: Tensor | float, shift: Tensor | float) -> Place:
    return lambda face: face[:, :2] * factor + shift


def _centre(face: Tensor) -> Tensor:
    return face[:, :2]


def _upper_left(face: Tensor) -> Tensor:
    return face[:, :2] - face[:, 2:] / 2


def _lower_right(face: Tensor) -> Tensor:
    return face[:, :2] + face[:, 2:] / 2


def _same(numbers: Tensor) -> Tensor:
    return numbers


def _flip(numbers: Tensor) -> Tensor:
    return numbers.flip(1)


def _in_cells(cells: int, whole: Move, part: Move) -> Place:
    def place(face: Tensor) -> Tensor:
        corner = (face[:, :2] * cells).floor()
        return (whole(corner) + part(face[:, :2] * cells - corner)) / cells

    return place


def _size_fault(pairs: list[tuple[Tensor, Tensor]], factors: Tensor) -> tuple[str | None, str]:
    """Of faces whose centres are right."""
    if float(factors.abs().mean()) <= ALIKE:
        return None, "where they are"
    if all((read[:, 2:] < 0).all() for _, read in pairs):
        return "corners", "with their corners exchanged: the lower right one first"
    truth = torch.cat([truth for truth, _ in pairs])
    swapped = (truth[:, 2:].flip(1) / truth[:, 2:]).log()
    if float((factors - swapped).abs().mean()) < ALIKE / 2:
        return "sizes-swapped", "with width and height swapped"
    middle = factors.median(0).values
    if float((factors - middle).abs().mean()) < ALIKE / 2:
        width, height = middle.exp().tolist()
        return "scaled", f"all {width:.2f} times as wide and {height:.2f} times as high"
    low, high = factors.exp().amin().item(), factors.exp().amax().item()
    return "scaled", f"between {low:.2f} and {high:.2f} times as large as they are"
