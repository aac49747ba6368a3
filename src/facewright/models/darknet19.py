"""Darknet-19 (Redmon and Farhadi, "YOLO9000: Better, Faster, Stronger", 2017), for two classes."""

from collections.abc import Sequence

from torch import Tensor, nn

MEAN, SCALE = 127.5, 1 / 64.0
"""pixels 0 .. 255 become about -2 .. 2; part of the network, so that no user has to know"""
POOL = 0
EARLY = (32, POOL, 64, POOL, 128, 64, 128, POOL, 256, 128, 256, POOL, 512, 256, 512, 256, 512)
LATE = (POOL, 1024, 512, 1024, 512, 1024)
"""channels of the convolutions: one with fewer channels than the one before is 1x1, the others are 3x3"""
EARLY_CHANNELS, LATE_CHANNELS = EARLY[-1], LATE[-1]
STRIDE = 32


class Darknet19(nn.Module):
    """(B, 3, 224, 224) float RGB 0 .. 255 -> (B, 2) logits: no face, face.

    Eighteen convolutions, one 1x1 to the classes, average pool; 19,819,426 parameters. The softmax is left to
    the loss and to the exported file, once each.
    """

    def __init__(self) -> None:
        super().__init__()
        self.backbone = DarknetBackbone()
        self.head = nn.Conv2d(LATE_CHANNELS, 2, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.backbone(x)).mean((2, 3))


class DarknetBackbone(nn.Module):
    """(B, 3, H, W) float RGB 0 .. 255, both multiples of 32 -> (B, 1024, H / 32, W / 32).

    `early` ends at 512 channels and a sixteenth of the picture, where YOLOv2 looks too.
    """

    def __init__(self) -> None:
        super().__init__()
        self.early = _layers(3, EARLY)
        self.late = _layers(EARLY_CHANNELS, LATE)

    def look(self, x: Tensor) -> Tensor:
        """Pictures -> (B, 512, H / 16, W / 16)."""
        return self.early((x - MEAN) * SCALE)

    def forward(self, x: Tensor) -> Tensor:
        return self.late(self.look(x))


def darknet_conv(inputs: int, outputs: int, kernel: int) -> nn.Sequential:
    """Convolution, batch norm, LeakyReLU .1: (B, inputs, H, W) -> (B, outputs, H, W)."""
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, bias=False),
        nn.BatchNorm2d(outputs, eps=1e-5),  # one epsilon for training and for use: it is part of the network
        nn.LeakyReLU(0.1, inplace=True),
    )


def _layers(inputs: int, plan: Sequence[int]) -> nn.Sequential:
    layers: list[nn.Module] = []
    for outputs in plan:
        if outputs == POOL:
            layers.append(nn.MaxPool2d(2))
            continue
        layers.append(darknet_conv(inputs, outputs, 1 if outputs < inputs else 3))
        inputs = outputs
    return nn.Sequential(*layers)
