"""MobileNetV3-Small (Howard et al., "Searching for MobileNetV3", 2019) with a grid head, untrained."""

from typing import NamedTuple

from torch import Tensor, nn

MEAN, SCALE = 127.5, 1 / 64.0
NUMBERS = 5


class Row(NamedTuple):
    """A bottleneck of the paper's table 2."""

    kernel: int
    expanded: int
    outputs: int
    squeeze: bool
    hardswish: bool
    stride: int


STEM, LAST = 16, 576
ROWS = (
    Row(3, 16, 16, True, False, 2),
    Row(3, 72, 24, False, False, 2),
    Row(3, 88, 24, False, False, 1),
    Row(5, 96, 40, True, True, 2),
    Row(5, 240, 40, True, True, 1),
    Row(5, 240, 40, True, True, 1),
    Row(5, 120, 48, True, True, 1),
    Row(5, 144, 48, True, True, 1),
    Row(5, 288, 96, True, True, 2),
    Row(5, 576, 96, True, True, 1),
    Row(5, 576, 96, True, True, 1),
)


class YoloMobileNet(nn.Module):
    """(B, 3, side, side) float RGB 0 .. 255, side a multiple of 32 -> (B, 5, S * S), S = side / 32.

    The paper's features up to the last 1x1 convolution (927,008 parameters) and a 3x3 head: 952,933.
    """

    def __init__(self) -> None:
        super().__init__()
        self.stem = _unit(3, STEM, 3, stride=2)
        inputs = (STEM, *(row.outputs for row in ROWS[:-1]))
        self.blocks = nn.Sequential(*(Bottleneck(i, row) for i, row in zip(inputs, ROWS, strict=True)))
        self.last = _unit(ROWS[-1].outputs, LAST, 1)
        self.head = nn.Conv2d(LAST, NUMBERS, 3, padding=1)

    @staticmethod
    def cells(side: int) -> int:
        """S for a picture of this side."""
        return side // 32

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.last(self.blocks(self.stem((x - MEAN) * SCALE)))).flatten(2)


class Bottleneck(nn.Module):
    """Inverted residual: expand 1x1, depthwise, squeeze and excite, project 1x1; a skip where it fits."""

    def __init__(self, inputs: int, row: Row) -> None:
        super().__init__()
        act: type[nn.Module] = nn.Hardswish if row.hardswish else nn.ReLU
        layers: list[nn.Module] = []
        if row.expanded != inputs:
            layers.append(_unit(inputs, row.expanded, 1, act=act))
        layers.append(_unit(row.expanded, row.expanded, row.kernel, row.stride, groups=row.expanded, act=act))
        if row.squeeze:
            layers.append(SqueezeExcite(row.expanded))
        layers.append(_unit(row.expanded, row.outputs, 1, act=nn.Identity))
        self.layers = nn.Sequential(*layers)
        self.residual = row.stride == 1 and inputs == row.outputs

    def forward(self, x: Tensor) -> Tensor:
        return x + self.layers(x) if self.residual else self.layers(x)


class SqueezeExcite(nn.Module):
    """Each channel times a factor 0 .. 1 that follows from all means (a quarter as many between)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        squeezed = _multiple_of_8(channels / 4)
        self.squeeze = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(channels, squeezed, 1), nn.ReLU())
        self.excite = nn.Sequential(nn.Conv2d(squeezed, channels, 1), nn.Hardsigmoid())

    def forward(self, x: Tensor) -> Tensor:
        return x * self.excite(self.squeeze(x))


def _unit(
    inputs: int,
    outputs: int,
    kernel: int,
    stride: int = 1,
    groups: int = 1,
    act: type[nn.Module] = nn.Hardswish,
) -> nn.Sequential:
    convolution = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(outputs), act())


def _multiple_of_8(width: float) -> int:
    """The nearest one, at least 8, and not below nine tenths of `width`: the paper's rule."""
    rounded = max(8, int(width + 4) // 8 * 8)
    return rounded + 8 if rounded < 0.9 * width else rounded
