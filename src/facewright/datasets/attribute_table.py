"""What is known of the one face of each picture, as a table."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from facewright.core.errors import DataError
from facewright.datasets.sample import AttributeTable, Dataset


def attribute_table(dataset: Dataset, names: Sequence[str]) -> NDArray[np.int8]:
    """(N, A): 1 yes, 0 no, -1 unknown, of N pictures and the attributes `names`.

    Raises DataError for a picture that has no face or several.
    """
    table = np.full((len(dataset), len(names)), -1, np.int8)
    rows: Mapping[str, int] | None = None
    for i, sample in enumerate(dataset):
        if len(sample.boxes) != 1:
            raise DataError(
                f"{dataset.name}: {sample.name} has {len(sample.boxes)} faces; attributes want one a picture"
            )
        known = sample.attributes
        if isinstance(
            known, AttributeTable
        ):  # names are looked up once a set, not for each of 200,000 pictures
            if known.rows is not rows:
                rows = known.rows
                here = [j for j, name in enumerate(names) if name in rows]
                there = [rows[names[j]] for j in here]
            table[i, here] = known.table[there, 0]
            continue
        for j, name in enumerate(names):
            if name in known:
                table[i, j] = known[name][0]
    return table
