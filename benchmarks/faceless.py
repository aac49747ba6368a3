"""Pictures without faces that had no part in any model of ours: false alarms are counted there.

All that the /test parts of the faceless sets hold: training sees the /train parts, and `facewright export`
chooses thresholds on the /val parts.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from facewright.datasets.open import open_dataset
from facewright.datasets.sample import Sample

FACELESS = ("negatives-caltech101", "negatives-imagenet", "negatives-grey")


def faceless(limit: int) -> dict[str, list[Sample]]:
    """Source (`NAME/test`) -> its pictures, at most `limit` in all, spread evenly."""
    return thinned({f"{name}/test": open_dataset(f"{name}/test") for name in FACELESS}, limit)


def thinned(sources: Mapping[str, Sequence[Sample]], count: int) -> dict[str, list[Sample]]:
    """At most `count` samples of all sources, evenly; a source that gives none is left out."""
    every = [(source, sample) for source, samples in sources.items() for sample in samples]
    if count < len(every):
        every = [every[i] for i in np.linspace(0, len(every) - 1, max(count, 0)).round().astype(int)]
    out: dict[str, list[Sample]] = {}
    for source, sample in every:
        out.setdefault(source, []).append(sample)
    return out
