"""Which points answer for which face: dynamic assignment, after SimOTA (Ge et al., "YOLOX", 2021)."""

import torch
from torch import Tensor

from facewright.tasks.detection.overlap import pairwise_iou

CENTRE_RADIUS = 2.5
"""a point may answer for a face when it lies in its box or within this many strides of its centre"""
SIZE_PER_STRIDE = 4.5
"""the face size, in strides, that a level is there for"""
MOST_POINTS = 10
FAR = 1e5


@torch.no_grad()
def assign(scores: Tensor, boxes: Tensor, truth: Tensor, points: Tensor) -> Tensor:
    """Index of the face each point answers for, -1 for none. Shape (P,).

    scores (P,) probabilities, boxes (P, 4) decoded, truth (N, 4), points (P, 3). Each face asks for as many
    of the cheapest points as its ten best overlaps add up to, at least one; a point that several faces ask
    for goes to the cheapest, so that of faces that lie nearly on one another one may get none.
    Cost: wrong score + 3 x wrong box + wrong level.
    """
    assigned = torch.full((len(points),), -1, dtype=torch.long, device=points.device)
    if len(truth) == 0:
        return assigned
    xy, stride = points[:, None, :2], points[:, None, 2]
    centre = (truth[:, :2] + truth[:, 2:]) / 2
    inside = ((xy > truth[None, :, :2]) & (xy < truth[None, :, 2:])).all(-1)
    near = ((xy - centre[None]).abs() < CENTRE_RADIUS * stride[..., None]).all(-1)
    candidates = (inside | near).any(1).nonzero().squeeze(1)
    if len(candidates) == 0:
        return assigned
    inside, near, stride = inside[candidates], near[candidates], stride[candidates]

    overlap = pairwise_iou(boxes[candidates], truth)
    size = (truth[:, 2:] - truth[:, :2]).clamp(min=1e-3).prod(1).sqrt()
    level = torch.log2(size[None] / (SIZE_PER_STRIDE * stride)).abs()
    wrong_score = -torch.log(scores[candidates].clamp(min=1e-4))[:, None]
    cost = wrong_score + 3.0 * -torch.log(overlap.clamp(min=1e-4)) + level + FAR * ~(inside & near)

    wanted = overlap.topk(min(MOST_POINTS, len(candidates)), dim=0).values.sum(0).int().clamp(min=1)
    ranks = cost.argsort(dim=0).argsort(dim=0)
    taken = ranks < wanted[None]
    price = torch.where(taken, cost, torch.inf)
    best, face = price.min(dim=1)
    chosen = torch.isfinite(best)
    assigned[candidates[chosen]] = face[chosen]
    return assigned
