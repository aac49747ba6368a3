"""What requests may ask and what they get, for pydantic to check and for OpenAPI to tell."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from facewright.apps.blur import How, Shape
from facewright.apps.choose import numbered_record
from facewright.apps.crop import Framing
from facewright.core.faces import Faces

MOST_SIZE = 4096
"""long side at which a request may have its picture looked at: the work grows with its square"""


SIZE = (
    "Long side at which the network sees the picture, in pixels; nothing is enlarged. Larger finds smaller "
    "faces, and takes longer."
)


class Look(BaseModel):
    """How faces are found."""

    model_config = ConfigDict(extra="forbid")
    min_score: float | None = Field(
        None,
        ge=0,
        le=1,
        description="Leave out faces below this score; the model's own threshold by default.",
    )
    size: int = Field(640, ge=32, le=MOST_SIZE, description=SIZE)


class Describe(Look):
    """How faces are described."""

    all: bool = Field(
        False, description="Tell every attribute that the model knows, also those that are vague or judge."
    )


_CHOICE = (
    "faces by their number from the left (`2`, or `1,3`), `largest`, `best`, `at:X,Y` (the face that this "
    "point lies in) or `in:X0,Y0,X1,Y1` (the face that fills about this box); `;` stands between several"
)


_BOXES = (
    "These too: what was missed, as `X0,Y0,X1,Y1` in pixels of the upright picture; `;` between several. At "
    "most 100, which together cover the picture no more than twice."
)
_STRIP = "Leave metadata out: EXIF with its place, XMP, comments. Thumbnails of the picture always are."
Choice = str | None


class Hide(Look):
    """Which faces are hidden, and how."""

    min_score: float | None = Field(
        None,
        ge=0,
        le=1,
        description="Leave faces below this score as they are; .06 when not given (.25 for a model whose "
        "scores are not calibrated), low, as a missed face is worse than a blurred ball.",
    )
    size: int = Field(1280, ge=32, le=MOST_SIZE, description=SIZE)  # as `facewright blur` looks
    faces: Choice = Field(
        None, description=f"Hide only these {_CHOICE}. All, when not given; none, when empty."
    )
    boxes: Choice = Field(None, description=_BOXES)
    keep: Choice = Field(None, description="Leave these as they are; chosen in the same way.")
    how: How = Field("gaussian", description="What takes the place of a face.")
    shape: Shape = "ellipse"
    grow: float = Field(
        0.5, ge=0, le=4, description="What is hidden is this much wider and higher than the face's box."
    )
    feather: float = Field(
        0.1, ge=0, le=2, description="Width of the soft edge outside of that, in sides of the face's box."
    )
    strength: float = Field(
        1, ge=0.05, le=20, description="Of gaussian and pixelate; it grows by itself while the face is found."
    )
    strip: bool = Field(False, description=_STRIP)


class Crop(Look):
    """Which faces are cut out, and how."""

    faces: Choice = Field(
        None, description=f"Cut out only these {_CHOICE}. All, when not given; none, when empty."
    )
    boxes: Choice = Field(None, description=_BOXES)
    framing: Framing = "square"
    height: int | None = Field(
        None, ge=1, le=4096, description="Of each crop in pixels; the picture's scale when not given."
    )
    margin: float = Field(0, ge=-0.9, le=10, description="0.2 takes in a fifth more, to all sides.")
    roll: bool = Field(False, description="Turn tilted heads upright; `aligned` always does.")
    strip: bool = Field(False, description=_STRIP)


class FoundFace(BaseModel):
    """One face, in pixels of the upright picture (EXIF applied)."""

    box: list[float] = Field(
        description="x0, y0, x1, y1", min_length=4, max_length=4, examples=[[178.4, 65.1, 265.8, 180.2]]
    )
    score: float = Field(ge=0, le=1, examples=[0.91])
    landmarks: list[list[float]] | None = Field(
        None,
        description="x, y of left eye, right eye, nose, left and right corner of the mouth, as the viewer "
        "sees them; absent when the model gives none",
    )
    number: int = Field(ge=1, description="from the left, by which `faces` and `keep` know it", examples=[1])


class DescribedFace(FoundFace):
    """A face, and what it looks like to a model that learnt from CelebA's labels: impressions, not facts."""

    attributes: dict[str, float] = Field(
        description="name -> probability, calibrated: above .5 it holds", examples=[{"Smiling": 0.97}]
    )
    words: list[str] = Field(description="the same in words", examples=[["brown hair", "smiling"]])


_SEVERAL = "the file has further frames or pages; the faces are those of its first"


class Found(BaseModel):
    """The faces of a picture, from left to right."""

    width: int = Field(description="of the upright picture", examples=[512])
    height: int = Field(examples=[512])
    several_pages: bool = Field(description=_SEVERAL, examples=[False])
    faces: list[FoundFace]


class Described(BaseModel):
    """The faces of a picture, from left to right, described."""

    width: int = Field(description="of the upright picture", examples=[512])
    height: int = Field(examples=[512])
    several_pages: bool = Field(description=_SEVERAL, examples=[False])
    faces: list[DescribedFace]


def found(faces: Faces, several: bool) -> dict[str, Any]:
    """As `Found` says."""
    return numbered_record(faces) | {"several_pages": several}


def described(faces: Faces, words: list[list[str]], several: bool) -> dict[str, Any]:
    """As `Described` says."""
    record = found(faces, several)
    for face, said in zip(record["faces"], words, strict=True):
        face.setdefault("attributes", {})
        face["words"] = said
    return record


class Health(BaseModel):
    """That the service is there, and what it runs."""

    status: str = Field(examples=["ok"])
    version: str = Field(examples=["0.1.0"])
    model: str = Field(examples=["detector-small"])
    attributes: str = Field(examples=["attributes-small"])
