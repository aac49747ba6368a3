"""Points drawn from tables, and a batch of them."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from facewright.datasets.csv_points import Points


class PointBatch(NamedTuple):
    """B points and what is to be predicted for each."""

    points: Tensor
    """float32 (B, K)"""
    values: Tensor
    """float32 (B,)"""


class PointDraws:
    """Batches by number: each a pure function of (tables, weights, seed, number), drawn with replacement.

    A table is drawn from as often as its weight says, whatever its length, each of its points equally often.
    """

    def __init__(self, tables: Sequence[Points], weights: Sequence[float], seed: int) -> None:
        self.points, self.values = as_tensors(tables)
        shares = [np.full(len(t), weight / len(t)) for t, weight in zip(tables, weights, strict=True)]
        self._upto = np.concatenate(shares).cumsum() / sum(weights)
        self._seed = seed

    def batch(self, number: int, size: int, parts: int = 1) -> PointBatch:
        """The batch of this number; of batches divided into equal parts, the part of this number."""
        whole, part = divmod(number, parts)
        random = np.random.default_rng((self._seed, whole)).random(size).reshape(parts, -1)[part]
        chosen = np.searchsorted(self._upto, random, side="right").clip(max=len(self._upto) - 1)
        index = torch.from_numpy(chosen)
        return PointBatch(self.points[index], self.values[index])


def as_tensors(tables: Sequence[Points]) -> PointBatch:
    """All points of the tables, in order."""
    return PointBatch(
        torch.from_numpy(np.concatenate([table.inputs for table in tables])),
        torch.from_numpy(np.concatenate([table.target for table in tables])),
    )
