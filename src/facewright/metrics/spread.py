"""What several trainings say together: mean and spread of a figure, and which setting moves it."""

import math
from collections.abc import Hashable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

BINS = 4
"""of equally many trials, for values that are nearly all different"""


class Spread(NamedTuple):
    """Of one figure over several seeds; NaN where there is none."""

    mean: float
    deviation: float
    """standard deviation of a single training (n - 1); NaN for one alone"""
    lowest: float
    highest: float
    trainings: int


def spread(values: ArrayLike) -> Spread:
    """Values that are NaN are left out and not counted.

    >>> spread([0.5, 0.75])
    Spread(mean=0.625, deviation=0.1767766952966369, lowest=0.5, highest=0.75, trainings=2)
    """
    known = np.asarray(values, np.float64)
    known = known[~np.isnan(known)]
    if not len(known):
        return Spread(math.nan, math.nan, math.nan, math.nan, 0)
    deviation = float(known.std(ddof=1)) if len(known) > 1 else math.nan
    return Spread(float(known.mean()), deviation, float(known.min()), float(known.max()), len(known))


def effects(settings: Sequence[Mapping[str, Hashable]], values: ArrayLike) -> dict[str, float]:
    """Of each key, the share of the values' variance that goes with it: 0 nothing, 1 everything.

    settings: of each trial, key -> value; values: (N,), its figure; NaN is left out. The share
    is that of the means over trials of one value (numbers of more than `BINS` + 2 different ones: of one of
    `BINS` bins), the main effect of an analysis of variance. In a full grid the shares add up to at most 1;
    what is missing is interplay and luck. NaN where nothing varies.
    """
    figures = np.asarray(values, np.float64)
    known = ~np.isnan(figures)
    figures = figures[known]
    if len(figures) < 2 or figures.std() == 0:
        return dict.fromkeys(settings[0], math.nan)
    rows = [setting for setting, there in zip(settings, known, strict=True) if there]
    return {key: _share(groups([row[key] for row in rows]), figures) for key in rows[0]}


def chance_share(values: Sequence[Hashable]) -> float:
    """What `effects` gives on average for a key that does nothing, with these values, one a trial.

    >>> chance_share(["adam", "sgd", "sgd", "adam", "sgd"])
    0.25
    """
    return (len(np.unique(groups(values))) - 1) / (len(values) - 1) if len(values) > 1 else math.nan


def groups(values: Sequence[Hashable]) -> NDArray[np.int64]:
    """(N,) integers: which values count as the same; numbers come in their order."""
    distinct = set(values)
    if len(distinct) > BINS + 2 and all(isinstance(value, int | float) for value in distinct):
        numbers = np.asarray(values, np.float64)
        edges = np.quantile(numbers, np.linspace(0, 1, BINS + 1)[1:-1])
        return np.searchsorted(edges, numbers, side="right")
    order = sorted(distinct, key=lambda v: (isinstance(v, str), v if isinstance(v, int | float) else str(v)))
    places = {value: place for place, value in enumerate(order)}
    return np.array([places[value] for value in values])


def _share(group: NDArray[np.int64], figures: NDArray[np.float64]) -> float:
    counts = np.bincount(group)
    there = counts > 0
    means = np.bincount(group, figures)[there] / counts[there]
    between = float((counts[there] * (means - figures.mean()) ** 2).sum())
    return between / float(((figures - figures.mean()) ** 2).sum())
