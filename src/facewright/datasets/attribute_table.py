"""What is known of the one face of each picture, as a table."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from facewright.core.errors import DataError
from facewright.datasets.sample import Dataset


def attribute_table(dataset: Dataset, names: Sequence[str]) -> NDArray[np.int8]:
    """(N, A): 1 yes, 0 no, -1 unknown, of N pictures and the attributes `names`.

    Raises DataError for a picture that has no face or several.
    """
    table = np.full((len(dataset), len(names)), -1, np.int8)
    for i, sample in enumerate(dataset):
        if len(sample.boxes) != 1:
            raise DataError(
                f"{dataset.name}: {sample.name} has {len(sample.boxes)} faces; attributes want one a picture"
            )
        for j, name in enumerate(names):
            if name in sample.attributes:
                table[i, j] = sample.attributes[name][0]
    return table
