"""Overlap of boxes as tensors, for assignment and loss (core.boxes has the numpy side)."""

import torch
from torch import Tensor


def pairwise_iou(a: Tensor, b: Tensor) -> Tensor:
    """IoU of every pair: (..., N, 4), (..., M, 4) -> (..., N, M)."""
    left, right = a[..., :, None, :], b[..., None, :, :]
    size = torch.minimum(left[..., 2:], right[..., 2:]) - torch.maximum(left[..., :2], right[..., :2])
    shared = size.clamp(min=0).prod(-1)
    union = _area(a)[..., :, None] + _area(b)[..., None, :] - shared
    return shared / union.clamp(min=1e-6)


def eiou_loss(boxes: Tensor, truth: Tensor) -> tuple[Tensor, Tensor]:
    """Efficient-IoU loss and plain IoU of paired boxes, (N, 4) each -> (N,), (N,).

    1 - IoU, plus the distance of the centres and the differences of width and height, each relative to the
    box that encloses both (Zhang et al., "Focal and Efficient IoU Loss", 2021): boxes that do not overlap get
    a gradient too.
    """
    low, high = torch.maximum(boxes[:, :2], truth[:, :2]), torch.minimum(boxes[:, 2:], truth[:, 2:])
    shared = (high - low).clamp(min=0).prod(-1)
    overlap = shared / (_area(boxes) + _area(truth) - shared).clamp(min=1e-6)
    hull = (torch.maximum(boxes[:, 2:], truth[:, 2:]) - torch.minimum(boxes[:, :2], truth[:, :2])).clamp(
        min=1e-3
    )
    shift = (boxes[:, :2] + boxes[:, 2:] - truth[:, :2] - truth[:, 2:]) / 2
    sizes = (boxes[:, 2:] - boxes[:, :2]) - (truth[:, 2:] - truth[:, :2])
    far = shift.square().sum(-1) / hull.square().sum(-1)
    return 1 - overlap + far + (sizes / hull).square().sum(-1), overlap


def _area(boxes: Tensor) -> Tensor:
    return (boxes[..., 2:] - boxes[..., :2]).clamp(min=0).prod(-1)
