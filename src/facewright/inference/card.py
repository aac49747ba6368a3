"""The card: what a model file says about itself, kept as JSON in the ONNX file's own metadata."""

import json
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from facewright.core.errors import ModelError
from facewright.core.logits import logit, sigmoid

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

METADATA_KEY = "facewright"
"""key of the ONNX metadata entry that holds the card as JSON"""

FORMAT = 1
"""of cards that are written and understood"""

Task = Literal["detection", "localisation", "attributes", "classification", "regression"]
TASKS: tuple[Task, ...] = get_args(Task)


class TrainingSet(BaseModel):
    """One set that a model was trained on."""

    model_config = ConfigDict(extra="forbid")
    name: str
    pictures: int = 0
    faces: int = 0
    points: int = Field(0, description="of a table, for a regression")
    terms: str


class ScoreCalibration(BaseModel):
    """What made a detector's scores the share of detections of that score that are right.

    score = sigmoid(slope * logit + offset), already in the file's weights: the file gives calibrated scores.
    """

    model_config = ConfigDict(extra="forbid")
    slope: float = Field(gt=0)
    offset: float
    error_before: float | None = Field(
        description="expected calibration error of the network's own scores, as evaluate tells it; None: no "
        "score was high enough to count"
    )
    error_after: float | None = Field(description="the same of the calibrated ones, on the same pictures")
    detections: int = Field(description="that were right or wrong; those in ignore regions are neither")
    right: int = Field(description="of these")
    pictures: dict[str, int] = Field(description="set -> its pictures that counted")
    faceless: float = Field(description="share of faceless pictures in the mix that the scores are fitted to")

    def of(self, own: float) -> float:
        """The file's score for one of the network's own, 0 to 1."""
        return float(sigmoid(self.slope * logit(own) + self.offset))

    def own(self, score: float) -> float:
        """The network's own score for one of the file's, 0 to 1."""
        return float(sigmoid((logit(score) - self.offset) / self.slope))


class Card(BaseModel):
    """Everything a user needs to know before relying on a model file."""

    model_config = ConfigDict(extra="forbid")
    format: int = Field(FORMAT, description="of this card; it rises when an older reader would be misled")
    name: str
    task: Task
    version: str = Field(description="of the facewright that exported it")
    classes: list[str] = ["face"]
    parameters: int
    terms: str = Field(description="what the weights may be used for, following from the data's terms")
    data: list[TrainingSet] = []
    recipe: str = Field("", description="the recipe as it was run, every default filled in, JSON")
    training: dict[str, Any] = Field({}, description="steps, pictures seen, hours, device, seed")
    results: dict[str, Any] = Field(
        {}, description="set -> metric -> value, with the command that measured them"
    )
    calibration: dict[str, Any] = Field(
        {}, description="how scores became probabilities, and on which pictures that was fitted"
    )
    score_calibration: ScoreCalibration | None = Field(
        None, description="of a detector whose scores are calibrated; None: they are the network's own"
    )
    inputs: list[str] = Field([], description="names of a regression's columns, in order")
    side: int | None = Field(None, description="of the square that the network sees; None: any size")
    framing: Literal["letterbox", "squash"] | None = Field(
        None, description="how a picture comes into that square: aspect ratio kept, or not"
    )
    score_threshold: float = 0.5
    iou_threshold: float = 0.45
    max_faces: int = 1000
    size: int = Field(640, description="long side that the model is meant to see, in pixels")
    precision: Literal["float32", "int8"] = "float32"

    def scaled(self, score: float, share: float) -> float:
        """`share` times a score, at most 1, on the network's own scale where the file's is calibrated.

        So a share means the same with any file: .7 of a calibrated score would be next to nothing of a sure
        face, and nearly all of a doubtful one.
        """
        found = self.score_calibration
        if found is None:
            return min(1.0, share * score)
        return found.of(min(1.0, share * found.own(score)))


def read_card(session: "InferenceSession", path: Path, tasks: Collection[Task] = TASKS) -> Card:
    """The card inside an opened model file; `path` is only named in errors.

    Raises ModelError when there is no card, it cannot be understood, or the model is for none of `tasks`.
    """
    text = session.get_modelmeta().custom_metadata_map.get(METADATA_KEY)
    if text is None:
        raise ModelError(
            f"{path}: an ONNX model without a facewright card; give a file that `facewright export` made"
        )
    try:
        record = json.loads(text)
    except json.JSONDecodeError as error:
        raise ModelError(f"{path}: its card is not JSON ({error}); export the model again") from error
    found = record.get("task") if isinstance(record, dict) else None
    if found is not None and found not in tasks:
        wanted = " or ".join(tasks)
        raise ModelError(f"{path}: a model for {found}, not for {wanted}; give a model made for {wanted}")
    if isinstance(record, dict):
        if isinstance(written := record.get("format", FORMAT), int) and written > FORMAT:
            raise ModelError(f"{path}: made by a newer facewright; update facewright to use it")
        record = {key: value for key, value in record.items() if key in Card.model_fields}  # later ones' too
    try:
        return Card.model_validate(record)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "card"
        raise ModelError(
            f"{path}: its card cannot be understood ({where}: {first['msg']}); "
            "export the model again or use the facewright that made it"
        ) from error
