"""Which pictures false alarms are counted on."""

import numpy as np

from faceless import thinned
from facewright.datasets.sample import Dataset, Sample, no_landmarks


def named(count):
    dot, none = np.zeros((1, 1, 3), np.uint8), np.zeros((0, 4), np.float32)
    return Dataset("d", [Sample(str(i), dot, none, no_landmarks(0)) for i in range(count)])


def test_sources_are_thinned_evenly():
    taken = thinned({"a": named(10), "b": named(30)}, 8)
    assert {source: len(samples) for source, samples in taken.items()} == {"a": 2, "b": 6}
    assert len(thinned({"a": named(3)}, 9)["a"]) == 3
    assert thinned({"a": named(3)}, 0) == {} == thinned({"a": named(3)}, -1)
