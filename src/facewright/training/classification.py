"""Training face-or-not: windows with a face and windows without one in, one probability out."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator
from torch import Tensor, nn
from torch.utils.data import DataLoader

from facewright.core.draw import contact_sheet
from facewright.core.logits import logit
from facewright.inference.card import Card
from facewright.metrics.classification import FIGURES, figures_of
from facewright.models.crop_net import CropNet
from facewright.models.darknet19 import Darknet19
from facewright.models.face64 import Face64
from facewright.tasks.calibrate import SURE, platt
from facewright.tasks.classification.batch import Batch, collate
from facewright.tasks.classification.loss import CLASSES, TERMS, Probability, classification_loss
from facewright.tasks.classification.predict import predict
from facewright.training.data import open_cached, round_loader
from facewright.training.recipe import Data, Part, Recipe, Stage
from facewright.training.share import ALONE, Share
from facewright.training.system import System
from facewright.transforms.crops import CropStyle, grey
from facewright.transforms.windows import Source, WindowMaker, faces_of, still_windows, windows_of

CALIBRATION_WINDOWS = 1000
"""of each validation set"""


SIDES = {"crop-net": (16, 1024), "darknet19": (32, 1024), "face-64": (64, 64)}
"""least and greatest side of the crops that a network can look at, pixels"""


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
    calibrated: bool = Field(
        True,
        description="the file's probabilities are fitted on the validation windows; else the network's own",
    )

    @model_validator(mode="after")
    def _fits(self) -> Self:
        name = self.network.name
        least, most = SIDES[name]
        for i, stage in enumerate(self.stages):
            if not least <= stage.side <= most:
                wanted = f"{least}" if least == most else f"{least} or more"
                raise ValueError(f"stages.{i}.side: {name} takes crops of {wanted} pixels, not {stage.side}")
        return self

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

    def calibrate(self, network: nn.Module, cache: Path) -> dict[str, Any]:
        """Slope and offset of the logit, fitted on many windows of the validation sets, grey ones too."""
        if not self.recipe.calibrated:
            return {}
        judges = self._judges(cache)
        judged = self._windows(judges, CALIBRATION_WINDOWS)
        labels = np.concatenate([np.full(len(windows), face) for face, windows in judged] * 2)
        found = [predict(network, change(windows)) for change in (np.asarray, grey) for _, windows in judged]
        slope, offset = platt(logit(np.concatenate(found), within=SURE), labels)
        return {"slope": slope, "offset": offset, "data": [source.dataset.name for source in judges]}

    def decode(self, card: Card) -> nn.Module:
        """Raw output -> how likely a face."""
        outputs = 2 if self.recipe.network.name == "darknet19" else 1
        return Probability(outputs, card.calibration.get("slope", 1.0), card.calibration.get("offset", 0.0))

    def open_training(self, cache: Path, *, offset: int = 0, limit: int | None = None) -> None:
        data = self.recipe.data
        faces = [self._source(name, True, cache, offset=offset, limit=limit) for name in data.train]
        faceless = [self._source(name, False, cache, offset=offset, limit=limit) for name in data.faceless]
        self.sources = faces, faceless
        self.sets = [source.dataset for source in faces + faceless]

    def open_validation(self, cache: Path) -> None:
        judges = self._judges(cache)
        self.validation_sets = [source.dataset for source in judges]
        self.judged = self._windows(judges, self.recipe.data.validation_limit)

    def _source(self, name: str, face: bool, cache: Path, **part: Any) -> Source:
        dataset = open_cached(name, self.recipe.data.max_side, cache, boxes=False, **part)
        return (faces_of if face else windows_of)(dataset, crops=name.startswith("npz:"))

    def _judges(self, cache: Path) -> list[Source]:
        data = self.recipe.data
        return [self._source(name, True, cache) for name in data.validation] + [
            self._source(name, False, cache) for name in data.validation_faceless
        ]

    def _windows(self, judges: Sequence[Source], limit: int) -> list[tuple[bool, NDArray[np.uint8]]]:
        style, seed = self.recipe.stages[-1].still, self.recipe.seed
        return [(source.face, still_windows(source, style, seed, limit)) for source in judges]

    def loader(self, round_: int, share: Share = ALONE) -> DataLoader[Any]:
        stage, data = self.recipe.stages[self.recipe.stage_of(round_)[0]], self.recipe.data
        weights = [*data.train.values(), *data.faceless.values()]
        maker = WindowMaker(*self.sources, weights, stage, self.recipe.seed)
        return round_loader(self.recipe, round_, maker.window, collate, share)

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
