"""Where the one face is: a map of cells, each of which says how surely it is there, and the box it sees.

picture -> stem /2 -> /4 -> /8 -+-> /16 -+-> /32      separable units
                                |        |     |
                             (B, 6, N) <-+- <--+      coarse maps are added to the fine one, which answers
"""

from torch import Tensor, nn
from torch.nn import functional

from facewright.models.blocks import SeparableUnit, begin_for_relu, conv_block
from facewright.models.detector import MEAN, SCALE

OUTPUTS = 6
"""numbers a cell: how surely it is here, whether there is a face at all, dx, dy, log width, log height"""
STRIDE = 8
WIDTHS = (16, 32, 64, 96, 128)
"""channels at /2, /4, /8, /16, /32"""
DEPTHS = (1, 3, 3, 2)
"""units a stage from /4 on"""


class BoxLocaliser(nn.Module):
    """(B, 3, S, S) float RGB 0 .. 255, S a multiple of 32 -> (B, 6, N), N = (S / 8)^2 cells, row by row.

    Nothing is pooled away: a cell's place is part of what it says (`tasks.localisation.coding.CellDecode`).
    """

    def __init__(self) -> None:
        super().__init__()
        stem, *rest = WIDTHS
        self.stem = nn.Sequential(conv_block(3, stem, stride=2), SeparableUnit(stem, stem))
        self.stages = nn.ModuleList()
        inputs = stem
        for i, (width, depth) in enumerate(zip(rest, DEPTHS, strict=True)):
            kernel = 5 if i >= 2 else 3  # a face that fills the frame must fit the receptive field
            units = [SeparableUnit(inputs if j == 0 else width, width, kernel) for j in range(depth)]
            self.stages.append(nn.Sequential(*units))
            inputs = width
        neck = WIDTHS[2]
        self.lateral = nn.ModuleList(
            nn.Identity() if width == neck else nn.Conv2d(width, neck, 1) for width in WIDTHS[2:]
        )
        self.fuse = nn.ModuleList(SeparableUnit(neck, neck, kernel=5) for _ in WIDTHS[3:])
        units = [SeparableUnit(neck, neck, kernel=5) for _ in range(2)]
        self.head = nn.Sequential(*units, nn.Conv2d(neck, OUTPUTS, 1))
        self._initialise()

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem((x - MEAN) * SCALE)
        maps = []
        for stage in self.stages:
            x = stage(functional.max_pool2d(x, 2))
            maps.append(x)
        x = self.lateral[2](maps[3])
        for level in (1, 0):
            above = functional.interpolate(x, scale_factor=2.0, mode="nearest")
            x = self.fuse[level](self.lateral[level](maps[level + 1]) + above)
        return self.head(x).flatten(2)

    def _initialise(self) -> None:
        begin_for_relu(self)
        last = self.head[-1]
        assert isinstance(last, nn.Conv2d)
        nn.init.normal_(last.weight, std=0.01)  # begin with all cells alike and a box of the usual size
