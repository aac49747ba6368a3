"""Losses of the scores of many points, of which few answer for a face."""

from typing import Literal

from torch import Tensor
from torch.nn import functional

ScoreLoss = Literal["quality-focal", "varifocal", "focal", "cross-entropy"]


def score_loss(logits: Tensor, overlap: Tensor, faces: Tensor, kind: ScoreLoss = "quality-focal") -> Tensor:
    """The loss of each point's score, all of one shape.

    overlap: of a face's point, the IoU that its box reaches; 0 elsewhere. faces: which points answer for one.
    kind: cross-entropy against the overlap; quality-focal, that by (overlap - p)^2 (Li et al., "Generalized
    Focal Loss", 2020); varifocal, by the overlap at faces and .75 p^2 elsewhere (Zhang et al.,
    "VarifocalNet", 2021); focal, against 1 at faces, by (1 - p)^2 of the right answer, a quarter of it at
    faces and three quarters elsewhere (Lin et al., "Focal Loss for Dense Object Detection", 2017).
    """
    targets = faces.to(logits) if kind == "focal" else overlap
    loss = functional.binary_cross_entropy_with_logits(logits, targets, reduction="none")
    scores = logits.sigmoid()
    if kind == "quality-focal":
        return loss * (targets - scores).square()
    if kind == "varifocal":
        return loss * overlap.where(faces, 0.75 * scores.square())
    if kind == "focal":
        return loss * (targets - scores).square() * (0.75 - 0.5 * targets)
    return loss
