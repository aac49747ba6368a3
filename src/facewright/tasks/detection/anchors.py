"""Anchor boxes as in YOLOv2 (Redmon and Farhadi, "YOLO9000", 2017): their targets, loss and decoding.

Each of S x S cells has A anchors, boxes of typical sizes; for each the network says the centre's place in the
cell, the box's size relative to the anchor, and a confidence that is to be the IoU which that box reaches.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from facewright.tasks.detection.head import Head, Targets
from facewright.tasks.detection.loss import known
from facewright.tasks.detection.overlap import box_loss, pairwise_iou
from facewright.tasks.normaliser import normaliser

NUMBERS = 5
"""of an anchor, all anchors' first ones first: centre x, y, log width, height, confidence"""
GOOD_ENOUGH = 0.6
"""a box that overlaps a face this much is not taught to be none, though another, or none, answers for it"""
MOST_GROWTH = 4.0
"""exp() of a wild number early in training must not become infinite"""

Size = tuple[float, float]


@dataclass(frozen=True, eq=False)
class AnchorTargets(Targets):
    """Of B pictures and P = A * S * S places: place = (anchor * S + row) * S + column."""

    boxes: list[Tensor]
    """of each picture the faces that a place answers for (N, 4), pixels of the input"""
    places: list[Tensor]
    """(N,): which one"""
    annotated: list[Tensor]
    """of each picture all its faces (M, 4), those that no place is left for, too"""
    known: Tensor
    """(B, S * S): 0 in cells of which nothing is known"""


class AnchorHead(Head[AnchorTargets]):
    """Raw output (B, 5 * A, S * S) of a network with input `side` and `cells` = S; anchors in its pixels."""

    def __init__(self, side: int, cells: int, anchors: Sequence[Size]) -> None:
        self.side, self.cells = side, cells
        self.anchors = torch.tensor(anchors, dtype=torch.float32)
        self.decode = AnchorDecode(side, cells, self.anchors)

    def targets(self, boxes: Sequence[Tensor], ignore: Sequence[Tensor]) -> AnchorTargets:
        places = [assign(one, self.side, self.cells, self.anchors) for one in boxes]
        kept = [place >= 0 for place in places]
        middles = cell_corners(self.cells).to(boxes[0].device) * (self.side / self.cells)
        middles = middles + self.side / self.cells / 2
        return AnchorTargets(
            faces=sum(len(one) for one in boxes),
            lost=sum(int((~keep).sum()) for keep in kept),
            boxes=[one[keep] for one, keep in zip(boxes, kept, strict=True)],
            places=[place[keep] for place, keep in zip(places, kept, strict=True)],
            annotated=list(boxes),
            known=torch.stack([known(middles, *truth) for truth in zip(boxes, ignore, strict=True)]),
        )

    def loss(self, raw: Tensor, targets: AnchorTargets) -> dict[str, Tensor]:
        """EIoU and cross-entropy over the places that answer for a face, cross-entropy over the others; all
        for each of the first kind. Boxes are taught where there is a face only."""
        raw = raw.float()
        decoded = self.decode.to(raw.device)(raw)
        logits = raw.reshape(len(raw), NUMBERS, -1)[:, 4]
        batch = torch.cat([torch.full_like(place, i) for i, place in enumerate(targets.places)])
        place, truth = torch.cat(targets.places), torch.cat(targets.boxes)
        far, overlap = box_loss(decoded[batch, place, :4], truth)
        wanted, answers = torch.zeros_like(logits), torch.zeros_like(logits)
        wanted[batch, place], answers[batch, place] = overlap.detach(), 1.0
        wrong = functional.binary_cross_entropy_with_logits(logits, wanted, reduction="none")
        empty = (1 - answers) * targets.known.tile(1, len(self.anchors))
        for i, faces in enumerate(targets.annotated):
            if len(faces):
                best = pairwise_iou(decoded[i, :, :4].detach(), faces).amax(dim=1)
                empty[i] *= best < GOOD_ENOUGH
        count = normaliser(len(place), raw)
        return {
            "coordinates": far.sum() / count,
            "confidence": (wrong * answers).sum() / count,
            "no_object": (wrong * empty).sum() / count,
        }


class AnchorDecode(nn.Module):
    """Raw (B, 5 * A, S * S) -> (B, A * S * S, 5): boxes in pixels of the input, and scores."""

    corners: Tensor
    halves: Tensor

    def __init__(self, side: int, cells: int, anchors: Tensor) -> None:
        super().__init__()
        self.stride, self.places = side / cells, len(anchors) * cells * cells
        self.register_buffer("corners", cell_corners(cells).T.tile(1, len(anchors))[None].contiguous())
        self.register_buffer("halves", anchors.T.repeat_interleave(cells * cells, dim=1)[None] / 2)

    def forward(self, raw: Tensor) -> Tensor:
        numbers = raw.reshape(-1, NUMBERS, self.places)
        centre = (torch.sigmoid(numbers[:, 0:2]) + self.corners) * self.stride
        half = torch.exp(torch.clamp(numbers[:, 2:4], max=MOST_GROWTH)) * self.halves
        score = torch.sigmoid(numbers[:, 4:5])
        return torch.cat([centre - half, centre + half, score], dim=1).transpose(1, 2)


def assign(boxes: Tensor, side: int, cells: int, anchors: Tensor) -> Tensor:
    """The place that answers for each face (N, 4); -1 where all anchors of its cell answer for others. (N,).

    The cell in which the centre lies; of its anchors the one whose size fits best, or the best that is free.
    The largest faces choose first.
    """
    size = boxes[:, 2:] - boxes[:, :2]
    cell = ((boxes[:, :2] + boxes[:, 2:]) / 2 * (cells / side)).long().clamp(0, cells - 1)
    fit = size_iou(size, anchors.to(boxes.device))
    places, taken = [-1] * len(boxes), set()
    for face in size.prod(1).argsort(descending=True).tolist():
        column, row = cell[face].tolist()
        for anchor in fit[face].argsort(descending=True).tolist():
            place = (anchor * cells + row) * cells + column
            if place not in taken:
                places[face] = place
                taken.add(place)
                break
    return torch.tensor(places, dtype=torch.long, device=boxes.device)


def size_iou(sizes: Tensor, others: Tensor) -> Tensor:
    """IoU of every pair of boxes laid centre on centre: (N, 2), (M, 2) -> (N, M)."""
    shared = torch.minimum(sizes[:, None], others[None]).prod(-1)
    return shared / (sizes.prod(-1)[:, None] + others.prod(-1)[None] - shared).clamp(min=1e-6)


def cell_corners(cells: int) -> Tensor:
    """(S * S, 2): x, y of each cell's upper left corner, in cells, row by row."""
    y, x = torch.meshgrid(torch.arange(cells), torch.arange(cells), indexing="ij")
    return torch.stack([x, y], dim=-1).reshape(-1, 2).float()
