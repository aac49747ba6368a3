"""Training detectors of fixed input: grid cells, default boxes, anchors. What differs is a `Head`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar, Literal, Self

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import Field, model_validator
from torch import Tensor, nn
from torch.utils.data import DataLoader

from facewright.core.faces import Faces
from facewright.core.pictures import picture_size
from facewright.datasets.sample import Dataset
from facewright.inference.card import Card
from facewright.metrics.average_precision import ap50
from facewright.metrics.evaluation import EVALUATION_MIN_SCORE
from facewright.tasks.detection.batch import Batch, collate
from facewright.tasks.detection.head import TERMS, Head
from facewright.tasks.square import predict_square
from facewright.training.data import open_pool, open_validation, round_loader
from facewright.training.detection import CanvasStage, DetectionData, canvas_sheet, check_hard
from facewright.training.grid_networks import AnyNetwork
from facewright.training.recipe import Part, Recipe
from facewright.training.share import ALONE, Share
from facewright.training.system import FindingSystem
from facewright.transforms.canvas import CanvasMaker, Pool


class GridLoss(Part):
    """Penalty weights, as YOLO's: boxes count most, and the many cells without a face little each."""

    coordinates: float = Field(3.0, ge=0)
    confidence: float = Field(1.0, ge=0)
    no_object: float = Field(0.1, ge=0, description="as described 1 / S")


class GridDetectionRecipe(Recipe):
    few: ClassVar[int] = 2  # the largest of these networks take half a second for each

    task: Literal["grid-detection"] = "grid-detection"
    network: AnyNetwork
    data: DetectionData
    stages: list[CanvasStage] = Field(min_length=1)
    loss: GridLoss = GridLoss()

    @model_validator(mode="after")
    def _one_side(self) -> Self:
        sides = sorted({stage.canvas for stage in self.stages})
        if len(sides) > 1:
            raise ValueError(f"stages.canvas: the network's input has one side in all stages, not {sides}")
        self.network.check(self.side)
        check_hard(self.data, self.stages)
        return self

    @property
    def side(self) -> int:
        """Of the network's square input, pixels."""
        return self.stages[0].canvas

    def system(self) -> "GridDetectionSystem":
        return GridDetectionSystem(self)


class GridDetectionSystem(FindingSystem[GridDetectionRecipe]):
    """Trained on canvases as large as its input; judged by AP@.5, the mean of the validation sets.

    Its last figure is no merit of the network: the share of the validation sets' faces that its places cannot
    say, because another face is there already.
    """

    terms = TERMS
    pool: Pool

    def __init__(self, recipe: GridDetectionRecipe) -> None:
        super().__init__(recipe)
        self.head: Head[Any] = recipe.network.head(recipe.side)

    @property
    def figures(self) -> Sequence[str]:
        return ["ap50", *(dataset.name for dataset in self.validation_sets), "lost"]

    def network(self) -> nn.Module:
        return self.recipe.network.build(self.recipe.side)

    def begin(self, network: nn.Module) -> None:
        self.recipe.network.begin(network)

    def open_training(self, cache: Path, *, offset: int = 0, limit: int | None = None) -> None:
        data = self.recipe.data
        self.pool, self.sets = open_pool(
            data, data.faceless, cache, hard=data.hard, offset=offset, limit=limit
        )

    def open_validation(self, cache: Path) -> None:
        data = self.recipe.data
        self.validation_sets = open_validation(data, self.recipe.evaluation.size, cache)
        counts = [lost_faces(self.head, dataset) for dataset in self.validation_sets]
        self._lost = sum(lost for lost, _ in counts) / sum(faces for _, faces in counts)

    def loader(self, round_: int, share: Share = ALONE) -> DataLoader[Any]:
        stage = self.recipe.stages[self.recipe.stage_of(round_)[0]]
        return round_loader(
            self.recipe, round_, CanvasMaker(self.pool, stage, self.recipe.seed).canvas, collate, share
        )

    def loss(self, network: nn.Module, batch: Batch) -> dict[str, Tensor]:
        truths = batch.truths
        targets = self.head.targets([t.boxes for t in truths], [t.ignore for t in truths])
        return self.head.loss(network(batch.pixels.float()), targets)

    def validate(self, network: nn.Module) -> dict[str, float]:
        scores = {}
        for dataset in self.validation_sets:
            found = [self.find(network, sample.read(), EVALUATION_MIN_SCORE) for sample in dataset]
            scores[dataset.name] = ap50(dataset, found)
        return {"ap50": sum(scores.values()) / len(scores), **scores, "lost": self._lost}

    def sheet(self, batch: Batch) -> NDArray[np.uint8]:
        return canvas_sheet(batch)

    def card(self) -> dict[str, Any]:
        return {"task": "detection", "side": self.recipe.side, "framing": "letterbox"}

    def decode(self, card: Card) -> nn.Module:
        """Raw output -> (B, P, 5): x0, y0, x1, y1 in pixels of the square, score."""
        return self.head.decode

    def find(
        self,
        network: nn.Module,
        picture: NDArray[np.uint8],
        score_threshold: float,
        iou_threshold: float = 0.45,
        max_faces: int = 1000,
    ) -> Faces:
        decode = self.head.decode.to(next(network.parameters()).device)
        return predict_square(
            network, decode, self.recipe.side, picture, score_threshold, iou_threshold, max_faces
        )


def lost_faces(head: Head[Any], dataset: Dataset) -> tuple[int, int]:
    """Of a set's faces, how many the head has no place for, and how many there are."""
    lost = faces = 0
    for sample in dataset:
        scale = head.side / max(picture_size(sample.picture))
        targets = head.targets([torch.from_numpy(sample.boxes * scale)], [torch.zeros(0, 4)])
        lost, faces = lost + targets.lost, faces + targets.faces
    return lost, faces
