"""The reference network for attributes of a face, "ResNet-15-like", as its author describes it."""

from torch import Tensor, nn

MEAN, SCALE = 127.5, 1 / 64.0
"""pixels 0 .. 255 become about -2 .. 2; part of the network, so that no user has to know"""


def _conv_block(inputs: int, outputs: int, pool: int = 1) -> nn.Sequential:
    """3x3 convolution (with a bias, as described), batch norm, ReLU, and max-pool where `pool` is above 1."""
    layers = [nn.Conv2d(inputs, outputs, 3, padding=1), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True)]
    return nn.Sequential(*layers, *([nn.MaxPool2d(pool)] if pool > 1 else []))


class _Residual(nn.Module):
    """Two conv blocks and a skip connection around both: (B, C, H, W) -> (B, C, H, W)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.blocks = nn.Sequential(_conv_block(channels, channels), _conv_block(channels, channels))

    def forward(self, x: Tensor) -> Tensor:
        return x + self.blocks(x)


class ResNet15(nn.Module):
    """(B, 3, 80, 80) float RGB 0 .. 255 -> (B, outputs) logits.

    Conv blocks of 64, 256, 512 and 1024 channels, each followed by a residual block; the last three pool by
    4; then 512 and 256 linear units with dropout (and no activation between them: none is described).
    31,570,447 parameters with 15 outputs. The sigmoid is left to the loss and to the exported file.
    """

    def __init__(self, outputs: int = 15) -> None:
        super().__init__()
        self.features = nn.Sequential(
            _conv_block(3, 64),
            _Residual(64),
            _conv_block(64, 256, pool=4),
            _Residual(256),
            _conv_block(256, 512, pool=4),
            _Residual(512),
            _conv_block(512, 1024, pool=4),
            _Residual(1024),
        )
        self.head = nn.Sequential(
            nn.Linear(1024, 512),
            nn.Dropout(0.5),
            nn.Linear(512, 256),
            nn.Dropout(0.5),
            nn.Linear(256, outputs),
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.features((x - MEAN) * SCALE).flatten(1))
