"""The anchor-free detector family: one base, three sizes.

picture -> stem /2 -> /4 -> /8 -+-> /16 -+-> /32 -+-> /64      backbone: max-pool, then separable units
                                |        |        |      |
                                p3 <-up- p4 <-up- p5     p6    top-down neck, additive
                                |        |        |      |
                             (B, 15, cells) a level            score logit, box (4), five landmarks (10)

The coarsest level is there for faces that fill the frame; nothing flows back from it, so that sides need be
multiples of 32 only. Its number i sees around 64 i + 16, as its kernel of 5 has stride 2, while its point
lies at 64 i + 32: a shift that its outputs learn.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from facewright.models.blocks import SeparableUnit, begin_for_relu, conv_block

OUTPUTS = 15
"""numbers a point: score logit, dx, dy, dw, dh, ten landmark offsets"""
STRIDES = (8, 16, 32, 64)
CELL = 32
"""what the network sees has sides that are multiples of it; the coarsest map may end in half a cell"""
MEAN, SCALE = 127.5, 1 / 64.0
"""pixels 0 .. 255 become about -2 .. 2; part of the network, so that no user has to know"""


class Size(NamedTuple):
    """Channels at /2, /4, /8, /16, /32; units a stage from /4 on; channels of the neck and at /64."""

    widths: tuple[int, int, int, int, int]
    depths: tuple[int, int, int, int]
    neck: int


SIZES = {
    "nano": Size((16, 32, 64, 64, 64), (2, 5, 4, 2), 64),
    "small": Size((16, 48, 96, 128, 128), (2, 4, 4, 2), 96),
    "medium": Size((32, 64, 128, 192, 192), (2, 5, 5, 3), 128),
}


class FaceDetector(nn.Module):
    """(B, 3, H, W) float RGB 0 .. 255, H and W multiples of 32 -> (B, P, 15), P points of strides 8 to 64.

    Levels follow one another, points row by row, as `tasks.detection.points.points` lists them.
    """

    def __init__(self, size: str | Size = "nano") -> None:
        super().__init__()
        widths, depths, neck = SIZES[size] if isinstance(size, str) else size
        self.stem = nn.Sequential(conv_block(3, widths[0], stride=2), SeparableUnit(widths[0], widths[0]))
        # Wider kernels where maps are small: a face that fills the frame must fit the receptive field.
        self.stages = nn.ModuleList(
            self._stage(widths[i], widths[i + 1], depths[i], kernel=5 if i >= 2 else 3) for i in range(4)
        )
        self.lateral = nn.ModuleList(
            nn.Identity() if width == neck else nn.Conv2d(width, neck, 1) for width in widths[2:]
        )
        self.fuse = nn.ModuleList(SeparableUnit(neck, neck) for _ in self.lateral)
        self.coarse = nn.Sequential(
            SeparableUnit(widths[-1], neck, kernel=5, stride=2), SeparableUnit(neck, neck, kernel=5)
        )
        self.heads = nn.ModuleList(
            nn.Sequential(SeparableUnit(neck, neck), nn.Conv2d(neck, OUTPUTS, 1)) for _ in STRIDES
        )
        self._initialise()

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem((x - MEAN) * SCALE)
        maps = []
        for stage in self.stages:
            x = stage(functional.max_pool2d(x, 2))
            maps.append(x)
        above: Tensor | None = None
        outputs: list[Tensor] = []
        for level in (2, 1, 0):
            here = self.lateral[level](maps[level + 1])
            if above is not None:
                here = here + functional.interpolate(above, scale_factor=2.0, mode="nearest")
            above = self.fuse[level](here)
            outputs.insert(0, self._numbers(level, above))
        outputs.append(self._numbers(3, self.coarse(maps[-1])))
        return torch.cat(outputs, dim=1)

    def _numbers(self, level: int, map_: Tensor) -> Tensor:
        numbers: Tensor = self.heads[level](map_)
        return numbers.flatten(2).transpose(1, 2)

    @staticmethod
    def _stage(inputs: int, outputs: int, depth: int, kernel: int) -> nn.Sequential:
        units = [SeparableUnit(inputs if i == 0 else outputs, outputs, kernel) for i in range(depth)]
        return nn.Sequential(*units)

    def _initialise(self) -> None:
        begin_for_relu(self)
        for head in self.heads:
            last = head.get_submodule("1")
            assert isinstance(last, nn.Conv2d) and last.bias is not None
            nn.init.normal_(last.weight, std=0.01)
            # A point holds a face about once in a hundred: start there (focal loss, Lin et al. 2017).
            nn.init.constant_(last.bias[:1], -4.6)
