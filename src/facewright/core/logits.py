"""Probabilities as log odds, and back."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Doubles = NDArray[np.float64]


def sigmoid(logits: ArrayLike) -> Doubles:
    """Probabilities, 0 to 1, of logits of any shape, the infinite ones too; exact for small ones as well."""
    x = np.asarray(logits, np.float64)
    power = np.exp(-np.abs(x))  # never too large
    return np.where(x >= 0, 1, power) / (1 + power)


def logit(probabilities: ArrayLike, *, within: float = 0.0) -> Doubles:
    """The inverse of `sigmoid`; 0 and 1 give the infinities, unless probabilities are first brought `within`
    of them: 1e-7 is as sure as single precision can say."""
    p = np.clip(np.asarray(probabilities, np.float64), within, 1 - within)
    with np.errstate(divide="ignore"):
        return np.log(p) - np.log1p(-p)
