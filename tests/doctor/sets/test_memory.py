from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from facewright.datasets.cache import cached
from facewright.datasets.sample import Dataset, Sample
from facewright.datasets.toy import ToySamples
from facewright.doctor.data import Data


class Repeated(Sequence[Sample]):
    """As long as CelebA, without its bytes."""

    def __init__(self, samples, count=202_599):
        self.samples, self.count = samples, count

    def __len__(self):
        return self.count

    def __getitem__(self, index):
        return replace(self.samples[index % len(self.samples)], name=f"{index}", group=f"{index}")


def test_s1_every_picture_lies_decoded_in_memory(portraits, ids):
    decoded = [replace(p, picture=np.full((80, 80, 3), 0.5, np.float32)) for p in portraits[:40]]
    faceless = [replace(s, boxes=s.boxes[:0], landmarks=s.landmarks[:0], attributes={}) for s in decoded]
    assert "held-in-memory" in ids(Data("mine", Dataset("mine", Repeated(faceless)), limit=20))


def test_paths_mapped_files_and_drawings_take_no_memory(toys, tmp_path, ids):
    mapped = cached(Dataset("mine", list(toys[:20])), tmp_path)
    for samples in (Repeated(mapped), ToySamples(10**8, size=64)):
        assert "held-in-memory" not in ids(Data("mine", Dataset("mine", samples), limit=20))


def test_a_small_set_may_be_held(toys, data, ids):
    assert "held-in-memory" not in ids(data("mine", toys))
