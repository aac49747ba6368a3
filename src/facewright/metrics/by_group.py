"""Whether a model of attributes errs more often for some people than for others: error rates by group.

A rate alone misleads where a group hardly has what is asked: who never tells women that they wear a moustache
errs rarely about women. So the two kinds of error are told apart, each as a share of those it can befall, and
groups are compared on attributes of which every one of them has some with and some without.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from facewright.metrics.bootstrap import CONFIDENCE, Counts, ratio

LEAST = 20
"""pictures with and without an attribute that every group needs for its two kinds of error to be compared"""


class Rates(NamedTuple):
    """Errors of one attribute in one group, or means over attributes; NaN where nothing defines them."""

    error: float
    """share of the pictures of which the answer is wrong"""
    false_positives: float
    """share of those without the attribute that are told to have it"""
    false_negatives: float
    """share of those with it that are told to have none"""


class Group(NamedTuple):
    """How a model errs on some of the pictures."""

    pictures: int
    attributes: dict[str, Rates]
    comparable: frozenset[str]
    """attributes of which it has `LEAST` pictures with and without"""


def by_group(
    said: NDArray[np.bool_],
    labels: NDArray[np.int8],
    names: Sequence[str],
    groups: Mapping[str, NDArray[np.bool_]],
) -> dict[str, Group]:
    """Each group's errors. said: (N, A) yes answers; labels: (N, A): 1 yes, 0 no, -1 unknown, left out.

    groups: name -> (N,) which pictures belong to it.
    """
    return {group: _errors(said[chosen], labels[chosen], names) for group, chosen in groups.items()}


def mean_rates(groups: Mapping[str, Group], names: Iterable[str]) -> dict[str, Rates]:
    """Of each group the mean error over `names`, and the means of the two kinds of error over those of them
    that can be compared in all the groups."""
    names = list(names)
    shared = [name for name in names if all(name in group.comparable for group in groups.values())]
    return {
        title: Rates(
            _mean([group.attributes[name].error for name in names]),
            _mean([group.attributes[name].false_positives for name in shared]),
            _mean([group.attributes[name].false_negatives for name in shared]),
        )
        for title, group in groups.items()
    }


def error_interval(
    wrong: NDArray[np.floating], chosen: NDArray[np.bool_], counts: Counts
) -> tuple[float, float]:
    """In which the mean error of a group lies in 95 % of the resamples; NaN where none holds any of it.

    wrong: (N,) share of each picture's answers that are wrong; chosen: (N,) those of the group; counts:
    (R, N) as `bootstrap.drawn` gives them.
    """
    means = ratio(np.where(chosen, wrong, 0.0), chosen, counts)
    means = means[np.isfinite(means)]
    if not len(means):
        return math.nan, math.nan
    low, high = np.quantile(means, ((1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2))
    return float(low), float(high)


def _errors(said: NDArray[np.bool_], labels: NDArray[np.int8], names: Sequence[str]) -> Group:
    rates, comparable = {}, set()
    for i, name in enumerate(names):
        yes, no = labels[:, i] == 1, labels[:, i] == 0
        missed, alarms = int((yes & ~said[:, i]).sum()), int((no & said[:, i]).sum())
        with_it, without = int(yes.sum()), int(no.sum())
        rates[name] = Rates(
            _ratio(missed + alarms, with_it + without), _ratio(alarms, without), _ratio(missed, with_it)
        )
        if min(with_it, without) >= LEAST:
            comparable.add(name)
    return Group(len(said), rates, frozenset(comparable))


def _ratio(part: int, whole: int) -> float:
    return part / whole if whole else math.nan


def _mean(values: Sequence[float]) -> float:
    defined = [value for value in values if not math.isnan(value)]
    return sum(defined) / len(defined) if defined else math.nan
