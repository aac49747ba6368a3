"""YOLOv2 on Darknet-19 (Redmon and Farhadi, "YOLO9000: Better, Faster, Stronger", 2017), for faces alone."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from facewright.models.darknet19 import (
    EARLY_CHANNELS,
    LATE_CHANNELS,
    STRIDE,
    DarknetBackbone,
    darknet_conv,
)

NUMBERS = 5
"""of an anchor: offsets of the centre, logarithms of the sizes, confidence"""
PASSED = 64
"""channels of the passthrough before its pixels move into channels"""


class Yolo2(nn.Module):
    """(B, 3, 416, 416) float RGB 0 .. 255 -> (B, anchors * 5, 13 * 13), raw.

    Two 3x3 convolutions on the last map, the passthrough (the map of twice the resolution, its 2x2 blocks
    moved into channels), one 3x3 over both and a 1x1 to the anchors' numbers. Any side that is a multiple of
    32 does. 50.6 million parameters with five anchors.
    """

    def __init__(self, anchors: int = 5) -> None:
        super().__init__()
        deep = LATE_CHANNELS
        self.backbone = DarknetBackbone()
        self.deep = nn.Sequential(darknet_conv(deep, deep, 3), darknet_conv(deep, deep, 3))
        self.passed = darknet_conv(EARLY_CHANNELS, PASSED, 1)
        self.both = darknet_conv(4 * PASSED + deep, deep, 3)
        self.head = nn.Conv2d(deep, anchors * NUMBERS, 1)

    @staticmethod
    def cells(side: int) -> int:
        """Along an edge, for a picture of this side."""
        return side // STRIDE

    def forward(self, x: Tensor) -> Tensor:
        early = self.backbone.look(x)
        passed = functional.pixel_unshuffle(self.passed(early), 2)
        deep = self.deep(self.backbone.late(early))
        return self.head(self.both(torch.cat([passed, deep], dim=1))).flatten(2)
