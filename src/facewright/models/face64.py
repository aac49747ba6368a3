"""The reference network for face or not, as its author describes it: every kernel is 1x1.

It never sees an edge, only the colours of places: its dense layer weighs each of 32 x 32 places by itself.
"""

from torch import Tensor, nn

SIDE = 64
"""of the square crop that it takes, in pixels"""


class Face64(nn.Module):
    """(B, 3, 64, 64) float RGB 0 .. 255 -> (B, 1) logit. 33,377 parameters.

    Conv 16, ReLU, max-pool 2, conv 32, ReLU, dense 1: a pool of 2 is the one that gives the stated number.
    Pixels are brought to 0 .. 1. The sigmoid is left to the loss and to the exported file.
    """

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 16, 1),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(2),
            nn.Conv2d(16, 32, 1),
            nn.ReLU(inplace=True),
        )
        self.head = nn.Linear(32 * (SIDE // 2) ** 2, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.features(x * (1 / 255)).flatten(1))
