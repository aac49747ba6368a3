"""One box and a confidence straight from the whole picture: the networks of S0, as described.

Both see a square of 128 pixels and end in five sigmoids: x, y, width, height of the box (its top left corner,
shares of the picture) and the confidence that there is a face.
"""

from torch import Tensor, nn

OUTPUTS = 5


class BoxRegression(nn.Module):
    """(B, 3, S, S) float RGB 0 .. 255 -> (B, 5) shares of the picture and confidence, 0 .. 1.

    389,701 parameters. The mean over all places before the dense layer throws away where anything was: what
    is left of it is what the borders' zero padding tells the convolutions.
    """

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for inputs, outputs in ((3, 32), (32, 64), (64, 128)):
            layers += [nn.Conv2d(inputs, outputs, 3, padding=1), nn.ReLU(inplace=True), nn.MaxPool2d(2)]
        layers += [nn.Conv2d(128, 256, 3, padding=1), nn.ReLU(inplace=True)]
        self.features = nn.Sequential(*layers)
        self.dense = nn.Linear(256, OUTPUTS)

    def forward(self, x: Tensor) -> Tensor:
        x = self.features(x * (1 / 255))
        return self.dense(x.mean((2, 3))).sigmoid()


class DenseRegression(nn.Module):
    """(B, 3, side, side) float RGB 0 .. 255 -> (B, 5) as `BoxRegression`: dense layers only, its first plan.

    No sizes are handed down; these are ours: the picture shrunk to 32 x 32 by averaging, then 120 and 64
    units with ReLU, which makes it about as large as the convolutional one: 376,829 parameters.
    """

    def __init__(self, side: int = 128) -> None:
        super().__init__()
        self.shrink = nn.AvgPool2d(side // 32)
        self.dense = nn.Sequential(
            nn.Linear(3 * 32 * 32, 120),
            nn.ReLU(inplace=True),
            nn.Linear(120, 64),
            nn.ReLU(inplace=True),
            nn.Linear(64, OUTPUTS),
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.dense(self.shrink(x * (1 / 255)).flatten(1)).sigmoid()
