"""Labels of attributes against a witness that is played here: it has seen the truth."""

from dataclasses import replace

import numpy as np
import pytest

from facewright.datasets.sample import Dataset, Sample, no_landmarks
from facewright.datasets.toy import ToySamples
from facewright.doctor.data import Data
from facewright.doctor.labels import attributes
from facewright.doctor.labels.attributes import Seen, off_faces

NAMES = ("Male", "Smiling", "Eyeglasses", "Young", "Bangs", "Blond_Hair")
TRUTH = np.random.default_rng(3).integers(0, 2, (120, len(NAMES)))


def data(labels, names=NAMES):
    samples = [
        Sample(
            str(i),
            np.zeros((8, 8, 3), np.uint8),
            np.full((1, 4), np.nan, np.float32),
            no_landmarks(1),
            attributes={name: np.array([value], np.int8) for name, value in zip(names, row, strict=True)},
        )
        for i, row in enumerate(labels)
    ]
    return Data("mine", Dataset("mine", samples))


@pytest.fixture(autouse=True)
def witness(monkeypatch):
    noise = np.random.default_rng(4).normal(0, 0.2, TRUTH.shape)
    scores = dict(zip(NAMES, (TRUTH + noise).T, strict=True))

    def seen(given):
        told = given.dataset[0].attributes
        return Seen(list(range(len(TRUTH))), {name: s for name, s in scores.items() if name in told})

    monkeypatch.setattr(attributes, "seen", seen)


def said(*given, **options):
    return [finding.message for finding in off_faces(data(*given, **options))]


def test_labels_that_go_with_the_faces_are_not_accused():
    assert said(TRUTH) == []
    assert said(np.where(np.random.default_rng(5).random(TRUTH.shape) < 0.1, -1, TRUTH)) == []


@pytest.mark.parametrize(
    ("rows", "where"), [(1, "1 row before"), (-1, "1 row after"), (2, "2 rows before"), (-2, "2 rows after")]
)
def test_a_list_that_is_rows_off_is_found_and_by_how_many(rows, where):
    (message,) = said(np.roll(TRUTH, rows, axis=0))
    assert message.startswith(f"The attributes of each picture are those {where} its own: 6 of 6")


def test_a_row_that_is_missing_on_the_way_is_found():
    (message,) = said(np.concatenate([TRUTH[:50], TRUTH[51:], TRUTH[:1]]))
    assert message.startswith(
        "In the second half of the set: The attributes of each picture are those 1 row after"
    )


def test_another_order_is_found():
    (message,) = said(np.random.default_rng(6).permutation(TRUTH))
    assert message.startswith("6 of 6 attributes do not go with what is seen of 120 faces")


def test_yes_for_no_is_found():
    (message,) = said(1 - TRUTH)
    assert message.startswith("Yes and no are exchanged: 6 of 6")


def test_columns_that_changed_places_are_named():
    (message,) = said(TRUTH[:, [1, 0, 2, 3, 4, 5]])
    assert message.startswith("2 of 6 attributes") and "Male" in message and "Smiling" in message


def test_one_attribute_that_the_witness_does_not_know_is_no_proof():
    odd = np.random.default_rng(7).permutation(TRUTH[:, :1])
    assert said(odd, ("Male",)) == []
    assert said(1 - TRUTH[:, :1], ("Male",))[0].startswith("Yes and no")


def test_too_few_faces_say_nothing():
    assert said(1 - TRUTH[:9]) == []


def test_drawn_faces_and_sets_without_attributes_are_looked_at_in_earnest(monkeypatch):
    monkeypatch.undo()
    drawn = [one for one in ToySamples(60, seed=0, size=256) if len(one.boxes) == 1]
    assert off_faces(Data("drawn", Dataset("drawn", drawn))) == []
    bare = [replace(one, attributes={}) for one in drawn[:3]]
    assert off_faces(Data("bare", Dataset("bare", bare))) == []
