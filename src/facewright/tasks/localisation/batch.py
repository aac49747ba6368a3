"""Pictures with at most one face, stacked into a batch of tensors."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from facewright.tasks.localisation.loss import Truth
from facewright.transforms.frames import Frame


class Batch(NamedTuple):
    """B pictures."""

    pixels: Tensor
    """uint8 (B, 3, S, S) RGB, channels last in memory"""
    boxes: Tensor
    present: Tensor
    """these two as in `Truth`"""

    @property
    def truth(self) -> Truth:
        return Truth(self.boxes, self.present)


def collate(frames: Sequence[Frame]) -> Batch:
    """Stack pictures of one size."""
    pixels = torch.from_numpy(np.stack([frame.pixels for frame in frames])).permute(0, 3, 1, 2)
    boxes = torch.from_numpy(np.stack([frame.box for frame in frames]))
    return Batch(pixels, boxes, torch.tensor([frame.present for frame in frames], dtype=torch.int8))
