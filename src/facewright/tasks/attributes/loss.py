"""Losses of many yes-or-no answers at once, of which some are rare and some are not known."""

from typing import Literal

import torch
from torch import Tensor, sigmoid
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
    smoothing: float = 0.0,
) -> Tensor:
    """The mean loss of an answer that is known: a scalar, 0 where none is.

    logits: (B, A). labels: (B, A): 1 yes, 0 no, between them how much of a mixed crop is a yes, -1 unknown,
    which counts nothing. positive: (A,), how many times a yes counts. smoothing: how much of a label is taken
    to be a coin's fall (Szegedy et al., "Rethinking the Inception Architecture", 2016). kind: binary
    cross-entropy; focal, by (1 - p)^gamma of the right answer (Lin et al., "Focal Loss for Dense Object
    Detection", 2017); asymmetric, in which only a no is weighted down, by (p - margin)^gamma of its wrong
    answer, and not at all below the margin (Ridnik et al., "Asymmetric Loss For Multi-Label Classification",
    2021).
    """
    logits = logits.float()
    known = (labels >= 0).float()
    yes = labels.float() * (1 - smoothing) + smoothing / 2
    yes_loss, no_loss = functional.softplus(-logits), functional.softplus(logits)
    if kind == "focal":
        # 1 - p as exp(-loss): a power below one of a p that is 0 in all its digits has no gradient
        yes_loss, no_loss = yes_loss * torch.exp(-gamma * no_loss), no_loss * torch.exp(-gamma * yes_loss)
    elif kind == "asymmetric":
        wrong = (sigmoid(logits) - margin).clamp(min=0.0)
        no_loss = -(wrong**gamma) * torch.log1p(-wrong.clamp(max=1 - 1e-6))
    if positive is not None:
        yes_loss = yes_loss * positive.to(yes_loss)
    each = yes * yes_loss + (1 - yes) * no_loss
    return (each * known).sum() / normaliser(known.sum(), logits)


def positive_weights(labels: Tensor, shares: Tensor, power: float) -> Tensor:
    """(A,): how many times a yes counts, (no / yes) ** power: 0 once, 1 so that both weigh the same.

    labels: (N, A) of the training pictures, 1, 0 or -1; shares: (N,), how often each picture is drawn. An
    attribute that is never, or always, there counts once.
    """
    yes = ((labels == 1) * shares[:, None]).sum(0)
    no = ((labels == 0) * shares[:, None]).sum(0)
    return torch.where((yes > 0) & (no > 0), (no / yes.clamp(min=1e-12)) ** power, 1.0).float()
