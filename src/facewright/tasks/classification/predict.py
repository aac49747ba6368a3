"""Probabilities of many crops, in PyTorch: what training looks at between rounds."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from facewright.core.boxes import Floats
from facewright.tasks.classification.loss import face_logit


@torch.inference_mode()
def predict(network: nn.Module, crops: NDArray[np.uint8], batch: int = 64) -> Floats:
    """Uint8 RGB crops (N, S, S, 3) of the network's side -> (N,), how likely each shows a face.

    `batch` crops at a time. The network stays in its mode.
    """
    device = next(network.parameters()).device
    found = []
    for start in range(0, len(crops), batch):
        pixels = torch.from_numpy(crops[start : start + batch]).to(device).permute(0, 3, 1, 2).float()
        found.append(face_logit(network(pixels).float()).sigmoid().squeeze(1).cpu().numpy())
    return np.concatenate(found) if found else np.zeros(0, np.float32)
