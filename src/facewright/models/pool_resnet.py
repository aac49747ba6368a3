"""The residual network that looks at the picture in patches: most work is done at 1 / 8 of the size."""

from collections.abc import Sequence

from torch import Tensor, nn

from facewright.models.blocks import LeakyResidual

MEAN, SCALE = 127.5, 1 / 64.0
NUMBERS = 5
STRIDE = 8
STAGES = (3, 3, 4)
"""blocks at 1 / 8, 1 / 16 and 1 / 32 of the picture's size; with fewer pools the last stages stay together"""
BLOCKS = sum(STAGES)


class PoolResnet(nn.Module):
    """(B, 3, side, side) float RGB 0 .. 255, side a multiple of 32 -> (B, 5, S * S), S = `cells`.

    10x10 stem of stride 8, ten residual blocks of equal width, and a head whose kernel reaches over all that
    the map is larger than S: 6x6 for S = 10 on 480 pixels. No norms; with 32 / 64 / 128 filters 200,357 /
    769,349 / 3,013,253 parameters. `inner`: channels inside each block, where they were thinned out.
    """

    def __init__(
        self, filters: int = 64, side: int = 480, cells: int = 10, inner: Sequence[int] | None = None
    ) -> None:
        super().__init__()
        inner = [filters] * BLOCKS if inner is None else inner
        pools = max(p for p in range(len(STAGES)) if side // STRIDE >> p >= cells)
        blocks = [LeakyResidual(filters, width) for width in inner]
        layers: list[nn.Module] = []
        for pool in range(pools):
            start = sum(STAGES[:pool])
            layers += [*blocks[start : start + STAGES[pool]], nn.MaxPool2d(2)]
        self.stem = nn.Sequential(nn.Conv2d(3, filters, 10, STRIDE, padding=1), nn.LeakyReLU(0.2))
        self.blocks = nn.Sequential(*layers, *blocks[sum(STAGES[:pools]) :])
        nn.init.kaiming_normal_(self.stem[0].weight, a=0.2)  # type: ignore[arg-type]
        self.head = nn.Conv2d(filters, NUMBERS, (side // STRIDE >> pools) + 1 - cells)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.blocks(self.stem((x - MEAN) * SCALE))).flatten(2)
