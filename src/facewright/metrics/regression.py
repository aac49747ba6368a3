"""How far predicted values are from the true ones."""

from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import ArrayLike


@dataclass(frozen=True, slots=True)
class RegressionFigures:
    """Errors over N points, in the units of the table."""

    points: int
    rmse: float
    """root mean squared error: the "L2 error" of this project's tables"""
    mae: float
    """mean absolute error"""
    largest: float
    """absolute error"""
    spread: float
    """standard deviation of the true values: the RMSE of always predicting their mean"""
    r2: float
    """1 - (rmse / spread)^2: 1 perfect, 0 no better than the mean; NaN where all true values are equal"""

    def to_dict(self) -> dict[str, float | None]:
        """Plain numbers; None for what is not a number."""
        return {name: None if value != value else value for name, value in asdict(self).items()}


def regression_figures(predicted: ArrayLike, values: ArrayLike) -> RegressionFigures:
    """Of (N,) predictions and (N,) true values, in double precision.

    Raises ValueError when N is 0 or differs.
    """
    guess, truth = np.asarray(predicted, np.float64), np.asarray(values, np.float64)
    if guess.shape != truth.shape or truth.ndim != 1 or not len(truth):
        raise ValueError(f"predictions {guess.shape} and values {truth.shape} must be (N,) with N at least 1")
    errors, spread = guess - truth, float(truth.std())
    rmse = float(np.sqrt(np.mean(errors**2)))
    return RegressionFigures(
        len(truth),
        rmse,
        float(np.mean(np.abs(errors))),
        float(np.max(np.abs(errors))),
        spread,
        1 - (rmse / spread) ** 2 if spread else float("nan"),
    )
