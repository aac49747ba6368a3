"""Windows stacked into a batch of tensors."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from facewright.transforms.windows import Window


class Batch(NamedTuple):
    """B windows."""

    pixels: Tensor
    """uint8 (B, 3, S, S) RGB, channels last in memory"""
    labels: Tensor
    """int8 (B,): 1 face, 0 none"""


def collate(windows: Sequence[Window]) -> Batch:
    """Stack windows of one side."""
    pixels = torch.from_numpy(np.stack([window.pixels for window in windows])).permute(0, 3, 1, 2)
    return Batch(pixels, torch.tensor([window.face for window in windows], dtype=torch.int8))
