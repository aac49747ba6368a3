"""Canvases stacked into a batch of tensors."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from facewright.tasks.detection.loss import Truth
from facewright.transforms.canvas import Canvas


class Batch(NamedTuple):
    pixels: Tensor
    """uint8 (B, 3, S, S) RGB, channels last in memory: twice as fast as the usual order on a CPU"""
    truths: list[Truth]


def collate(canvases: Sequence[Canvas]) -> Batch:
    """Stack canvases of one size."""
    pixels = torch.from_numpy(np.stack([canvas.pixels for canvas in canvases])).permute(0, 3, 1, 2)
    truths = [Truth(*(torch.from_numpy(np.asarray(part)) for part in canvas.labels)) for canvas in canvases]
    return Batch(pixels, truths)
