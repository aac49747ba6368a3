"""The points at which the detector looks: one in the middle of each cell of each stride."""

from collections.abc import Sequence

import torch
from torch import Tensor

from facewright.models.detector import STRIDES


def points(height: int, width: int, strides: Sequence[int] = STRIDES) -> Tensor:
    """(P, 3) float: x, y, stride of every point, level by level, row by row (row = y, column = x).

    `height` and `width` are those of the network's input, multiples of `models.detector.CELL`; a last cell
    may lie half outside.
    """
    levels = []
    for stride in strides:
        y = (torch.arange(-(-height // stride)) + 0.5) * stride
        x = (torch.arange(-(-width // stride)) + 0.5) * stride
        grid_y, grid_x = torch.meshgrid(y, x, indexing="ij")
        levels.append(
            torch.stack([grid_x, grid_y, torch.full_like(grid_x, float(stride))], dim=-1).reshape(-1, 3)
        )
    return torch.cat(levels)
