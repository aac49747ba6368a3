"""Training the anchor-free detector: canvases of many faces in, boxes, scores and landmarks out."""

import math
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator
from torch import Tensor, nn
from torch.utils.data import DataLoader

from facewright.core.draw import IGNORED, contact_sheet, draw_boxes
from facewright.core.faces import Faces
from facewright.datasets.sample import Dataset
from facewright.export.score_calibration import fit_scores, fold_scores, judged
from facewright.inference.card import Card, ScoreCalibration
from facewright.metrics.average_precision import ap50
from facewright.metrics.curves import Curve, curve, first_too_many
from facewright.metrics.evaluation import EVALUATION_MIN_SCORE
from facewright.metrics.matching import match_all
from facewright.models.detector import STRIDES, FaceDetector
from facewright.tasks.detection.assign import Assignment
from facewright.tasks.detection.batch import Batch, collate
from facewright.tasks.detection.distil import TEACHER_TERMS, distillation_loss
from facewright.tasks.detection.loss import TERMS, Truth, detection_loss
from facewright.tasks.detection.overlap import BoxLoss
from facewright.tasks.detection.points import points
from facewright.tasks.detection.predict import predict
from facewright.tasks.detection.score_loss import ScoreLoss
from facewright.training.data import open_faceless, open_pool, open_validation, round_loader
from facewright.training.recipe import Data, Part, Recipe, Stage
from facewright.training.share import ALONE, Share
from facewright.training.system import FindingSystem
from facewright.training.teacher import detector_teacher
from facewright.training.weights import grow, load_weights
from facewright.transforms.canvas import CanvasMaker, CanvasStyle, Pool

QUIET = 0.02
"""false alarms a faceless picture, at which a finished network is judged"""


Size = Literal["nano", "small", "medium"]


class DetectorNetwork(Part):
    size: Size = "nano"
    grow: bool = Field(
        False,
        description="the weights that --init gives have fewer units, levels or channels; the new are learnt",
    )


class DetectorTeacher(Part):
    """A finished detector whose answers are learnt, too, as far as `loss` gives them weight."""

    weights: str = Field(description="run folder, .safetensors or .onnx file, or a shipped model's name")
    size: Size


class DetectionData(Data):
    faceless: list[str] = Field([], description="pictures without faces that fill the canvases")
    validation_faceless: list[str] = Field(
        [], description="pictures without faces: export limits the false alarms on all of them"
    )
    hard: str = Field(
        "", description="table of false alarms on pictures of `faceless`, as data alarms writes it"
    )


class CanvasStage(Stage, CanvasStyle):
    """Canvases in one style."""


def check_hard(data: DetectionData, stages: Sequence[CanvasStage]) -> None:
    """Raises ValueError where stages want alarms that the data lacks, or the other way round."""
    wanted = any(stage.hard_negative for stage in stages)
    if wanted and not data.hard:
        raise ValueError("stages.hard_negative: wants data.hard, a table that facewright data alarms writes")
    if data.hard and not wanted:
        raise ValueError("data.hard: no stage shows its alarms; give one a hard_negative above 0")


class DetectorLoss(Part):
    score: float = Field(1.0, ge=0)
    box: float = Field(2.0, ge=0)
    landmarks: float = Field(1.0, ge=0)
    assignment: Assignment = Field("dynamic", description="which points answer for a face")
    score_kind: ScoreLoss = "quality-focal"
    box_kind: BoxLoss = "eiou"
    teacher_score: float = Field(0.0, ge=0, description="of what a teacher says; these want a [teacher]")
    teacher_box: float = Field(0.0, ge=0)
    teacher_landmarks: float = Field(0.0, ge=0)


class DetectionRecipe(Recipe):
    task: Literal["detection"] = "detection"
    network: DetectorNetwork = DetectorNetwork()
    data: DetectionData
    stages: list[CanvasStage] = Field(min_length=1)
    loss: DetectorLoss = DetectorLoss()
    teacher: DetectorTeacher | None = None

    @model_validator(mode="after")
    def _is_taught(self) -> Self:
        learnt = [term for term in TEACHER_TERMS if getattr(self.loss, term)]
        if learnt and self.teacher is None:
            raise ValueError(f"loss.{learnt[0]} is above 0, but no [teacher] is there to learn from")
        if self.teacher is not None and not learnt:
            raise ValueError(
                f"[teacher] teaches nothing, as {', '.join(TEACHER_TERMS)} of [loss] are 0: give one a weight"
            )
        return self

    @model_validator(mode="after")
    def _norms_have_enough(self) -> Self:
        for i, stage in enumerate(self.stages):
            if stage.canvas == STRIDES[-1] and stage.batch == stage.accumulate:
                raise ValueError(
                    f"stages.{i}.batch: one canvas of {stage.canvas} pixels at a time is one cell of the "
                    "coarsest map, and a batch norm needs two; take more, or larger ones"
                )
        return self

    @model_validator(mode="after")
    def _hard(self) -> Self:
        check_hard(self.data, self.stages)
        return self

    def self_contained(self) -> Self:
        loss = self.loss.model_copy(update=dict.fromkeys(TEACHER_TERMS, 0.0))
        data = self.data.model_copy(update={"hard": ""})
        return self.model_copy(update={"teacher": None, "loss": loss, "data": data})

    def system(self) -> "DetectionSystem":
        return DetectionSystem(self)


