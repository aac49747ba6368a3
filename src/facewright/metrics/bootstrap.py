"""How much of a difference between models is chance: the same pictures, drawn anew many times for all alike.

The paired bootstrap (Efron, "Bootstrap methods", 1979): what makes pictures hard is hard for every model, so
that a difference judged on the same drawn pictures is surer than each figure by itself.
"""

from collections.abc import Hashable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Doubles = NDArray[np.float64]
Counts = NDArray[np.uint16]
"""(R, N): how often each of N pictures is in each of R resamples"""

RESAMPLES = 1000
SEED = 0
CONFIDENCE = 0.95


class Difference(NamedTuple):
    """A figure less that of the reference, and the interval in which it lies in 95 % of the resamples."""

    value: float
    low: float
    high: float

    @property
    def sure(self) -> bool:
        """Whether the interval leaves out zero: more than the choice of these pictures explains."""
        return self.low > 0 or self.high < 0


def drawn(
    groups: Sequence[Hashable],
    strata: Sequence[Hashable] | None = None,
    *,
    resamples: int = RESAMPLES,
    seed: int = SEED,
) -> Counts:
    """How often each picture is in each resample, for pictures of these groups (a person, a clip; N).

    Groups are drawn whole, as many as there are, with replacement; within each of `strata` (N, such as the
    sets they come from) by themselves, so that its share stays about what it is. No resamples (0, N) where
    each of these is one group: drawn again and again, one clip tells nothing of chance.
    """
    rng = np.random.default_rng(seed)
    kinds = [0] * len(groups) if strata is None else strata
    if len(kinds) != len(groups):
        raise ValueError(f"{len(groups)} groups but {len(kinds)} strata")
    if len(set(zip(kinds, groups, strict=True))) == len(set(kinds)):
        resamples = 0
    counts = np.zeros((resamples, len(groups)), np.uint16)
    for kind in dict.fromkeys(kinds):
        here = [i for i, own in enumerate(kinds) if own == kind]
        numbers = {group: n for n, group in enumerate(dict.fromkeys(groups[i] for i in here))}
        times = rng.multinomial(len(numbers), np.full(len(numbers), 1 / len(numbers)), resamples)
        counts[:, here] = times[:, [numbers[groups[i]] for i in here]]
    return counts


def difference(
    value: float, reference: float, resampled: ArrayLike, resampled_reference: ArrayLike
) -> Difference | None:
    """value - reference, and its interval by the same figures (R,) of both in the same resamples.

    Resamples in which either is not defined (NaN) are left out; None where nothing is left.
    """
    gaps = np.asarray(resampled, np.float64) - np.asarray(resampled_reference, np.float64)
    gaps = gaps[np.isfinite(gaps)]
    if not len(gaps) or not np.isfinite(value - reference):
        return None
    low, high = np.quantile(gaps, ((1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2))
    return Difference(value - reference, float(low), float(high))


def ratio(part: ArrayLike, whole: ArrayLike, counts: Counts) -> Doubles:
    """Sum of `part` (N,) over that of `whole` (N,) in each resample, (R,); NaN where the whole is 0."""
    above, below = (counts @ np.asarray(values, np.float64) for values in (part, whole))
    return np.divide(above, below, out=np.full(len(below), np.nan), where=below != 0)
