"""Face or not: what a network's logits mean, and the loss on them."""

import torch
from torch import Tensor, nn
from torch.nn import functional

CLASSES = ("no face", "face")
TERMS = ("face",)


def classification_loss(raw: Tensor, labels: Tensor) -> dict[str, Tensor]:
    """Cross-entropy of raw (B, 1) or (B, 2) against labels (B,), 1 face or 0 none -> {"face"}, a scalar."""
    logits = face_logit(raw.float()).squeeze(1)
    return {"face": functional.binary_cross_entropy_with_logits(logits, labels.float())}


def face_logit(raw: Tensor) -> Tensor:
    """(B, 1), the logit of a face, or (B, 2), logits of no face and face -> (B, 1), the logit of a face.

    The sigmoid of a difference of two logits is their softmax: one cross-entropy serves both kinds, and the
    softmax is applied once.
    """
    return raw[:, 1:2] - raw[:, 0:1] if raw.shape[1] == 2 else raw


class Probability(nn.Module):
    """Raw (B, `outputs`) -> (B,), sigmoid(slope * logit of a face + offset): how likely a face.

    For the exported file too; torch.fx can trace it.
    """

    def __init__(self, outputs: int, slope: float = 1.0, offset: float = 0.0) -> None:
        super().__init__()
        self.outputs, self.slope, self.offset = outputs, slope, offset

    def forward(self, raw: Tensor) -> Tensor:
        logit = raw[:, 1:2] - raw[:, 0:1] if self.outputs == 2 else raw
        return torch.sigmoid(logit * self.slope + self.offset).reshape(-1)
