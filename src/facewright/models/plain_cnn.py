"""A reference for attributes of a face: the network that one writes first, no normalisation, no shortcut."""

from itertools import pairwise

from torch import Tensor, nn

from facewright.models.blocks import begin_for_relu

MEAN, SCALE = 127.5, 1 / 64.0
"""pixels 0 .. 255 become about -2 .. 2; part of the network, so that no user has to know"""
WIDTHS = (3, 32, 64, 128, 128)
UNITS = 256


class PlainCNN(nn.Module):
    """(B, 3, 80, 80) float RGB 0 .. 255 -> (B, outputs) logits; with 40 outputs 1,070,568 parameters.

    Four 3x3 convolutions, each with ReLU and a max-pool of 2; 256 linear units, dropout.
    """

    def __init__(self, outputs: int) -> None:
        super().__init__()
        self.features = nn.Sequential(
            *(
                nn.Sequential(nn.Conv2d(before, after, 3, padding=1), nn.ReLU(inplace=True), nn.MaxPool2d(2))
                for before, after in pairwise(WIDTHS)
            )
        )
        self.head = nn.Sequential(
            nn.Linear(WIDTHS[-1] * 5 * 5, UNITS),
            nn.ReLU(inplace=True),
            nn.Dropout(0.5),
            nn.Linear(UNITS, outputs),
        )
        begin_for_relu(self)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.features((x - MEAN) * SCALE).flatten(1))
