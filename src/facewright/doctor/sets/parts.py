"""What the checks of `Splits` ask of its parts."""

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

import numpy as np
from numpy.typing import NDArray

from facewright.datasets.sample import Sample
from facewright.doctor.data import Data, Glimpse, once
from facewright.doctor.sets.subject import Splits

TRAIN = "train"
MOST = 20_000
"""samples of a set whose labels are read where that needs no picture"""


def learnt_from(splits: Splits) -> Sequence[Data]:
    """The sets of "train"; where there is no such part, all."""
    return splits.parts.get(TRAIN) or [data for part in splits.parts.values() for data in part]


def judging(splits: Splits) -> Iterator[tuple[str, Sequence[Data]]]:
    """(name, sets) of each part beside "train"; nothing where there is no "train"."""
    if TRAIN in splits.parts:
        yield from ((name, part) for name, part in splits.parts.items() if name != TRAIN)


def shown(part: Sequence[Data]) -> list[Glimpse]:
    """The readable glimpses of all sets of a part."""
    return [glimpse for data in part for glimpse in data.readable]


@once
def labelled(data: Data) -> Sequence[Sample]:
    """All samples, at most MOST, or only those of the glimpses where a sample's picture is made when
    asked."""
    dataset = data.dataset
    if len(dataset) <= data.limit or _is_made(dataset[0], dataset[0]):
        return [glimpse.sample for glimpse in data.glimpses]
    return list(dataset.spread(MOST))


def _is_made(once: Sample, again: Sample) -> bool:
    """Two readings of one sample: whether its picture is drawn or decoded anew each time."""
    if isinstance(once.picture, np.ndarray) and isinstance(again.picture, np.ndarray):
        return not np.may_share_memory(once.picture, again.picture)
    return False


def told_group(sample: Sample) -> str:
    """The person or clip; empty where the group is the picture's own name, which says nothing of others."""
    name = PurePosixPath(sample.name)
    return (
        "" if sample.group in (sample.name, name.name, name.stem, str(name.with_suffix(""))) else sample.group
    )


def shares(glimpse: Glimpse) -> NDArray[np.float64]:
    """(N,) area of each placed face as a share of its picture's."""
    boxes = placed(glimpse)
    return (boxes[:, 2:] - boxes[:, :2]).prod(axis=1) / (glimpse.width * glimpse.height)


def placed(glimpse: Glimpse) -> NDArray[np.float64]:
    """(N, 4) the boxes that are known, in pixels of the full picture."""
    boxes = np.asarray(glimpse.sample.boxes, np.float64)
    return boxes[np.isfinite(boxes).all(axis=1)]


def percent(share: float) -> str:
    """
    >>> percent(0.0713), percent(0.004)
    ('7 %', '0.4 %')
    """
    return f"{100 * share:.0f} %" if share >= 0.0095 or share == 0 else f"{100 * share:.1f} %"
