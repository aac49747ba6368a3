"""The card: what a model file says about itself, kept as JSON in the ONNX file's own metadata."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

METADATA_KEY = "facewright"
"""key of the ONNX metadata entry that holds the card as JSON"""


class TrainingSet(BaseModel):
    """One set that a model was trained on."""

    model_config = ConfigDict(extra="forbid")
    name: str
    pictures: int
    faces: int
    terms: str


class Card(BaseModel):
    """Everything a user needs to know before relying on a model file."""

    model_config = ConfigDict(extra="forbid")
    name: str
    task: Literal["detection"]
    version: str = Field(description="of the facewright that exported it")
    classes: list[str] = ["face"]
    parameters: int
    terms: str = Field(description="what the weights may be used for, following from the data's terms")
    data: list[TrainingSet] = []
    recipe: str = Field("", description="the recipe as it was run, TOML")
    training: dict[str, Any] = Field({}, description="steps, pictures seen, hours, device, seed")
    results: dict[str, Any] = Field({}, description="set -> metric -> value, with the command that measured them")
    score_threshold: float = 0.5
    iou_threshold: float = 0.45
    max_faces: int = 1000
    size: int = Field(640, description="long side that the model is meant to see, in pixels")
    precision: Literal["float32", "int8"] = "float32"
