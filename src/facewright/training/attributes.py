"""Training a network that answers yes or no for many attributes of a face at once."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import Field, field_validator, model_validator
from torch import Tensor, nn
from torch.utils.data import DataLoader

from facewright.core.attributes import CELEBA, S1
from facewright.core.draw import contact_sheet
from facewright.core.errors import DataError
from facewright.core.logits import sigmoid
from facewright.core.suggest import nearest
from facewright.datasets.attribute_table import attribute_table
from facewright.datasets.sample import Dataset
from facewright.inference.card import Card
from facewright.metrics.attributes import FIGURES, AttributesEvaluation, evaluate_attributes
from facewright.models.crop_net import STRIDE, CropNet, with_places
from facewright.models.plain_cnn import PlainCNN
from facewright.models.resnet15 import ResNet15
from facewright.tasks.attributes.batch import Batch, collate
from facewright.tasks.attributes.distil import distillation_loss
from facewright.tasks.attributes.loss import attribute_loss, positive_weights
from facewright.tasks.attributes.predict import Probabilities, predict
from facewright.tasks.calibrate import calibrate, calibrated_by_halves
from facewright.training.attributes_parts import (
    SIDES,
    AttributesData,
    AttributesLoss,
    AttributesTeachers,
    CropNetwork,
    CropStage,
    PlainNetwork,
    ResNet15Network,
)
from facewright.training.data import open_cached, round_loader
from facewright.training.devices import has_bfloat16
from facewright.training.recipe import Recipe
from facewright.training.share import ALONE, Share
from facewright.training.system import System
from facewright.training.teacher import AttributesTeacher, asked
from facewright.training.weights import load_weights
from facewright.transforms.face_crops import WHOLE, CropMaker, FaceSet

SHOWN = 4
"""attributes named under a crop of the contact sheet"""


class AttributesRecipe(Recipe):
    task: Literal["attributes"] = "attributes"
    attributes: Literal["all", "s1"] | list[str] = "all"
    network: Annotated[ResNet15Network | PlainNetwork | CropNetwork, Field(discriminator="name")]
    data: AttributesData
    stages: list[CropStage] = Field(min_length=1)
    loss: AttributesLoss = AttributesLoss()
    teacher: AttributesTeachers | None = None
    lean: Annotated[float, Field(ge=0, le=1)] | Literal["none"] = Field(
        0.5,
        description="the file's probabilities are calibrated, and one half decides for 0 the best accuracy, "
        "1 the best F1, between them for a little of both; none: they are the network's own",
    )

    @field_validator("attributes")
    @classmethod
    def _each_once(cls, value: str | list[str]) -> str | list[str]:
        if isinstance(value, list) and (not value or len(set(value)) < len(value)):
            raise ValueError("must be all, s1 or a list that names each attribute once")
        return value

    @model_validator(mode="after")
    def _fits(self) -> Self:
        least, most = SIDES[self.network.name]
        for i, stage in enumerate(self.stages):
            if not least <= stage.side <= most:
                raise ValueError(
                    f"stages.{i}.side: {self.network.name} takes crops of {least} to {most} pixels, "
                    f"not {stage.side}"
                )
        places = self.network.places if isinstance(self.network, CropNetwork) else 1
        sides = {stage.side for stage in self.stages}
        if places > 1 and (len(sides) > 1 or self.side < STRIDE * places):
            raise ValueError(
                f"network.places: {places} x {places} of them want one side in all stages, of "
                f"{STRIDE * places} pixels or more"
            )
        return self

    @model_validator(mode="after")
    def _is_taught(self) -> Self:
        if self.loss.teacher and self.teacher is None:
            raise ValueError("loss.teacher is above 0, but no [teacher] is there to learn from")
        if self.teacher is not None and not self.loss.teacher:
            raise ValueError("[teacher] teaches nothing, as loss.teacher is 0: give it a weight")
        return self

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the network's answers, in order."""
        if isinstance(self.attributes, str):
            return CELEBA if self.attributes == "all" else S1
        return tuple(self.attributes)

    @property
    def side(self) -> int:
        """Of the square that the finished network takes: the last stage's."""
        return self.stages[-1].side

    def self_contained(self) -> Self:
        loss = self.loss.model_copy(update={"teacher": 0.0})
        return self.model_copy(update={"teacher": None, "loss": loss})

    def system(self) -> "AttributesSystem":
        return AttributesSystem(self)


