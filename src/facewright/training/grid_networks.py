"""Networks of fixed input that a recipe can name, each with its options, and the head that goes with it."""

from abc import abstractmethod
from typing import Annotated, Any, Literal

from pydantic import Field
from torch import nn

from facewright.models.mobilenet_v3 import YoloMobileNet
from facewright.models.pool_resnet import BLOCKS, STRIDE, PoolResnet
from facewright.models.ssd import Ssd
from facewright.models.yolo2 import Yolo2
from facewright.models.yolo_resnet import YoloResnet
from facewright.models.yolo_separable import YoloSeparable
from facewright.tasks.detection.anchors import AnchorHead
from facewright.tasks.detection.grid import GridHead
from facewright.tasks.detection.head import Head
from facewright.tasks.detection.ssd import SsdHead
from facewright.training.recipe import Part
from facewright.training.weights import load_part

Width = Annotated[int, Field(ge=1)]
Length = Annotated[float, Field(gt=0)]


class SquareNetwork(Part):
    """The table `network`: a name, and the options of that network."""

    def check(self, side: int) -> None:
        """Raises ValueError where no such network can be for pictures of `side` x `side`."""

    @abstractmethod
    def build(self, side: int) -> nn.Module:
        """A fresh network."""

    def begin(self, network: nn.Module) -> None:
        """Give a fresh network that is about to be trained what its training begins with."""

    @abstractmethod
    def head(self, side: int) -> Head[Any]:
        """Its targets, loss and decoding."""


class OneBoxACell(SquareNetwork):
    """Networks with a grid of cells."""

    described_faults: bool = Field(
        False, description="targets at [x][y] and offsets swapped, as the described system had them"
    )

    def cells_for(self, side: int) -> int:
        """S, of a picture of this side."""
        return side // 32

    def head(self, side: int) -> GridHead:
        return GridHead(side, self.cells_for(side), self.described_faults)


class YoloResnetNetwork(OneBoxACell):
    name: Literal["yolo-resnet"]
    filters: Width = 64

    def build(self, side: int) -> nn.Module:
        return YoloResnet(self.filters)


class PoolResnetNetwork(OneBoxACell):
    name: Literal["pool-resnet"]
    filters: Width = 64
    cells: Width = Field(10, description="S; the head's kernel follows from it")
    inner: list[Width] | None = Field(
        None, min_length=BLOCKS, max_length=BLOCKS, description="channels inside each block, if thinned out"
    )

    def cells_for(self, side: int) -> int:
        return self.cells

    def check(self, side: int) -> None:
        if self.cells * STRIDE > side:
            raise ValueError(
                f"network.cells: a canvas of {side} pixels has room for {side // STRIDE}, not {self.cells}"
            )

    def build(self, side: int) -> nn.Module:
        return PoolResnet(self.filters, side, self.cells, self.inner)


class MobileNetNetwork(OneBoxACell):
    name: Literal["mobilenet-v3"]

    def build(self, side: int) -> nn.Module:
        return YoloMobileNet()


class SeparableNetwork(OneBoxACell):
    name: Literal["yolo-separable"]

    def build(self, side: int) -> nn.Module:
        return YoloSeparable()


class SsdNetwork(SquareNetwork):
    name: Literal["ssd"]

    def build(self, side: int) -> nn.Module:
        return Ssd()

    def head(self, side: int) -> SsdHead:
        return SsdHead(side, Ssd.maps(side))


class Yolo2Network(SquareNetwork):
    name: Literal["yolo2"]
    anchors: list[tuple[Length, Length]] = Field(
        min_length=1, description="width and height, pixels of the input; facewright anchors finds them"
    )
    backbone: str = Field(
        "", description="run folder or file of weights of a Darknet-19 classifier; empty: from nothing"
    )

    def build(self, side: int) -> nn.Module:
        return Yolo2(len(self.anchors))

    def begin(self, network: nn.Module) -> None:
        if self.backbone:
            load_part(network, "backbone", self.backbone)

    def head(self, side: int) -> AnchorHead:
        return AnchorHead(side, Yolo2.cells(side), self.anchors)


# A further network is a class like these and a name in this union.
AnyNetwork = Annotated[
    YoloResnetNetwork | PoolResnetNetwork | MobileNetNetwork | SeparableNetwork | SsdNetwork | Yolo2Network,
    Field(discriminator="name"),
]
