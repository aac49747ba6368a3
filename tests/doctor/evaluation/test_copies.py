from dataclasses import replace

import numpy as np
import pytest

from facewright.datasets.sample import Dataset, Sample
from facewright.datasets.toy import draw_sample
from facewright.doctor.data import Data
from facewright.doctor.evaluation.kinds import Result
from facewright.doctor.examination import examine

NAMES = ("Smiling", "Young", "Eyeglasses", "Male")


def crop(seed: int, answers: list[int], name: str) -> Sample:
    """A drawn scene, taken as a picture of one face of which four things are told."""
    scene = draw_sample(3, seed, 96)
    told = {one: np.array([answer], np.int8) for one, answer in zip(NAMES, answers, strict=True)}
    whole, points = np.full((1, 4), np.nan, np.float32), np.full((1, 5, 2), np.nan, np.float32)
    return replace(scene, name=name, boxes=whole, landmarks=points, attributes=told)


@pytest.fixture(scope="module")
def crops() -> list[Sample]:
    rng = np.random.default_rng(0)
    return [crop(seed, rng.integers(0, 2, 4).tolist(), f"{seed}") for seed in range(80)]


def data(name: str, samples: list[Sample]) -> Data:
    return Data(name, Dataset(name, samples))


def ids(*subjects: Result) -> set[str]:
    return {finding.id for finding in examine(subjects).findings}


def test_a_result_that_rests_on_pictures_seen_in_training(crops):
    train, test = data("train", crops[:40]), data("test", crops[20:80])  # 20 of 60 are in both
    right = np.array([1.0] * 20 + [0.6] * 40)
    assert ids(Result("mine", test, right, [train])) == {"result-rests-on-copies"}
    assert ids(Result("mine", test, np.full(60, 0.8), [train])) == set()  # remembered, and no better for it
    apart = Result("mine", data("test", crops[40:80]), right[20:], [train])
    assert ids(apart) == set()


def test_copies_that_are_easier_by_chance_are_no_finding(crops):
    train, test = data("train", crops[:12]), data("test", crops)
    chance = (np.arange(80) % 10 != 5).astype(float)  # nine in ten, of copies and others alike
    right = np.where(np.arange(80) < 12, 1.0, chance)
    assert ids(Result("mine", test, right, [train])) == set()


def test_what_was_right_is_asked_only_where_pictures_are_alike(crops):
    asked = []

    def right():
        asked.append(1)
        return np.array([1.0] * 20 + [0.6] * 40)

    train = data("train", crops[:40])
    assert ids(Result("apart", data("test", crops[40:80]), right, [train])) == set() and not asked
    copied = Result("mine", data("test", crops[20:80]), right, [train])
    assert ids(copied) == {"result-rests-on-copies"} and asked == [1]


def test_right_of_copies_that_are_told_different_things(crops):
    turned = [
        replace(one, name=f"{one.name} again", attributes={n: 1 - v for n, v in one.attributes.items()})
        for one in crops[:12]
    ]
    test = data("test", crops[:12] + turned)
    by_heart = Result("mine", test, np.ones(24))
    assert ids(by_heart) == {"result-above-agreement"}
    honest = Result("mine", test, np.array([1.0] * 12 + [0.0] * 12))  # one answer for both
    assert ids(honest) == set()


def test_the_train_set_is_asked_for_only_where_it_is_told(crops):
    seen = examine([Result("mine", data("test", crops[:20]), np.ones(20))])
    assert ("result-rests-on-copies", "mine", "train") in seen.unasked
