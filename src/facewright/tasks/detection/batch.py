"""Canvases stacked into a batch of tensors."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from facewright.tasks.detection.loss import Truth
from facewright.transforms.canvas import Canvas
from facewright.transforms.place import Labels


class Batch(NamedTuple):
    """B canvases. Labels travel as one tensor a kind: each tensor that comes from another process costs."""

    pixels: Tensor
    """uint8 (B, 3, S, S) RGB, channels last in memory: twice as fast as the usual order on a CPU"""
    boxes: Tensor
    """of all canvases' faces, one canvas after the other"""
    landmarks: Tensor
    ignore: Tensor
    counts: list[tuple[int, int]]
    """faces and ignore regions of each canvas"""

    @property
    def truths(self) -> list[Truth]:
        """Each canvas's labels: views, not copies."""
        faces, regions = ([pair[i] for pair in self.counts] for i in range(2))
        parts = self.boxes.split(faces), self.landmarks.split(faces), self.ignore.split(regions)
        return [Truth(*three) for three in zip(*parts, strict=True)]


def collate(canvases: Sequence[Canvas]) -> Batch:
    """Stack canvases of one size."""
    pixels = torch.from_numpy(np.stack([canvas.pixels for canvas in canvases])).permute(0, 3, 1, 2)
    labels = [canvas.labels for canvas in canvases]
    boxes, landmarks, ignore = (torch.from_numpy(part) for part in Labels.join(labels))
    counts = [(len(one.boxes), len(one.ignore)) for one in labels]
    return Batch(pixels, boxes, landmarks, ignore, counts)
