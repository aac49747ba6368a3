"""A residual network on a 480 x 480 picture that says one box for each of 15 x 15 cells."""

from torch import Tensor, nn

from facewright.models.blocks import LeakyResidual

MEAN, SCALE = 127.5, 1 / 64.0
NUMBERS = 5
BLOCKS = 10


class YoloResnet(nn.Module):
    """(B, 3, side, side) float RGB 0 .. 255, side a multiple of 32 -> (B, 5, S * S), S = side / 32.

    3x3 stem of stride 2, ten residual blocks of equal width, two at each of five resolutions, 3x3 head. No
    norms; 743,237 parameters with 64 filters. Most of its time goes into the first two blocks, at half the
    picture's size.
    """

    def __init__(self, filters: int = 64) -> None:
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, filters, 3, 2, 1), nn.LeakyReLU(0.2))
        layers: list[nn.Module] = []
        for i in range(BLOCKS):
            if i and i % 2 == 0:
                layers.append(nn.MaxPool2d(2))
            layers.append(LeakyResidual(filters))
        self.blocks = nn.Sequential(*layers)
        self.head = nn.Conv2d(filters, NUMBERS, 3, padding=1)

    @staticmethod
    def cells(side: int) -> int:
        """S for a picture of this side."""
        return side // 32

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.blocks(self.stem((x - MEAN) * SCALE))).flatten(2)
