"""Training a curve through points: columns of a table in, one value out."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import numpy as np
from pydantic import Field, model_validator
from torch import Tensor, nn
from torch.utils.data import DataLoader

from facewright.core.errors import DataError
from facewright.datasets.csv_points import Points
from facewright.datasets.points import open_points
from facewright.metrics.regression import regression_figures
from facewright.models.curve import Activation, Curve
from facewright.tasks.regression.batch import PointBatch, PointDraws, as_tensors
from facewright.tasks.regression.loss import TERMS, regression_loss
from facewright.training.data import Numbered
from facewright.training.recipe import Data, Part, Recipe, Stage
from facewright.training.share import ALONE, Share
from facewright.training.system import System


class CurveNetwork(Part):
    name: Literal["curve"] = "curve"
    widths: list[Annotated[int, Field(ge=1)]] = Field(
        [64, 64, 64, 64], min_length=1, description="of the hidden layers"
    )
    activations: list[Activation] = Field(["silu", "silu", "silu", "silu"], min_length=1)
    residual: bool = Field(False, description="a layer as wide as the one before adds to it")
    standardise: bool = Field(
        True, description="columns and values get mean 0 and spread 1 inside, by the training points"
    )

    @model_validator(mode="after")
    def _one_activation_each(self) -> Self:
        if len(self.widths) != len(self.activations):
            raise ValueError(
                f"{len(self.widths)} widths need as many activations, not {len(self.activations)}"
            )
        return self


class PointData(Data):
    """DATA strings of points, `csv:FILE` or `saddle:COUNT`; see `datasets.points`."""

    inputs: list[str] = Field(["x", "y"], min_length=1, description="columns that a value is predicted from")
    target: str = Field("z", description="the column that is predicted")
    validation_limit: int = Field(10_000, ge=1, description="points of each validation table looked at")
    workers: int = Field(0, ge=0, description="processes that draw points; 0: the training process does")


class RegressionLoss(Part):
    mse: float = Field(1.0, ge=0)


class RegressionRecipe(Recipe):
    task: Literal["regression"] = "regression"
    precision: Literal["auto", "float32", "bfloat16"] = Field(
        "float32", description="bfloat16 keeps three digits of a number, and points have more"
    )
    network: CurveNetwork = CurveNetwork()
    data: PointData
    stages: list[Stage] = Field(min_length=1)
    loss: RegressionLoss = RegressionLoss()

    def system(self) -> "RegressionSystem":
        return RegressionSystem(self)


class RegressionSystem(System[RegressionRecipe]):
    """Trained by mean squared error; judged by the root of it over all validation points."""

    terms = TERMS
    # no pictures, but named, counted and with their problems like these
    sets: list[Points]  # type: ignore[assignment]
    validation_sets: list[Points]  # type: ignore[assignment]
    draws: PointDraws
    held_out: PointBatch

    @property
    def figures(self) -> Sequence[str]:
        return ("negative_rmse", "largest_error")

    def network(self) -> Curve:
        part, inputs = self.recipe.network, len(self.recipe.data.inputs)
        network = Curve(part.widths, part.activations, inputs=inputs, residual=part.residual)
        if part.standardise and self.sets:  # before they are open: for weights that bring their scale along
            network.fit_scale(self.draws.points, self.draws.values)
        return network

    def open_training(self, cache: Path, *, offset: int = 0, limit: int | None = None) -> None:
        data = self.recipe.data
        end = None if limit is None else offset + limit
        self.sets = [self._table(text, slice(offset, end)) for text in data.train]
        self.draws = PointDraws(self.sets, list(data.train.values()), self.recipe.seed)

    def open_validation(self, cache: Path) -> None:
        data = self.recipe.data
        self.validation_sets = [self._table(text).spread(data.validation_limit) for text in data.validation]
        self.held_out = as_tensors(self.validation_sets)

    def loader(self, round_: int, share: Share = ALONE) -> DataLoader[Any]:
        recipe = self.recipe
        stage = recipe.stages[recipe.stage_of(round_)[0]]
        a_step = stage.batch // stage.part(share.processes)
        parts = range(round_ * recipe.steps * a_step, (round_ + 1) * recipe.steps * a_step)
        return DataLoader(
            Numbered(partial(self.draws.batch, size=stage.batch, parts=a_step)),
            batch_size=None,  # a batch is drawn at once: point by point would take longer than the network
            sampler=parts[share.rank :: share.processes],
            num_workers=recipe.data.workers,
        )

    def loss(self, network: nn.Module, batch: PointBatch) -> dict[str, Tensor]:
        return regression_loss(network(batch.points), batch.values, network.get_buffer("value_spread"))

    def validate(self, network: nn.Module) -> dict[str, float]:
        points = self.held_out.points.to(next(network.parameters()).device)
        figures = regression_figures(network(points).cpu().numpy(), self.held_out.values.numpy())
        return {"negative_rmse": -figures.rmse, "largest_error": figures.largest}

    def sheet(self, batch: PointBatch) -> None:
        return None

    def card(self) -> dict[str, Any]:
        data = self.recipe.data
        return {"task": "regression", "inputs": data.inputs, "classes": [data.target]}

    def _table(self, text: str, chosen: slice = slice(None)) -> Points:
        points = open_points(text, inputs=self.recipe.data.inputs, target=self.recipe.data.target)
        rows = np.arange(len(points))[chosen]
        if not len(rows):
            raise DataError(f"{text}: no points left to use; check --offset and --limit")
        return points.subset(rows)
