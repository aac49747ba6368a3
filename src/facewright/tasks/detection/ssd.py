"""Default boxes on several maps (Liu et al., "SSD: Single Shot MultiBox Detector", 2016)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from facewright.tasks.detection.head import Head, Targets
from facewright.tasks.detection.loss import known
from facewright.tasks.detection.overlap import pairwise_iou
from facewright.tasks.normaliser import normaliser

SIZES = (0.045, 0.11, 0.26, 0.62)
"""of each map's default boxes, one a cell, in sides of the picture"""
ASPECT = 0.8
"""width / height of all default boxes: faces are taller than wide"""
MATCHED = 0.4
"""a default box answers for the face it overlaps most, from this IoU on; the paper's is .5, with several
boxes a cell. With one, faces between two sizes would match none (see Zhang et al., "S3FD", 2017)"""
NEGATIVES_A_FACE, FEWEST_NEGATIVES = 3, 12
"""the hardest default boxes without a face that a picture teaches; the second where it holds hardly a face"""
CENTRE_UNIT, SIZE_UNIT = 0.1, 0.2
"""what one in the output stands for (the paper's variances): of a default box's size, of a logarithm"""
MOST_GROWTH = 4.0
"""exp() of a wild number early in training must not become infinite"""


@dataclass(frozen=True, eq=False)
class SsdTargets(Targets):
    """Of B pictures and P default boxes."""

    code: Tensor
    """(B, 4, P): centre and log size of the face relative to the default box; 0 where there is none"""
    face: Tensor
    """(B, P): 1 for default boxes that answer for a face, else 0"""
    known: Tensor
    """(B, P): 0 for default boxes of which nothing is known"""


class SsdHead(Head[SsdTargets]):
    """Raw output (B, 5, P): logit, centre, log size; P as `models.ssd.Ssd` counts its default boxes."""

    def __init__(self, side: int, maps: Sequence[int]) -> None:
        self.side = side
        self.defaults = default_boxes(side, maps)
        self.decode = SsdDecode(self.defaults)

    def targets(self, boxes: Sequence[Tensor], ignore: Sequence[Tensor]) -> SsdTargets:
        defaults = self.defaults.to(boxes[0].device)
        codes, faces, sure, lost = [], [], [], 0
        for truth, regions in zip(boxes, ignore, strict=True):
            answers = match(truth, defaults)
            here = answers >= 0
            code = defaults.new_zeros(len(defaults), 4)
            code[here] = encode(truth[answers[here]], defaults[here])
            codes.append(code.T)
            faces.append(here.float())
            sure.append(known(defaults, truth, regions))
            lost += len(truth) - len(answers[here].unique())
        count = sum(len(truth) for truth in boxes)
        return SsdTargets(count, lost, torch.stack(codes), torch.stack(faces), torch.stack(sure))

    def loss(self, raw: Tensor, targets: SsdTargets) -> dict[str, Tensor]:
        """Smooth L1 and cross-entropy over the default boxes that answer for a face, and cross-entropy over
        the hardest others; all for each of the first kind."""
        raw, face = raw.float(), targets.face
        logits = raw[:, 0]
        apart = functional.smooth_l1_loss(raw[:, 1:], targets.code, reduction="none").sum(1)
        wrong = functional.binary_cross_entropy_with_logits(logits, face, reduction="none")
        hardness = wrong.detach() * (1 - face) * targets.known
        wanted = (face.sum(1, keepdim=True) * NEGATIVES_A_FACE).clamp(min=FEWEST_NEGATIVES)
        rank = hardness.argsort(dim=1, descending=True).argsort(dim=1)
        taught = (rank < wanted) & (hardness > 0)
        count = normaliser(face.sum(), raw)
        return {
            "coordinates": (apart * face).sum() / count,
            "confidence": (wrong * face).sum() / count,
            "no_object": (wrong * taught).sum() / count,
        }


class SsdDecode(nn.Module):
    """The inverse of `encode`: (B, 5, P) -> (B, P, 5), boxes in pixels and scores."""

    centres: Tensor
    sizes: Tensor

    def __init__(self, defaults: Tensor) -> None:
        super().__init__()
        self.register_buffer("centres", defaults[:, :2].T[None].contiguous())
        self.register_buffer("sizes", defaults[:, 2:].T[None].contiguous())

    def forward(self, raw: Tensor) -> Tensor:
        centre = self.centres + raw[:, 1:3] * CENTRE_UNIT * self.sizes
        half = torch.exp(torch.clamp(raw[:, 3:5] * SIZE_UNIT, max=MOST_GROWTH)) * self.sizes * 0.5
        return torch.cat([centre - half, centre + half, torch.sigmoid(raw[:, 0:1])], dim=1).transpose(1, 2)


def default_boxes(side: int, maps: Sequence[int]) -> Tensor:
    """(P, 4): centre x, y, width, height in pixels; one a cell, map by map, row by row."""
    boxes = []
    for cells, size in zip(maps, SIZES[: len(maps)], strict=True):
        middle = (torch.arange(cells) + 0.5) * side / cells
        y, x = (axis.reshape(-1) for axis in torch.meshgrid(middle, middle, indexing="ij"))
        width, height = side * size * math.sqrt(ASPECT), side * size / math.sqrt(ASPECT)
        boxes.append(torch.stack([x, y, torch.full_like(x, width), torch.full_like(x, height)], dim=1))
    return torch.cat(boxes)


def match(truth: Tensor, defaults: Tensor) -> Tensor:
    """Index of the face (N, 4) each default box (P, 4) answers for, -1 for none. Shape (P,).

    Each face gets the default box that overlaps it most, however little that is; of several faces with the
    same one the face that overlaps it most keeps it. The other default boxes need `MATCHED`.
    """
    if len(truth) == 0:
        return torch.full((len(defaults),), -1, dtype=torch.long, device=defaults.device)
    half = defaults[:, 2:] / 2
    overlap = pairwise_iou(torch.cat([defaults[:, :2] - half, defaults[:, :2] + half], dim=1), truth)
    best, face = overlap.max(dim=1)
    answers = torch.where(best >= MATCHED, face, -1)
    most, favourite = overlap.max(dim=0)
    order = most.argsort()
    for i in order.tolist():  # the best last, so that it stays
        answers[favourite[i]] = i
    return answers


def encode(boxes: Tensor, defaults: Tensor) -> Tensor:
    """Faces (N, 4) relative to their default boxes (N, 4) -> (N, 4)."""
    centre, size = (boxes[:, :2] + boxes[:, 2:]) / 2, boxes[:, 2:] - boxes[:, :2]
    return torch.cat(
        [
            (centre - defaults[:, :2]) / defaults[:, 2:] / CENTRE_UNIT,
            torch.log(size / defaults[:, 2:]) / SIZE_UNIT,
        ],
        dim=1,
    )
