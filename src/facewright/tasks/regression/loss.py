"""How wrong predicted values are."""

from torch import Tensor

TERMS = ("mse",)


def regression_loss(predicted: Tensor, values: Tensor, unit: Tensor) -> dict[str, Tensor]:
    """Mean squared error of (B,) predictions, in squares of `unit`: the values' spread, so that one rate fits
    values of any size."""
    return {"mse": ((predicted - values) / unit).square().mean()}
