"""300 pictures without faces that had no part in any model of ours: false alarms are counted there.

All that the /test parts of the faceless sets hold, filled up from those pictures of their /val parts at which
`facewright export` does not look when it chooses a threshold.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from facewright.datasets.open import open_dataset
from facewright.datasets.sample import Dataset, Sample

FACELESS = ("negatives-caltech101", "negatives-imagenet", "negatives-grey")
PICTURES = 300
LOOKED_AT = 80
"""validation_limit of the detectors' recipes: thresholds are chosen on `spread` of as many of each /val"""


def faceless(limit: int = PICTURES) -> dict[str, list[Sample]]:
    """Source (`NAME/test` or `NAME/val`) -> its pictures, at most `limit` in all, spread evenly."""
    test = {f"{name}/test": open_dataset(f"{name}/test") for name in FACELESS}
    val = {f"{name}/val": not_looked_at(open_dataset(f"{name}/val")) for name in FACELESS}
    return thinned(thinned(test, PICTURES) | thinned(val, PICTURES - sum(map(len, test.values()))), limit)


def not_looked_at(val: Dataset) -> list[Sample]:
    """The samples that no threshold is chosen on."""
    looked_at = {sample.name for sample in val.spread(LOOKED_AT)}
    return [sample for sample in val if sample.name not in looked_at]


def thinned(sources: Mapping[str, Sequence[Sample]], count: int) -> dict[str, list[Sample]]:
    """At most `count` samples of all sources, evenly; a source that gives none is left out."""
    every = [(source, sample) for source, samples in sources.items() for sample in samples]
    if count < len(every):
        every = [every[i] for i in np.linspace(0, len(every) - 1, max(count, 0)).round().astype(int)]
    out: dict[str, list[Sample]] = {}
    for source, sample in every:
        out.setdefault(source, []).append(sample)
    return out
