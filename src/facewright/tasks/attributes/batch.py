"""Crops of faces and what is known of them, stacked into a batch of tensors."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from facewright.transforms.face_crops import LabelledCrop


class Batch(NamedTuple):
    """B crops."""

    pixels: Tensor
    """uint8 (B, 3, S, S) RGB, channels last in memory"""
    labels: Tensor
    """float32 (B, A): 1 yes, 0 no, between them of a mixed crop, -1 unknown"""


def collate(crops: Sequence[LabelledCrop]) -> Batch:
    """Stack crops of one size."""
    pixels = torch.from_numpy(np.stack([crop.pixels for crop in crops])).permute(0, 3, 1, 2)
    return Batch(pixels, torch.from_numpy(np.stack([crop.labels for crop in crops])))
