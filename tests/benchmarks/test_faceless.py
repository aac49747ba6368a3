"""Which pictures false alarms are counted on."""

import numpy as np
import pytest

from faceless import LOOKED_AT, not_looked_at, thinned
from facewright.datasets.sample import Dataset, Sample, no_landmarks
from facewright.training.loading import load_recipe


def named(count):
    dot, none = np.zeros((1, 1, 3), np.uint8), np.zeros((0, 4), np.float32)
    return Dataset("d", [Sample(str(i), dot, none, no_landmarks(0)) for i in range(count)])


def test_what_chooses_thresholds_is_left_out():
    val = named(126)
    left = {s.name for s in not_looked_at(val)}
    assert len(left) == 126 - LOOKED_AT
    assert not left & {s.name for s in val.spread(LOOKED_AT)}
    assert not_looked_at(named(LOOKED_AT)) == []


@pytest.mark.parametrize("recipe", ["detector-nano", "detector-small"])
def test_thresholds_are_chosen_on_as_many_as_the_benchmark_takes_them_to_be(recipe):
    assert load_recipe(recipe).data.validation_limit == LOOKED_AT


def test_sources_are_thinned_evenly():
    taken = thinned({"a": named(10), "b": named(30)}, 8)
    assert {source: len(samples) for source, samples in taken.items()} == {"a": 2, "b": 6}
    assert len(thinned({"a": named(3)}, 9)["a"]) == 3
    assert thinned({"a": named(3)}, 0) == {} == thinned({"a": named(3)}, -1)
