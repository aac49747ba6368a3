"""What requests may ask and what they get, for pydantic to check and for OpenAPI to tell."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from facewright.core.faces import Faces

MOST_SIZE = 4096
"""long side at which a request may have its picture looked at: the work grows with its square"""


class Look(BaseModel):
    """How faces are found."""

    model_config = ConfigDict(extra="forbid")
    min_score: float | None = Field(
        None,
        ge=0,
        le=1,
        description="Leave out faces below this score; the model's own threshold by default.",
    )
    size: int = Field(
        640,
        ge=32,
        le=MOST_SIZE,
        description="Long side at which the network sees the picture, in pixels; a smaller one is not enlarged. "
        "Larger finds smaller faces, and takes longer.",
    )


class Describe(Look):
    """How faces are described."""

    all: bool = Field(
        False, description="Tell every attribute that the model knows, also those that are vague or judge."
    )


class FoundFace(BaseModel):
    """One face, in pixels of the upright picture (EXIF applied)."""

    box: list[float] = Field(
        description="x0, y0, x1, y1", min_length=4, max_length=4, examples=[[178.4, 65.1, 265.8, 180.2]]
    )
    score: float = Field(ge=0, le=1, examples=[0.91])
    landmarks: list[list[float]] | None = Field(
        None,
        description="x, y of left eye, right eye, nose, left and right corner of the mouth, as the viewer sees "
        "them; absent when the model gives none",
    )


class DescribedFace(FoundFace):
    """A face, and what it looks like to a model that learnt from CelebA's labels: impressions, not facts."""

    attributes: dict[str, float] = Field(
        description="name -> probability, calibrated: above .5 it holds", examples=[{"Smiling": 0.97}]
    )
    words: list[str] = Field(description="the same in words", examples=[["brown hair", "smiling"]])


class Found(BaseModel):
    """The faces of a picture, from left to right."""

    width: int = Field(description="of the upright picture", examples=[512])
    height: int = Field(examples=[512])
    faces: list[FoundFace]


class Described(BaseModel):
    """The faces of a picture, from left to right, described."""

    width: int = Field(description="of the upright picture", examples=[512])
    height: int = Field(examples=[512])
    faces: list[DescribedFace]


def found(faces: Faces) -> dict[str, Any]:
    """As `Found` says."""
    return faces.to_dict()


def described(faces: Faces, words: list[list[str]]) -> dict[str, Any]:
    """As `Described` says."""
    record = faces.to_dict()
    for face, said in zip(record["faces"], words, strict=True):
        face.setdefault("attributes", {})
        face["words"] = said
    return record


class Health(BaseModel):
    """That the service is there, and what it runs."""

    status: str = Field(examples=["ok"])
    version: str = Field(examples=["0.1.0"])
    model: str = Field(examples=["detector-nano"])
    attributes: str = Field(examples=["attributes-small"])
