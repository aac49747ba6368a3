"""One box a cell (Redmon et al., "You Only Look Once", 2016): faces <-> an S x S map of five numbers.

A cell's numbers, each behind a sigmoid: confidence; the centre's place in its cell, x and then y, in cells;
and square roots of width and height, in sides of the picture. The network says the roots themselves, so that
the loss compares roots, as YOLO's does, and no gradient of a root of nearly nothing can run away.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from facewright.tasks.detection.head import Head, Targets
from facewright.tasks.detection.loss import known

NUMBERS = 5
"""a cell: confidence, x, y, square roots of width and height"""


@dataclass(frozen=True, eq=False)
class GridTargets(Targets):
    """Of B pictures, cells row by row: cell = row * S + column, row from y, column from x."""

    maps: Tensor
    """(B, 5, S * S): what the sigmoids should give; 0 in cells without a face"""
    known: Tensor
    """(B, S * S): 0 in cells of which nothing is known"""


class GridHead(Head[GridTargets]):
    """Raw output (B, 5, S * S), logits, of a network with input `side` and `cells` = S.

    described_faults: two mistakes of the system this was learnt from. Targets lie at [x][y], so that the
    network has to learn to transpose the picture (its reader knew, and read the same way), and the loss takes
    x for y and y for x of the place in the cell (its reader did not know). Only for measuring what they cost.
    """

    def __init__(self, side: int, cells: int, described_faults: bool = False) -> None:
        self.side, self.cells, self.described_faults = side, cells, described_faults
        self.decode = GridDecode(side, cells, transposed=described_faults)

    def targets(self, boxes: Sequence[Tensor], ignore: Sequence[Tensor]) -> GridTargets:
        maps = torch.stack([encode(one, self.side, self.cells, self.described_faults) for one in boxes])
        middles = (_corners(self.cells, self.described_faults).to(maps.device) + 0.5) * self.side / self.cells
        sure = torch.stack([known(middles, *truth) for truth in zip(boxes, ignore, strict=True)])
        faces = sum(len(one) for one in boxes)
        return GridTargets(faces, faces - int(maps[:, 0].sum()), maps, sure)

    def loss(self, raw: Tensor, targets: GridTargets) -> dict[str, Tensor]:
        """Squared errors, as YOLO's."""
        error = (raw.float().sigmoid() - targets.maps).square()
        face = targets.maps[:, 0]
        return {
            "coordinates": (error[:, 1:].sum(1) * face).sum() / len(raw),
            "confidence": (error[:, 0] * face).sum() / len(raw),
            "no_object": (error[:, 0] * (1 - face) * targets.known).sum() / len(raw),
        }


class GridDecode(nn.Module):
    """The inverse of `encode`: logits (B, 5, S * S) -> (B, S * S, 5), boxes in pixels and scores."""

    corners: Tensor

    def __init__(self, side: int, cells: int, transposed: bool = False) -> None:
        super().__init__()
        self.stride, self.half_side = side / cells, side / 2
        self.register_buffer("corners", _corners(cells, transposed).T[None].contiguous())

    def forward(self, raw: Tensor) -> Tensor:
        numbers = torch.sigmoid(raw)
        centre = (numbers[:, 1:3] + self.corners) * self.stride
        root = numbers[:, 3:5]
        half = root * root * self.half_side
        return torch.cat([centre - half, centre + half, numbers[:, 0:1]], dim=1).transpose(1, 2)


def encode(boxes: Tensor, side: int, cells: int, described_faults: bool = False) -> Tensor:
    """Faces (N, 4), in pixels of the square picture -> (5, S * S).

    The cell in which a face's centre lies answers for it. Of several faces in a cell the largest keeps it,
    and nothing is said of the others.
    """
    target = boxes.new_zeros(NUMBERS, cells * cells)
    size = boxes[:, 2:] - boxes[:, :2]
    centre = (boxes[:, :2] + boxes[:, 2:]) / 2 * (cells / side)
    corner = centre.floor().clamp(0, cells - 1)
    column, row = corner.long().unbind(1)
    place = column * cells + row if described_faults else row * cells + column
    rank = size.prod(1).argsort().argsort()
    largest = rank.new_full((cells * cells,), -1).scatter_reduce(0, place, rank, "amax")
    kept = largest[place] == rank
    offset = (centre - corner).flip(1) if described_faults else centre - corner
    confidence = torch.ones_like(size[:, :1])
    target[:, place[kept]] = torch.cat([confidence, offset, (size / side).sqrt()], dim=1)[kept].T
    return target


def _corners(cells: int, transposed: bool) -> Tensor:
    """(S * S, 2): x, y of each cell's upper left corner, in cells, row by row, or column by column."""
    first, second = torch.meshgrid(torch.arange(cells), torch.arange(cells), indexing="ij")
    order = [first, second] if transposed else [second, first]
    return torch.stack(order, dim=-1).reshape(-1, 2).float()
