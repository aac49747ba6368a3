"""The tables of a recipe for attributes: its networks, data, stages, teachers and loss."""

from typing import Annotated, Literal

from pydantic import Field, field_validator

from facewright.training.recipe import Data, Part, Stage
from facewright.transforms.face_crops import FaceStyle, Region

SIDES = {"crop-net": (16, 1024), "resnet15": (64, 127), "plain-cnn": (80, 95)}
"""least and greatest side of the crops that a network can look at, pixels"""


class ResNet15Network(Part):
    name: Literal["resnet15"]


class PlainNetwork(Part):
    name: Literal["plain-cnn"]


class CropNetwork(Part):
    name: Literal["crop-net"]
    size: Literal["nano", "small", "large"] = "nano"
    places: int = Field(
        1, ge=1, description="a side, in which features are looked at by themselves; 1: they may be anywhere"
    )
    grow: bool = Field(
        False,
        description="the weights that --init gives are of a network of other places, or of 1, the mean",
    )


class AttributesData(Data):
    tight: dict[str, Region] = Field(
        {}, description="DATA -> its tightest framing, x0 y0 x1 y1 as shares of the picture; else it is whole"
    )
    max_side: int = Field(112, ge=32, description="pictures are kept in the cache at this long side")

    @field_validator("tight")
    @classmethod
    def _inside(cls, value: dict[str, Region]) -> dict[str, Region]:
        for name, (x0, y0, x1, y1) in value.items():
            if not (0 <= x0 < x1 <= 1 and 0 <= y0 < y1 <= 1):
                raise ValueError(f"{name}: must be shares with 0 <= x0 < x1 <= 1 and 0 <= y0 < y1 <= 1")
        return value


class CropStage(Stage, FaceStyle):
    """Crops in one style."""


class AttributesTeachers(Part):
    """Finished attribute models whose answers on the crops, in the mean, are learnt, too."""

    weights: Annotated[list[str], Field(min_length=1)] = Field(
        description="run folders, .onnx files or shipped models' names"
    )
    mirrored: bool = Field(
        False, description="each looks at the mirror image of every crop, too: surer, at twice the cost"
    )
    in_turn: bool = Field(
        False,
        description="each crop is shown to one of them alone, or its mirror image: in the mean they teach "
        "the same, at the cost of one",
    )


class AttributesLoss(Part):
    attributes: float = Field(1.0, ge=0)
    teacher: float = Field(0.0, ge=0, description="of what teachers say; wants a [teacher]")
    kind: Literal["bce", "focal", "asymmetric"] = "bce"
    positive: float = Field(
        0.0, ge=0, le=1, description="a yes counts (no / yes) to this power times: 0 once, 1 balanced"
    )
    gamma: float = Field(2.0, ge=0, description="focal, asymmetric: how much the easy ones are weighted down")
    margin: float = Field(0.05, ge=0, lt=1, description="asymmetric: a no below this probability is settled")
    smoothing: float = Field(
        0.0, ge=0, lt=1, description="how much of a label is taken to be a coin's fall: .1 makes a yes .95"
    )
