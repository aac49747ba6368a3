"""A single-shot detector (Liu et al., "SSD", 2016) on four maps, 60 / 30 / 15 / 7 cells on 480 pixels."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from facewright.models.blocks import conv_block

MEAN, SCALE = 127.5, 1 / 64.0
NUMBERS = 5
STEM = (16, 32)
"""channels at 1 / 2 and 1 / 4"""
WIDTHS = (64, 96, 128, 128)
"""channels at 1 / 8, 1 / 16, 1 / 32 and 1 / 64: two convolutions and a head at each"""


class Ssd(nn.Module):
    """(B, 3, side, side) float RGB 0 .. 255, side a multiple of 32 -> (B, 5, P), P default boxes.

    One a cell, map by map, row by row: `tasks.detection.ssd` says how large they are.
    """

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(conv_block(3, STEM[0], stride=2), conv_block(STEM[0], STEM[1], stride=2))
        inputs = (STEM[1], *WIDTHS[:-1])
        self.stages = nn.ModuleList(
            nn.Sequential(conv_block(i, width), conv_block(width, width))
            for i, width in zip(inputs, WIDTHS, strict=True)
        )
        self.heads = nn.ModuleList(nn.Conv2d(w, NUMBERS, 3, padding=1) for w in WIDTHS)
        for head in self.heads:
            assert isinstance(head, nn.Conv2d) and head.bias is not None
            # A default box holds a face about once in a hundred: start there (Lin et al. 2017).
            nn.init.constant_(head.bias[:1], -4.6)

    @staticmethod
    def maps(side: int) -> list[int]:
        """Cells a side of each map for a picture of this side."""
        return [side // stride for stride in (8, 16, 32, 64)]

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem((x - MEAN) * SCALE)
        outputs = []
        for stage, head in zip(self.stages, self.heads, strict=True):
            x = stage(functional.max_pool2d(x, 2))
            outputs.append(head(x).flatten(2))
        return torch.cat(outputs, dim=2)
