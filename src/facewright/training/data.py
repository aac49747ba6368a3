"""From a recipe's DATA strings to pools of samples, and from pools to batches."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from torch.utils.data import DataLoader
from torch.utils.data import Dataset as TorchDataset

from facewright.core.errors import DataError
from facewright.datasets.alarms import open_alarms
from facewright.datasets.cache import cached
from facewright.datasets.open import open_dataset
from facewright.datasets.sample import Dataset, Sample
from facewright.training.recipe import Data, Recipe
from facewright.training.share import ALONE, Share
from facewright.transforms.canvas import Pool


class Numbered(TorchDataset[Any]):
    """Example by number, as a map-style dataset."""

    def __init__(self, make: Callable[[int], Any]) -> None:
        self.make = make

    def __getitem__(self, number: int) -> Any:
        return self.make(number)


def open_cached(
    data: str,
    max_side: int,
    cache: Path,
    *,
    offset: int = 0,
    limit: int | None = None,
    boxes: bool = True,
) -> Dataset:
    """One DATA string as a cached data set, its problems included. An empty one is an error.

    boxes: a face whose box is not known is an error too.
    """
    dataset = open_dataset(data)
    if offset or limit is not None:
        dataset = dataset[offset : None if limit is None else offset + limit]
    if len(dataset) == 0:
        raise DataError(f"{data}: no pictures left to use; check the path, --offset and --limit")
    packed = cached(dataset, cache, max_side=max_side, progress=True)
    if len(packed) == 0:
        raise DataError(f"{data}: none of its {len(dataset)} pictures can be read ({packed.problems[0]})")
    if boxes and any(np.isnan(sample.boxes).any() for sample in packed):
        raise DataError(f"{data}: holds faces whose boxes are not known; a detector cannot learn from them")
    return packed


def open_pool(
    data: Data,
    faceless: Sequence[str],
    cache: Path,
    *,
    hard: str = "",
    offset: int = 0,
    limit: int | None = None,
) -> tuple[Pool, list[Dataset]]:
    """A recipe's training pool, filled up with faceless pictures, and its sets (for counts and problems).

    hard: table of false alarms on the faceless pictures, see `datasets.alarms`.
    """
    side = data.max_side
    sets = [open_cached(name, side, cache, offset=offset, limit=limit) for name in data.train]
    without = open_faceless(faceless, side, cache)
    alarms = open_alarms(Path(hard), without) if hard else []
    return Pool(sets, list(data.train.values()), Chain(without), alarms), sets + without


def open_faceless(names: Sequence[str], max_side: int, cache: Path) -> list[Dataset]:
    """Sets in which no picture holds a face. Raises DataError for one that does."""
    sets = [open_cached(name, max_side, cache) for name in names]
    for dataset in sets:
        if any(len(sample.boxes) for sample in dataset):
            raise DataError(f"{dataset.name}: given as faceless, but holds faces; give it to data.train")
    return sets


def open_validation(data: Data, size: int, cache: Path) -> list[Dataset]:
    """The validation sets, each thinned evenly to the recipe's limit. Without a face no AP: an error."""
    sets = []
    for name in data.validation:
        thinned = open_cached(name, size, cache).spread(data.validation_limit)
        if not any(len(sample.boxes) for sample in thinned):
            raise DataError(f"{name}: no face in the {len(thinned)} pictures used of this validation set")
        sets.append(thinned)
    return sets


def round_loader(
    recipe: Recipe,
    round_: int,
    make: Callable[[int], Any],
    collate: Callable[[list[Any]], Any],
    share: Share = ALONE,
) -> DataLoader[Any]:
    """The batches of one round: exactly the examples whose numbers are its turn, each made by `make`.

    Of each batch of the recipe, process after process and part after part have as many in a row.
    """
    index, first = recipe.stage_of(round_)
    stage = recipe.stages[index]
    size = stage.part(share.processes)
    parts = range(first, first + recipe.steps * stage.batch, size)
    own = parts[share.rank :: share.processes]
    return DataLoader(
        Numbered(make),
        batch_size=size,
        sampler=[number for start in own for number in range(start, start + size)],
        num_workers=recipe.data.workers,
        collate_fn=collate,
        prefetch_factor=4 if recipe.data.workers else None,
    )


class Chain(Sequence[Sample]):
    """Several sets as one sequence, without copying a sample."""

    def __init__(self, sets: Sequence[Dataset]) -> None:
        self._places = [(dataset, i) for dataset in sets for i in range(len(dataset))]

    def __len__(self) -> int:
        return len(self._places)

    def __getitem__(self, index):  # type: ignore[no-untyped-def]
        dataset, i = self._places[index]
        return dataset[i]
