"""A separable network that says one box a cell: the grid's question with about a twentieth of the work."""

from torch import Tensor, nn

from facewright.models.blocks import SeparableUnit, conv_block

MEAN, SCALE = 127.5, 1 / 64.0
NUMBERS = 5
WIDTHS = (16, 32, 64, 128, 128)
"""channels at 1 / 2, 1 / 4 ... 1 / 32 of the picture's size"""
UNITS = 2
"""a resolution, after the stem"""


class YoloSeparable(nn.Module):
    """(B, 3, side, side) float RGB 0 .. 255, side a multiple of 32 -> (B, 5, S * S), S = side / 32."""

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = [conv_block(3, WIDTHS[0], stride=2)]
        for i in range(1, len(WIDTHS)):
            layers.append(nn.MaxPool2d(2))
            inputs = (WIDTHS[i - 1], *[WIDTHS[i]] * (UNITS - 1))
            # Wider kernels where maps are small: the one cell that answers must see the whole face.
            layers += [SeparableUnit(width, WIDTHS[i], kernel=5 if i >= 3 else 3) for width in inputs]
        self.body = nn.Sequential(*layers)
        self.head = nn.Conv2d(WIDTHS[-1], NUMBERS, 3, padding=1)

    @staticmethod
    def cells(side: int) -> int:
        """S for a picture of this side."""
        return side // 32

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.body((x - MEAN) * SCALE)).flatten(2)
