"""Overlap of boxes as tensors, for assignment and loss (core.boxes has the numpy side)."""

from typing import Literal

import torch
from torch import Tensor

BoxLoss = Literal["eiou", "ciou", "diou", "giou"]


def pairwise_iou(a: Tensor, b: Tensor) -> Tensor:
    """IoU of every pair: (..., N, 4), (..., M, 4) -> (..., N, M)."""
    left, right = a[..., :, None, :], b[..., None, :, :]
    size = torch.minimum(left[..., 2:], right[..., 2:]) - torch.maximum(left[..., :2], right[..., :2])
    shared = size.clamp(min=0).prod(-1)
    union = _area(a)[..., :, None] + _area(b)[..., None, :] - shared
    return shared / union.clamp(min=1e-6)


def box_loss(boxes: Tensor, truth: Tensor, kind: BoxLoss = "eiou") -> tuple[Tensor, Tensor]:
    """1 - IoU with what tells how boxes that miss each other do so, and plain IoU, of paired boxes:
    (N, 4) each -> (N,), (N,).

    kind: what is added. giou: the share of the box around both that neither fills (Rezatofighi et al., 2019);
    diou: how far apart the centres are, in diagonals of that box, squared; ciou: that, and how far the angles
    of the diagonals differ (both Zheng et al., 2020); eiou: that of diou, and the differences of width and of
    height, in its widths and heights, squared (Zhang et al., "Focal and Efficient IoU Loss", 2021).
    """
    low, high = torch.maximum(boxes[:, :2], truth[:, :2]), torch.minimum(boxes[:, 2:], truth[:, 2:])
    shared = (high - low).clamp(min=0).prod(-1)
    union = _area(boxes) + _area(truth) - shared
    overlap = shared / union.clamp(min=1e-6)
    hull = (torch.maximum(boxes[:, 2:], truth[:, 2:]) - torch.minimum(boxes[:, :2], truth[:, :2])).clamp(
        min=1e-3
    )
    if kind == "giou":
        return 2 - overlap - union / hull.prod(-1), overlap
    shift = (boxes[:, :2] + boxes[:, 2:] - truth[:, :2] - truth[:, 2:]) / 2
    loss = 1 - overlap + shift.square().sum(-1) / hull.square().sum(-1)
    size, true_size = boxes[:, 2:] - boxes[:, :2], truth[:, 2:] - truth[:, :2]
    if kind == "ciou":
        bent = (4 / torch.pi**2) * (_angle(true_size) - _angle(size)).square()
        share = (bent / (1 - overlap + bent).clamp(min=1e-6)).detach()
        loss = loss + share * bent
    elif kind == "eiou":
        loss = loss + ((size - true_size) / hull).square().sum(-1)
    return loss, overlap


def _angle(size: Tensor) -> Tensor:
    return torch.atan(size[:, 0] / size[:, 1].clamp(min=1e-3))


def _area(boxes: Tensor) -> Tensor:
    return (boxes[..., 2:] - boxes[..., :2]).clamp(min=0).prod(-1)
