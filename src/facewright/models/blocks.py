"""Blocks that the networks share."""

from torch import Tensor, nn


def conv_block(inputs: int, outputs: int, stride: int = 1) -> nn.Sequential:
    """3x3 convolution, batch norm, ReLU: (B, inputs, H, W) -> (B, outputs, H / stride, W / stride)."""
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True)
    )


class SeparableUnit(nn.Module):
    """1x1 convolution across channels, depthwise KxK across space, batch norm, ReLU; residual where it fits.

    (B, inputs, H, W) -> (B, outputs, H, W). The order of YuNet (Wu et al., "YuNet: a tiny
    millisecond-level face detector", 2023): mixing first lets the cheap part work on the richer map.
    """

    def __init__(self, inputs: int, outputs: int, kernel: int = 3, residual: bool = True) -> None:
        super().__init__()
        self.mix = nn.Conv2d(inputs, outputs, 1, bias=False)
        self.look = nn.Conv2d(outputs, outputs, kernel, padding=kernel // 2, groups=outputs, bias=False)
        self.norm = nn.BatchNorm2d(outputs)
        self.act = nn.ReLU(inplace=True)
        self.residual = residual and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        y = self.act(self.norm(self.look(self.mix(x))))
        return x + y if self.residual else y
