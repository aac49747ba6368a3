"""Training a localiser: pictures with one face or none in, one box and whether it is there out."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator
from torch import Tensor, nn
from torch.utils.data import DataLoader

from facewright.core.draw import contact_sheet, draw_boxes
from facewright.core.errors import DataError
from facewright.core.faces import Faces
from facewright.datasets.sample import Dataset, Sample
from facewright.inference.card import Card
from facewright.metrics.localisation import Localisation, judge
from facewright.models.box_localiser import STRIDE, BoxLocaliser
from facewright.models.box_regression import BoxRegression, DenseRegression
from facewright.tasks.fixed_input import Framing
from facewright.tasks.localisation.batch import Batch, collate
from facewright.tasks.localisation.coding import CellDecode, CornerDecode, Decode
from facewright.tasks.localisation.loss import TERMS, localisation_loss
from facewright.tasks.square import predict_square
from facewright.training.data import Chain, open_cached, open_faceless, round_loader
from facewright.training.recipe import Data, Part, Recipe, Stage
from facewright.training.share import ALONE, Share
from facewright.training.system import FindingSystem
from facewright.transforms.canvas import Pool
from facewright.transforms.frames import FrameMaker, FrameStyle, WholeMaker, WholeStyle, single_faces

PRESENCE = {1: "face", 0: "none", -1: "unknown"}


class LocaliserNetwork(Part):
    name: Literal["box-regression", "box-regression-dense", "box-localiser"] = "box-localiser"


class LocalisationData(Data):
    """Of the training sets, the pictures with exactly one face are used."""

    faceless: list[str] = Field([], description="pictures without faces")
    validation_faceless: list[str] = Field([], description="the same, on which false faces are counted")


class WholeStage(Stage, WholeStyle):
    """Whole pictures, squashed: the network is then used on squashed pictures too."""

    kind: Literal["whole"]


class FrameStage(Stage, FrameStyle):
    """The face anywhere in a frame of any shape: the network is used on letterboxed pictures."""

    kind: Literal["frames"]


class LocalisationLoss(Part):
    """Weights of the terms (`tasks.localisation.loss`); one of 0 is not computed."""

    squared: float = Field(0.0, ge=0, description="all five numbers of every picture, as described")
    box: float = Field(0.0, ge=0, description="EIoU, where there is a face")
    presence: float = Field(0.0, ge=0, description="cross-entropy")
    where: float = Field(0.0, ge=0, description="cross-entropy of the face's cell (box-localiser)")

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not any(self.model_dump().values()):
            raise ValueError("at least one weight must be above 0")
        return self


class LocalisationRecipe(Recipe):
    task: Literal["localisation"] = "localisation"
    network: LocaliserNetwork = LocaliserNetwork()
    data: LocalisationData
    stages: list[Annotated[WholeStage | FrameStage, Field(discriminator="kind")]] = Field(min_length=1)
    loss: LocalisationLoss

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if len({(stage.kind, stage.canvas) for stage in self.stages}) > 1:
            raise ValueError("all stages need the same kind and canvas: the network sees one kind of square")
        cells = self.network.name == "box-localiser"
        unfit = "squared" if cells else "where"
        if getattr(self.loss, unfit):
            raise ValueError(f"loss.{unfit} is not for {self.network.name}; set it to 0")
        return self

    @property
    def side(self) -> int:
        """Of the network's square input, in pixels."""
        return self.stages[0].canvas

    @property
    def framing(self) -> Framing:
        """How a picture comes into that square."""
        return "squash" if self.stages[0].kind == "whole" else "letterbox"

    def decode(self) -> Decode:
        """What reads the network's raw numbers."""
        if self.network.name == "box-localiser":
            return CellDecode(self.side, STRIDE)
        return CornerDecode(self.side)

    def system(self) -> "LocalisationSystem":
        return LocalisationSystem(self)


