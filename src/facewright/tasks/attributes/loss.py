"""Losses of many yes-or-no answers at once, of which some are rare and some are not known."""

from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional

from facewright.tasks.normaliser import normaliser

Kind = Literal["bce", "focal", "asymmetric"]


def attribute_loss(
    logits: Tensor,
    labels: Tensor,
    *,
    kind: Kind = "bce",
    positive: Tensor | None = None,
    gamma: float = 2.0,
    margin: float = 0.05,
) -> Tensor:
    """The mean loss of an answer that is known: a scalar, 0 where none is.

    logits: (B, A). labels: (B, A): 1 yes, 0 no, -1 unknown, which counts nothing. positive: (A,), how many
    times a yes counts. kind: binary cross-entropy; focal, by (1 - p)^gamma of the right answer (Lin et al.,
    "Focal Loss for Dense Object Detection", 2017); asymmetric, in which only a no is weighted down, by
    (p - margin)^gamma of its wrong answer, and not at all below the margin (Ridnik et al., "Asymmetric Loss
    For Multi-Label Classification", 2021).
    """
    logits = logits.float()
    yes, known = (labels == 1).float(), (labels >= 0).float()
    if kind == "asymmetric":
        p = torch.sigmoid(logits)
        wrong = (p - margin).clamp(min=0.0)
        no_loss = -(wrong**gamma) * torch.log1p(-wrong.clamp(max=1 - 1e-6))
        each = yes * functional.softplus(-logits) + (1 - yes) * no_loss
    else:
        each = functional.binary_cross_entropy_with_logits(logits, yes, reduction="none")
        if kind == "focal":
            each = each * torch.sigmoid(torch.where(labels == 1, -logits, logits)) ** gamma
    if positive is not None:
        each = each * torch.where(labels == 1, positive.to(each), 1.0)
    return (each * known).sum() / normaliser(known.sum(), logits)


def positive_weights(labels: Tensor, shares: Tensor, power: float) -> Tensor:
    """(A,): how many times a yes counts, (no / yes) ** power: 0 once, 1 so that both weigh the same.

    labels: (N, A) of the training pictures, 1, 0 or -1; shares: (N,), how often each picture is drawn. An
    attribute that is never, or always, there counts once.
    """
    yes = ((labels == 1) * shares[:, None]).sum(0)
    no = ((labels == 0) * shares[:, None]).sum(0)
    return torch.where((yes > 0) & (no > 0), (no / yes.clamp(min=1e-12)) ** power, 1.0).float()
