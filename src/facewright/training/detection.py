"""Training the anchor-free detector: canvases of many faces in, boxes, scores and landmarks out."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field
from torch import Tensor, nn
from torch.utils.data import DataLoader

from facewright.core.draw import IGNORED, contact_sheet, draw_boxes
from facewright.core.faces import Faces
from facewright.export.score_calibration import fit_scores, fold_scores, judged
from facewright.inference.card import Card, ScoreCalibration
from facewright.metrics.average_precision import ap50
from facewright.metrics.evaluation import EVALUATION_MIN_SCORE
from facewright.models.detector import FaceDetector
from facewright.tasks.detection.batch import Batch, collate
from facewright.tasks.detection.loss import TERMS, detection_loss
from facewright.tasks.detection.points import points
from facewright.tasks.detection.predict import predict
from facewright.training.data import open_faceless, open_pool, open_validation, round_loader
from facewright.training.recipe import Data, Part, Recipe, Stage
from facewright.training.share import ALONE, Share
from facewright.training.system import FindingSystem
from facewright.transforms.canvas import CanvasMaker, CanvasStyle, Pool

LOWEST_SCORE = 0.02
"""detections below it are not asked for while training: they change AP by less than a thousandth"""


class DetectorNetwork(Part):
    size: Literal["nano", "small", "medium"] = "nano"


class DetectionData(Data):
    faceless: list[str] = Field([], description="pictures without faces that fill the canvases")
    validation_faceless: list[str] = Field(
        [], description="pictures without faces: export limits the false alarms on all of them"
    )


class CanvasStage(Stage, CanvasStyle):
    """Canvases in one style."""


class DetectorLoss(Part):
    score: float = Field(1.0, ge=0)
    box: float = Field(2.0, ge=0)
    landmarks: float = Field(1.0, ge=0)


class DetectionRecipe(Recipe):
    task: Literal["detection"] = "detection"
    network: DetectorNetwork = DetectorNetwork()
    data: DetectionData
    stages: list[CanvasStage] = Field(min_length=1)
    loss: DetectorLoss = DetectorLoss()

    def system(self) -> "DetectionSystem":
        return DetectionSystem(self)


class DetectionSystem(FindingSystem[DetectionRecipe]):
    """Trained on canvases; judged by AP@.5, the mean of the validation sets."""

    terms = TERMS
    pool: Pool

    @property
    def figures(self) -> Sequence[str]:
        return ["ap50", *(dataset.name for dataset in self.validation_sets)]

    def network(self) -> FaceDetector:
        return FaceDetector(self.recipe.network.size)

    def open_training(self, cache: Path, *, offset: int = 0, limit: int | None = None) -> None:
        data = self.recipe.data
        self.pool, self.sets = open_pool(data, data.faceless, cache, offset=offset, limit=limit)

    def open_validation(self, cache: Path) -> None:
        data = self.recipe.data
        self.validation_sets = open_validation(data, self.recipe.evaluation.size, cache)

    def loader(self, round_: int, share: Share = ALONE) -> DataLoader[Any]:
        stage = self.recipe.stages[self.recipe.stage_of(round_)[0]]
        return round_loader(
            self.recipe, round_, CanvasMaker(self.pool, stage, self.recipe.seed).canvas, collate, share
        )

    def loss(self, network: nn.Module, batch: Batch) -> dict[str, Tensor]:
        raw = network(batch.pixels.float())
        side = batch.pixels.shape[-1]
        return detection_loss(raw, batch.truths, points(side, side).to(raw.device))

    def validate(self, network: nn.Module) -> dict[str, float]:
        scores = {}
        for dataset in self.validation_sets:
            found = [self.find(network, sample.read(), LOWEST_SCORE) for sample in dataset]
            scores[dataset.name] = ap50(dataset, found)
        return {"ap50": sum(scores.values()) / len(scores), **scores}

    def sheet(self, batch: Batch) -> NDArray[np.uint8]:
        return canvas_sheet(batch)

    def card(self) -> dict[str, Any]:
        return {"task": "detection", "size": self.recipe.evaluation.size}

    def calibrate_scores(self, network: nn.Module, cache: Path) -> ScoreCalibration:
        """Fitted on the validation sets, as thinned for training's looks, and on all faceless pictures."""
        data, size = self.recipe.data, self.recipe.evaluation.size
        sets = open_validation(data, size, cache) + open_faceless(data.validation_faceless, size, cache)
        return fit_scores(
            {
                dataset.name: judged(
                    dataset, [self.find(network, s.read(), EVALUATION_MIN_SCORE) for s in dataset]
                )
                for dataset in sets
            }
        )

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