class LocalisationSystem(FindingSystem[LocalisationRecipe]):
    """Judged by mean IoU, the mean of the validation sets."""

    pool: Pool

    def __init__(self, recipe: LocalisationRecipe) -> None:
        super().__init__(recipe)
        self.terms = [term for term in TERMS if getattr(recipe.loss, term) > 0]
        self._decode = recipe.decode()

    @property
    def figures(self) -> Sequence[str]:
        faceless = ["false_faces"] if self.faceless_sets else []
        return ["iou", "hits", "ap50", *faceless, *(dataset.name for dataset in self.validation_sets)]

    @property
    def judge_figures(self) -> Sequence[str]:
        return [*self.figures, "flatness"]

    def network(self) -> nn.Module:
        match self.recipe.network.name:
            case "box-regression":
                return BoxRegression()
            case "box-regression-dense":
                return DenseRegression(self.recipe.side)
            case "box-localiser":
                return BoxLocaliser()

    def card(self) -> dict[str, Any]:
        return {"task": "localisation", "side": self.recipe.side, "framing": self.recipe.framing}

    def decode(self, card: Card) -> nn.Module:
        """Raw output -> (B, 1, 5): x0, y0, x1, y1 in pixels of the square, score."""
        return self.recipe.decode()

    def open_training(self, cache: Path, *, offset: int = 0, limit: int | None = None) -> None:
        data = self.recipe.data
        sets = [
            _singles(open_cached(name, data.max_side, cache, offset=offset, limit=limit))
            for name in data.train
        ]
        faceless = open_faceless(data.faceless, data.max_side, cache)
        self.pool = Pool(sets, list(data.train.values()), Chain(faceless))
        self.sets = sets + faceless

    def open_validation(self, cache: Path) -> None:
        data, size = self.recipe.data, self.recipe.evaluation.size
        self.validation_sets = [
            _singles(open_cached(name, size, cache)).spread(data.validation_limit) for name in data.validation
        ]
        self.faceless_sets = [
            dataset.spread(data.validation_limit)
            for dataset in open_faceless(data.validation_faceless, size, cache)
        ]

    def loader(self, round_: int, share: Share = ALONE) -> DataLoader[Any]:
        stage = self.recipe.stages[self.recipe.stage_of(round_)[0]]
        maker: WholeMaker | FrameMaker
        if isinstance(stage, WholeStage):
            maker = WholeMaker(self.pool, stage, self.recipe.seed)
        else:
            maker = FrameMaker(self.pool, stage, self.recipe.seed)
        return round_loader(self.recipe, round_, maker.frame, collate, share)

    def loss(self, network: nn.Module, batch: Batch) -> dict[str, Tensor]:
        raw = network(batch.pixels.float())
        return localisation_loss(raw, self._decode.to(raw.device), batch.truth, self.terms)

    def validate(self, network: nn.Module) -> dict[str, float]:
        figures = self.judge(network)
        return {name: figures[name] for name in self.figures}

    def judge(self, network: nn.Module) -> dict[str, float]:
        """With `flatness`, the greatest difference of IoU over the distances from a frame's middle."""

        def judged(samples: Sequence[Sample]) -> Localisation:
            return judge(samples, [self.find(network, sample.read(), 0.0) for sample in samples])

        by_set = {dataset.name: judged(dataset) for dataset in self.validation_sets}
        out = {
            figure: float(np.mean([getattr(result, figure) for result in by_set.values()]))
            for figure in ("iou", "hits", "ap50", "flatness")
        }
        if self.faceless_sets:
            out["false_faces"] = judged(Chain(self.faceless_sets)).false_faces
        return out | {name: result.iou for name, result in by_set.items()}

    def find(
        self,
        network: nn.Module,
        picture: NDArray[np.uint8],
        score_threshold: float,
        iou_threshold: float = 0.45,
        max_faces: int = 1000,
    ) -> Faces:
        decode = self._decode.to(next(network.parameters()).device)
        side, framing = self.recipe.side, self.recipe.framing
        return predict_square(
            network, decode, side, picture, score_threshold, iou_threshold, max_faces, framing
        )

    def sheet(self, batch: Batch) -> NDArray[np.uint8]:
        pixels = batch.pixels.permute(0, 2, 3, 1).cpu().numpy()
        boxes, present = batch.boxes.cpu().numpy(), batch.present.tolist()
        tiles = [
            draw_boxes(picture, box[None]) if there == 1 else picture
            for picture, box, there in zip(pixels, boxes, present, strict=True)
        ]
        return contact_sheet(tiles, tile=128, captions=[PRESENCE[there] for there in present])


def _singles(dataset: Dataset) -> Dataset:
    chosen = single_faces(dataset)
    if len(chosen) == 0:
        raise DataError(f"{dataset.name}: no picture with exactly one face among its {len(dataset)}")
    return chosen