class AttributesSystem(System[AttributesRecipe]):
    """Trained on crops of faces; the best weights are those of the highest mean AP over the attributes.

    `f1` and `accuracy` are means over the attributes where one half decides, before any calibration.
    """

    faces: list[FaceSet]

    def __init__(self, recipe: AttributesRecipe) -> None:
        super().__init__(recipe)
        self.needs_weights = isinstance(recipe.network, CropNetwork) and recipe.network.grow
        self.terms = ("attributes",) if recipe.teacher is None else ("attributes", "teacher")

    @property
    def figures(self) -> Sequence[str]:
        return ("ap", "f1", "accuracy")

    @property
    def judge_figures(self) -> Sequence[str]:
        of_s1 = [f"s1/{figure}" for figure in FIGURES] if set(S1) <= set(self.recipe.classes) else []
        each = [f"{figure}/{name}" for name in self.recipe.classes for figure in FIGURES]
        names = [*FIGURES, *of_s1, *each]
        return [*names, *(f"calibrated/{name}" for name in names)]

    def network(self) -> nn.Module:
        outputs, settings = len(self.recipe.classes), self.recipe.network
        if isinstance(settings, ResNet15Network):
            return ResNet15(outputs)
        if isinstance(settings, PlainNetwork):
            return PlainCNN(outputs)
        return CropNet(outputs, settings.size, places=settings.places, side=self.recipe.side)

    def take(self, network: nn.Module, weights: dict[str, Tensor]) -> None:
        settings = self.recipe.network
        if isinstance(network, CropNet) and isinstance(settings, CropNetwork) and settings.grow:
            weights = with_places(weights, network)
        load_weights(network, weights)

    def open_training(self, cache: Path, *, offset: int = 0, limit: int | None = None) -> None:
        data, names = self.recipe.data, self.recipe.classes
        if (taught := self.recipe.teacher) is not None:  # first: it is soon known whether they are there
            self.teachers = [AttributesTeacher(weights, names) for weights in taught.weights]
        for given in data.tight:
            if given not in data.train:
                raise DataError(f"data.tight: {given} is not in data.train{nearest(given, data.train)}")
        self.sets = [
            open_cached(name, data.max_side, cache, offset=offset, limit=limit, boxes=False)
            for name in data.train
        ]
        self.faces = [
            FaceSet(dataset, attribute_table(dataset, names), weight, data.tight.get(name, WHOLE))
            for dataset, (name, weight) in zip(self.sets, data.train.items(), strict=True)
        ]
        labels = np.concatenate([faces.labels for faces in self.faces])
        for name, column in zip(names, labels.T, strict=True):
            if (column < 0).all():
                known = {known for dataset in self.sets for known in dataset[0].attributes}
                raise DataError(f"no training picture says {name}{nearest(name, known)}")
        shares = np.concatenate(
            [np.full(len(faces.labels), faces.weight / len(faces.labels)) for faces in self.faces]
        )
        self._positive = positive_weights(
            torch.from_numpy(labels), torch.from_numpy(shares), self.recipe.loss.positive
        )

    def open_validation(self, cache: Path) -> None:
        data = self.recipe.data
        self.validation_sets = [
            open_cached(name, data.max_side, cache, boxes=False).spread(data.validation_limit)
            for name in data.validation
        ]

    def loader(self, round_: int, share: Share = ALONE) -> DataLoader[Any]:
        stage = self.recipe.stages[self.recipe.stage_of(round_)[0]]
        maker = CropMaker(self.faces, stage, self.recipe.seed)
        return round_loader(self.recipe, round_, maker.crop, collate, share)

    def loss(self, network: nn.Module, batch: Batch) -> dict[str, Tensor]:
        settings = self.recipe.loss
        pixels = batch.pixels.float()
        logits = network(pixels)
        value = attribute_loss(
            logits,
            batch.labels,
            kind=settings.kind,
            positive=self._positive,
            gamma=settings.gamma,
            margin=settings.margin,
            smoothing=settings.smoothing,
        )
        if (how := self.recipe.teacher) is None:
            return {"attributes": value}
        taught = asked(self.teachers, pixels, mirrored=how.mirrored, in_turn=how.in_turn)
        return {"attributes": value, "teacher": distillation_loss(logits, taught)}

    def validate(self, network: nn.Module) -> dict[str, float]:
        logits, labels = self._looked(network)
        means = evaluate_attributes(sigmoid(logits), labels, self.recipe.classes).means()
        return {name: means[name] for name in self.figures}

    def judge(self, network: nn.Module) -> dict[str, float]:
        """All means, those over S1's 15 where it knows them (`s1/ap` ...), each attribute's (`ap/Bald` ...),
        and all of them once calibrated (`calibrated/f1` ...).

        Calibrated on one half of the pictures and judged on the other, then the other way round.
        """
        logits, labels = self._looked(network)
        result = evaluate_attributes(sigmoid(logits), labels, self.recipe.classes)
        lean = 0.5 if self.recipe.lean == "none" else self.recipe.lean
        after = calibrated_by_halves(logits, labels, lean=lean)
        calibrated = _all_figures(evaluate_attributes(sigmoid(after), labels, self.recipe.classes))
        return _all_figures(result) | {f"calibrated/{name}": value for name, value in calibrated.items()}

    def _looked(self, network: nn.Module) -> tuple[NDArray[np.float64], NDArray[np.int8]]:
        """Logits and labels of the validation sets."""
        wanted = self.recipe.precision == "bfloat16"  # or a large network would look longer than it learns
        half = wanted and has_bfloat16(next(network.parameters()).device.type)
        return self.logits(network, self.validation_sets, bfloat16=half)

    def logits(
        self, network: nn.Module, sets: Sequence[Dataset], *, bfloat16: bool = False
    ) -> tuple[NDArray[np.float64], NDArray[np.int8]]:
        """(N, A) logits and labels of all pictures of `sets`; `network` is in evaluation mode."""
        found = [
            predict(network, (sample.read() for sample in dataset), self.recipe.side, bfloat16=bfloat16)
            for dataset in sets
        ]
        labels = [attribute_table(dataset, self.recipe.classes) for dataset in sets]
        return np.concatenate(found).astype(np.float64), np.concatenate(labels)

    def card(self) -> dict[str, Any]:
        return {
            "task": "attributes",
            "classes": list(self.recipe.classes),
            "side": self.recipe.side,
            "framing": "squash",
        }

    def calibrate(self, network: nn.Module, cache: Path) -> dict[str, Any]:
        """Slope and offset of each attribute, fitted on the whole of the validation sets."""
        if self.recipe.lean == "none":
            return {}
        data = self.recipe.data
        sets = [open_cached(name, data.max_side, cache, boxes=False) for name in data.validation]
        found = calibrate(*self.logits(network, sets), lean=self.recipe.lean)
        return {name: value.tolist() for name, value in found._asdict().items()} | {
            "lean": self.recipe.lean,
            "data": data.validation,
        }

    def decode(self, card: Card) -> nn.Module:
        """Logits -> probabilities."""
        count = len(card.classes)
        slope, offset = (
            card.calibration.get("slope", [1.0] * count),
            card.calibration.get("offset", [0.0] * count),
        )
        return Probabilities(slope, offset)

    def sheet(self, batch: Batch) -> NDArray[np.uint8]:
        tiles = list(batch.pixels.permute(0, 2, 3, 1).cpu().numpy())
        captions = []
        for row in batch.labels.cpu().numpy():
            held = [name for name, value in zip(self.recipe.classes, row, strict=True) if value > 0.5]
            captions.append(
                ", ".join(held[:SHOWN]) + (f" + {len(held) - SHOWN}" if len(held) > SHOWN else "")
            )
        return contact_sheet(tiles, tile=160, captions=captions)


def _all_figures(result: AttributesEvaluation) -> dict[str, float]:
    """The means, those over S1's 15, then each attribute's."""
    of_s1 = {f"s1/{figure}": value for figure, value in (result.s1 or {}).items()}
    each = {
        f"{figure}/{name}": getattr(one, figure)
        for name, one in result.attributes.items()
        for figure in FIGURES
    }
    return result.means() | of_s1 | each
