"""Which points answer for which face: dynamically, after SimOTA (Ge et al., "YOLOX", 2021), or by place."""

from typing import Literal

import torch
from torch import Tensor

from facewright.tasks.detection.overlap import pairwise_iou

Assignment = Literal["dynamic", "nearest"]

CENTRE_RADIUS = 2.5
"""a point may answer for a face when it lies in its box or within this many strides of its centre"""
SIZE_PER_STRIDE = 4.5
"""the face size, in strides, that a level is there for"""
NEAREST_RADIUS = 1.5
"""the same of `assign_nearest`, about the centre alone"""
MOST_POINTS = 10
FAR = 1e5


@torch.no_grad()
def assign(scores: Tensor, boxes: Tensor, truth: Tensor, points: Tensor) -> Tensor:
    """Index of the face each point answers for, -1 for none. Shape (B, P).

    scores (B, P) probabilities, boxes (B, P, 4) decoded, truth (B, N, 4) with NaN where a picture has fewer
    than N faces, points (P, 3). Each face asks for as many of the cheapest points as its ten best overlaps
    add up to, at least one; a point that several faces ask for goes to the cheapest, so that of faces that
    lie nearly on one another one may get none. Cost: wrong score + 3 x wrong box + wrong level.
    """
    if truth.shape[1] == 0:
        return torch.full_like(scores, -1, dtype=torch.long)
    xy, stride = points[:, :2], points[:, 2]
    real = truth.isfinite().all(-1)[..., None]
    truth = truth.nan_to_num()
    centre, sides = (truth[..., :2] + truth[..., 2:]) / 2, truth[..., 2:] - truth[..., :2]
    inside = ((xy > truth[:, :, None, :2]) & (xy < truth[:, :, None, 2:])).all(-1)
    near = ((xy - centre[:, :, None]).abs() < CENTRE_RADIUS * stride[:, None]).all(-1)
    allowed = ((inside | near) & real).any(1, keepdim=True)  # to answer for some face of the picture

    overlap = pairwise_iou(truth, boxes) * allowed
    level = _wrong_level(sides, stride)
    wrong_score = -torch.log(scores.clamp(min=1e-4))[:, None]
    cost = wrong_score + 3.0 * -torch.log(overlap.clamp(min=1e-4)) + level + FAR * ~(inside & near)
    cost = cost.masked_fill(~(allowed & real), torch.inf)

    most = min(MOST_POINTS, len(points))
    wanted = overlap.topk(most).values.sum(-1, keepdim=True).int().clamp(min=1)
    cheapest = cost.topk(most, largest=False)
    refused = torch.arange(most, device=cost.device) >= wanted
    price = torch.full_like(cost, torch.inf)
    price.scatter_(2, cheapest.indices, cheapest.values.masked_fill(refused, torch.inf))
    best, face = price.min(dim=1)
    return torch.where(best.isfinite(), face, -1)


@torch.no_grad()
def assign_nearest(truth: Tensor, points: Tensor) -> Tensor:
    """Index of the face each point answers for, -1 for none, by place alone: (N, 4), (P, 3) -> (P,).

    A face asks for the points around its centre on the level that its size is nearest to, and of a point that
    several ask for the one whose centre is nearest gets it (after FCOS with centre sampling, Tian et al.,
    2019): of faces whose centres are nearly one, one may get none.
    """
    if len(truth) == 0:
        return torch.full((len(points),), -1, dtype=torch.long, device=points.device)
    xy, stride = points[:, :2], points[:, 2]
    away = (xy - (truth[:, None, :2] + truth[:, None, 2:]) / 2).abs().amax(-1) / stride
    wrong = _wrong_level(truth[:, 2:] - truth[:, :2], stride)
    there = (wrong <= wrong.amin(1, keepdim=True)) & (away < NEAREST_RADIUS)
    best, face = away.masked_fill(~there, torch.inf).min(dim=0)
    return torch.where(best.isfinite(), face, -1)


def _wrong_level(sides: Tensor, stride: Tensor) -> Tensor:
    """How many octaves faces of sides (..., N, 2) are off the size that a point's level is there for."""
    return torch.log2(sides.clamp(min=1e-3).prod(-1).sqrt()[..., None] / (SIZE_PER_STRIDE * stride)).abs()
