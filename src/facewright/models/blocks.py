"""Blocks that the networks share."""

from torch import Tensor, nn


def conv_block(inputs: int, outputs: int, stride: int = 1) -> nn.Sequential:
    """3x3 convolution, batch norm, ReLU: (B, inputs, H, W) -> (B, outputs, H / stride, W / stride)."""
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True)
    )


def begin_for_relu(network: nn.Module) -> None:
    """Draw the weights of all its convolutions so that ReLU keeps the size of gradients (He et al., 2015)."""
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
            if module.bias is not None:
                nn.init.zeros_(module.bias)


class SeparableUnit(nn.Module):
    """1x1 convolution across channels, depthwise KxK across space, batch norm, ReLU; residual where it fits.

    (B, inputs, H, W) -> (B, outputs, ceil(H / stride), ceil(W / stride)). The order of YuNet (Wu et al.,
    "YuNet: a tiny millisecond-level face detector", 2023): mixing first lets the cheap part work on the
    richer map.
    """

    def __init__(
        self, inputs: int, outputs: int, kernel: int = 3, residual: bool = True, stride: int = 1
    ) -> None:
        super().__init__()
        self.mix = nn.Conv2d(inputs, outputs, 1, bias=False)
        self.look = nn.Conv2d(outputs, outputs, kernel, stride, kernel // 2, groups=outputs, bias=False)
        self.norm = nn.BatchNorm2d(outputs)
        self.act = nn.ReLU(inplace=True)
        self.residual = residual and inputs == outputs and stride == 1

    def forward(self, x: Tensor) -> Tensor:
        y = self.act(self.norm(self.look(self.mix(x))))
        return x + y if self.residual else y


class LeakyResidual(nn.Module):
    """Two 3x3 convolutions with biases, no norm, LeakyReLU .2, dropout .25: (B, C, H, W) -> (B, C, H, W).

    `inner` channels lie between the two; fewer of them is how such a block is thinned out.
    """

    def __init__(self, channels: int, inner: int | None = None) -> None:
        super().__init__()
        inner = inner or channels
        self.first = nn.Conv2d(channels, inner, 3, padding=1)
        self.second = nn.Conv2d(inner, channels, 3, padding=1)
        self.act = nn.LeakyReLU(0.2)
        self.drop = nn.Dropout(0.25)
        nn.init.kaiming_normal_(self.first.weight, a=0.2)
        # Without norms the sum of ten blocks grows: each begins as hardly one (Zhang et al., Fixup, 2019).
        nn.init.normal_(self.second.weight, std=1e-3)
        nn.init.zeros_(self.second.bias)  # type: ignore[arg-type]

    def forward(self, x: Tensor) -> Tensor:
        return self.act(x + self.second(self.drop(self.act(self.first(x)))))


class ResidualBlock(nn.Module):
    """Two conv blocks and a skip connection around both: (B, C, H, W) -> (B, C, H, W)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first, self.second = conv_block(channels, channels), conv_block(channels, channels)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.second(self.first(x))
