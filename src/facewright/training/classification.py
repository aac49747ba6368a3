"""Training face-or-not: windows with a face and windows without one in, one probability out."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field
from torch import Tensor, nn
from torch.utils.data import DataLoader

from facewright.core.draw import contact_sheet
from facewright.inference.card import Card
from facewright.metrics.classification import FIGURES, figures_of
from facewright.models.crop_net import CropNet
from facewright.models.darknet19 import Darknet19
from facewright.models.face64 import Face64
from facewright.tasks.classification.batch import Batch, collate
from facewright.tasks.classification.loss import CLASSES, TERMS, Probability, classification_loss
from facewright.tasks.classification.predict import predict
from facewright.training.data import open_cached, round_loader
from facewright.training.recipe import Data, Part, Recipe, Stage
from facewright.training.system import System
from facewright.transforms.crops import CropStyle, grey
from facewright.transforms.windows import Source, WindowMaker, faces_of, still_windows, windows_of


class ClassificationNetwork(Part):
    name: Literal["crop-net", "darknet19", "face-64"] = "crop-net"
    size: Literal["nano", "small"] = Field("nano", description="of crop-net")


class ClassificationData(Data):
    """`train` and `validation` are sets with faces; npz: sets are crops, taken whole."""

    faceless: dict[str, Annotated[float, Field(gt=0)]] = Field(
        min_length=1,
        description="sets for windows without a face: faceless ones, or such whose faces are all annotated",
    )
    validation_faceless: list[str] = Field(min_length=1)
    validation_limit: int = Field(
        300, ge=1, description="windows of each validation set looked at while training"
    )


class CropStage(Stage, CropStyle):
    """Windows in one style."""


class ClassificationLoss(Part):
    face: float = Field(1.0, ge=0)


class ClassificationRecipe(Recipe):
    task: Literal["classification"] = "classification"
    network: ClassificationNetwork = ClassificationNetwork()
    data: ClassificationData
    stages: list[CropStage] = Field(min_length=1)
    loss: ClassificationLoss = ClassificationLoss()

    @property
    def side(self) -> int:
        """Of the crops that the trained network is given, pixels: the last stage's."""
        return self.stages[-1].side

    def system(self) -> "ClassificationSystem":
        return ClassificationSystem(self)


class ClassificationSystem(System[ClassificationRecipe]):
    """Trained on windows, as many with a face as without; judged by accuracy in colour and in grey."""

    terms = TERMS
    sources: tuple[list[Source], list[Source]]
    """with a face and without"""
    judged: list[tuple[bool, NDArray[np.uint8]]]
    """of each validation set: whether its windows show a face, and the windows (N, S, S, 3)"""

    @property
    def figures(self) -> Sequence[str]:
        return FIGURES

    def network(self) -> nn.Module:
        settings = self.recipe.network
        if settings.name == "crop-net":
            return CropNet(1, settings.size)
        return Darknet19() if settings.name == "darknet19" else Face64()

    def card(self) -> dict[str, Any]:
        return {"task": "classification", "classes": ["face"], "side": self.recipe.side, "framing": "squash"}

    def decode(self, card: Card) -> nn.Module:
        """Raw output -> how likely a face."""
        return Probability(2 if self.recipe.network.name == "darknet19" else 1)

    def open(self, cache: Path, *, offset: int = 0, limit: int | None = None) -> None:
        data, style, seed = self.recipe.data, self.recipe.stages[-1], self.recipe.seed

        def opened(name: str, face: bool, **part: Any) -> Source:
            dataset = open_cached(name, data.max_side, cache, boxes=False, **part)
            return (faces_of if face else windows_of)(dataset, crops=name.startswith("npz:"))

        faces = [opened(name, True, offset=offset, limit=limit) for name in data.train]
        faceless = [opened(name, False, offset=offset, limit=limit) for name in data.faceless]
        self.sources = faces, faceless
        self.sets = [source.dataset for source in faces + faceless]
        judges = [opened(name, True) for name in data.validation]
        judges += [opened(name, False) for name in data.validation_faceless]
        self.validation_sets = [source.dataset for source in judges]
        self.judged = [
            (source.face, still_windows(source, style.still, seed, data.validation_limit))
            for source in judges
        ]

    def loader(self, round_: int) -> DataLoader[Any]:
        stage, data = self.recipe.stages[self.recipe.stage_of(round_)[0]], self.recipe.data
        weights = [*data.train.values(), *data.faceless.values()]
        maker = WindowMaker(*self.sources, weights, stage, self.recipe.seed)
        return round_loader(self.recipe, round_, maker.window, collate)

    def loss(self, network: nn.Module, batch: Batch) -> dict[str, Tensor]:
        return classification_loss(network(batch.pixels.float()), batch.labels)

    def validate(self, network: nn.Module) -> dict[str, float]:
        labels = np.concatenate([np.full(len(windows), face) for face, windows in self.judged])
        found = [
            np.concatenate([predict(network, change(windows)) for _, windows in self.judged])
            for change in (np.asarray, grey)
        ]
        return figures_of(labels, *found)

    def sheet(self, batch: Batch) -> NDArray[np.uint8]:
        pixels = batch.pixels.permute(0, 2, 3, 1).cpu().numpy()
        return contact_sheet(list(pixels), tile=96, captions=[CLASSES[int(label)] for label in batch.labels])
