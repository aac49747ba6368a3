"""From a recipe's DATA strings to pools of samples, and from pools to batches."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from torch.utils.data import DataLoader
from torch.utils.data import Dataset as TorchDataset

from facewright.core.errors import DataError
from facewright.datasets.cache import cached
from facewright.datasets.open import open_dataset
from facewright.datasets.sample import Dataset, Sample
from facewright.tasks.detection.batch import collate
from facewright.training.recipe import Recipe
from facewright.transforms.canvas import Canvas, CanvasMaker, Pool


class Canvases(TorchDataset[Canvas]):
    """Canvas by number, as a map-style dataset."""

    def __init__(self, maker: CanvasMaker) -> None:
        self.maker = maker

    def __getitem__(self, number: int) -> Canvas:
        return self.maker.canvas(number)


def open_cached(
    data: str, max_side: int, cache: Path, *, offset: int = 0, limit: int | None = None
) -> Dataset:
    """One DATA string as a cached data set, its problems included. An empty one is an error."""
    dataset = open_dataset(data)
    if offset or limit is not None:
        dataset = dataset[offset : None if limit is None else offset + limit]
    if len(dataset) == 0:
        raise DataError(f"{data}: no pictures left to use; check the path, --offset and --limit")
    packed = cached(dataset, cache, max_side=max_side, progress=True)
    if len(packed) == 0:
        raise DataError(f"{data}: none of its {len(dataset)} pictures can be read ({packed.problems[0]})")
    if any(np.isnan(sample.boxes).any() for sample in packed):
        raise DataError(f"{data}: holds faces whose boxes are not known; a detector cannot learn from them")
    return packed


def open_pool(
    recipe: Recipe, cache: Path, *, offset: int = 0, limit: int | None = None
) -> tuple[Pool, list[Dataset]]:
    """The training pool of a recipe, and its sets (for their counts and problems)."""
    side = recipe.data.max_side
    sets = [open_cached(data, side, cache, offset=offset, limit=limit) for data in recipe.data.train]
    faceless = [open_cached(data, side, cache) for data in recipe.data.faceless]
    for dataset in faceless:
        if any(len(sample.boxes) for sample in dataset):
            raise DataError(f"{dataset.name}: given as faceless, but holds faces; give it to data.train")
    fill = _Chain(faceless)
    return Pool(sets, list(recipe.data.train.values()), fill), sets + faceless


def open_validation(recipe: Recipe, cache: Path) -> list[Dataset]:
    """The validation sets, each thinned evenly to the recipe's limit. Without a face no AP: an error."""
    sets, limit = [], recipe.data.validation_limit
    for data in recipe.data.validation:
        dataset = open_cached(data, recipe.evaluation.size, cache)
        step = max(len(dataset) / limit, 1.0)
        thinned = dataset.subset([int(i * step) for i in range(min(len(dataset), limit))])
        if not any(len(sample.boxes) for sample in thinned):
            raise DataError(f"{data}: no face in the {len(thinned)} pictures used of this validation set")
        sets.append(thinned)
    return sets


def round_loader(recipe: Recipe, pool: Pool, round_: int) -> DataLoader[Any]:
    """The `Batch`es of one round: its stage's style, and exactly the canvas numbers that are its turn."""
    index, first = recipe.stage_of(round_)
    stage = recipe.stages[index]
    return DataLoader(
        Canvases(CanvasMaker(pool, stage, recipe.seed)),
        batch_size=stage.batch,
        sampler=range(first, first + recipe.steps * stage.batch),
        num_workers=recipe.data.workers,
        collate_fn=collate,
        prefetch_factor=4 if recipe.data.workers else None,
    )


class _Chain(Sequence[Sample]):
    """Several sets as one sequence, without copying a sample."""

    def __init__(self, sets: Sequence[Dataset]) -> None:
        self._places = [(dataset, i) for dataset in sets for i in range(len(dataset))]

    def __len__(self) -> int:
        return len(self._places)

    def __getitem__(self, index):  # type: ignore[no-untyped-def]
        dataset, i = self._places[index]
        return dataset[i]