class DetectionSystem(FindingSystem[DetectionRecipe]):
    """Trained on canvases; judged by AP@.5, the mean of the validation sets."""

    pool: Pool

    def __init__(self, recipe: DetectionRecipe) -> None:
        super().__init__(recipe)
        self.needs_weights = recipe.network.grow
        self.terms = TERMS if recipe.teacher is None else TERMS + TEACHER_TERMS

    @property
    def figures(self) -> Sequence[str]:
        return ["ap50", *(dataset.name for dataset in self.validation_sets)]

    @property
    def judge_figures(self) -> Sequence[str]:
        return [*self.figures, *(["quiet_recall"] if self.faceless_sets else [])]

    def network(self) -> FaceDetector:
        return FaceDetector(self.recipe.network.size)

    def take(self, network: nn.Module, weights: dict[str, Tensor]) -> None:
        load_weights(network, grow(network, weights) if self.recipe.network.grow else weights)

    def open_training(self, cache: Path, *, offset: int = 0, limit: int | None = None) -> None:
        data = self.recipe.data
        if (teacher := self.recipe.teacher) is not None:  # first: it is soon known whether it is there
            self.teachers = [detector_teacher(teacher.weights, teacher.size)]
        self.pool, self.sets = open_pool(
            data, data.faceless, cache, hard=data.hard, offset=offset, limit=limit
        )

    def open_validation(self, cache: Path) -> None:
        data = self.recipe.data
        size = self.recipe.evaluation.size
        self.validation_sets = open_validation(data, size, cache)
        self.faceless_sets = open_faceless(data.validation_faceless, size, cache)

    def loader(self, round_: int, share: Share = ALONE) -> DataLoader[Any]:
        stage = self.recipe.stages[self.recipe.stage_of(round_)[0]]
        return round_loader(
            self.recipe, round_, CanvasMaker(self.pool, stage, self.recipe.seed).canvas, collate, share
        )

    def loss(self, network: nn.Module, batch: Batch) -> dict[str, Tensor]:
        pixels = batch.pixels.float()
        raw = network(pixels)
        side = batch.pixels.shape[-1]
        where = points(side, side).to(raw.device)
        terms = self.label_loss(raw, batch.truths, where)
        if self.teachers:
            (teacher,) = self.teachers  # a recipe of this task names one
            terms |= distillation_loss(raw, teacher(pixels), where)
        return terms

    def label_loss(self, raw: Tensor, truths: Sequence[Truth], where: Tensor) -> dict[str, Tensor]:
        """`detection_loss` of the recipe's kinds."""
        kinds = self.recipe.loss
        return detection_loss(
            raw,
            truths,
            where,
            assignment=kinds.assignment,
            score_kind=kinds.score_kind,
            box_kind=kinds.box_kind,
        )

    def validate(self, network: nn.Module) -> dict[str, float]:
        return self._accuracy([self._find_in(network, data) for data in self.validation_sets])

    def judge(self, network: nn.Module) -> dict[str, float]:
        """Also `quiet_recall`: of the faces of all validation sets together, at the score from which the
        faceless pictures give at most `QUIET` false alarms each."""
        found = [self._find_in(network, data) for data in self.validation_sets]
        figures = self._accuracy(found)
        if self.faceless_sets:
            alarms = [self._find_in(network, data) for data in self.faceless_sets]
            seen = list(chain.from_iterable(alarms))
            loud = first_too_many(seen, int(QUIET * len(seen)))
            quiet = EVALUATION_MIN_SCORE if loud is None else math.nextafter(loud, math.inf)
            figures["quiet_recall"] = _curve(self.validation_sets, found).at_threshold(quiet).recall
        return figures

    def _find_in(self, network: nn.Module, data: Dataset) -> list[Faces]:
        return [self.find(network, sample.read(), EVALUATION_MIN_SCORE) for sample in data]

    def _accuracy(self, found: Sequence[Sequence[Faces]]) -> dict[str, float]:
        sets = zip(self.validation_sets, found, strict=True)
        scores = {data.name: ap50(data, faces) for data, faces in sets}
        return {"ap50": sum(scores.values()) / len(scores), **scores}

    def sheet(self, batch: Batch) -> NDArray[np.uint8]:
        return canvas_sheet(batch)

    def card(self) -> dict[str, Any]:
        return {"task": "detection", "size": self.recipe.evaluation.size}

    def calibrate_scores(self, network: nn.Module, cache: Path) -> ScoreCalibration:
        """Fitted on the validation sets, as thinned for training's looks, and on all faceless pictures."""
        given, size = self.recipe.data, self.recipe.evaluation.size
        sets = open_validation(given, size, cache) + open_faceless(given.validation_faceless, size, cache)
        return fit_scores({data.name: judged(data, self._find_in(network, data)) for data in sets})

    def as_in_file(self, network: nn.Module, card: Card) -> nn.Module:
        found = card.score_calibration
        return network if found is None else fold_scores(network, found)

    def find(
        self,
        network: nn.Module,
        picture: NDArray[np.uint8],
        score_threshold: float,
        iou_threshold: float = 0.45,
        max_faces: int = 1000,
    ) -> Faces:
        return predict(network, picture, score_threshold, iou_threshold, max_faces)


def _curve(sets: Sequence[Dataset], found: Sequence[Sequence[Faces]]) -> Curve:
    """Of all pictures of all sets together."""
    return curve(match_all(list(chain.from_iterable(sets)), list(chain.from_iterable(found))))


def canvas_sheet(batch: Batch) -> NDArray[np.uint8]:
    """A contact sheet of a batch: faces, their landmarks, and dashed the regions that are ignored."""
    tiles, captions = [], []
    pixels = batch.pixels.permute(0, 2, 3, 1).cpu().numpy()
    for picture, truth in zip(pixels, batch.truths, strict=True):
        boxes, landmarks, ignore = (part.cpu().numpy() for part in truth)
        seen = draw_boxes(draw_boxes(picture, ignore, IGNORED, dashed=True), boxes, landmarks=landmarks)
        tiles.append(seen)
        captions.append(f"{len(boxes)} faces")
    return contact_sheet(tiles, tile=256, captions=captions)
