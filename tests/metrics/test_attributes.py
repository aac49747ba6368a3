"""Figures of attributes against numbers worked out by hand."""

import math

import numpy as np
import pytest

from facewright.core.attributes import S1
from facewright.metrics.attributes import (
    average_precision,
    evaluate_attributes,
    evaluate_hair,
    evaluate_one,
)

YES = np.array([True, False, True, False, False, True, False, False])
SAID = np.array([0.9, 0.8, 0.6, 0.4, 0.3, 0.2, 0.1, 0.1])


def test_one_attribute_by_hand():
    result = evaluate_one(SAID, YES)
    assert (result.pictures, result.positives, result.said) == (8, 3, 3)
    assert result.prevalence == 3 / 8 and result.majority == 5 / 8
    assert result.accuracy == 6 / 8 and result.precision == 2 / 3 and result.recall == 2 / 3
    assert result.f1 == pytest.approx(2 / 3)
    assert result.balanced_accuracy == pytest.approx((2 / 3 + 4 / 5) / 2)
    assert result.ap == pytest.approx((1 + 2 / 3 + 3 / 6) / 3)


def test_equal_scores_stand_together():
    assert average_precision(np.full(4, 0.5), np.array([True, False, False, False])) == 1 / 4
    assert average_precision(np.array([0.9, 0.5, 0.5]), np.array([True, True, False])) == pytest.approx(
        1 / 2 + 1 / 2 * 2 / 3
    )


def test_one_half_says_yes():
    assert evaluate_one(np.array([0.5]), np.array([True])).accuracy == 1


def test_never_saying_yes_and_never_being_there():
    silent = evaluate_one(np.zeros(4), np.array([True, False, False, False]))
    assert (silent.precision, silent.recall, silent.f1) == (0, 0, 0)
    absent = evaluate_one(np.zeros(4), np.zeros(4, bool))
    assert math.isnan(absent.f1) and math.isnan(absent.ap) and absent.accuracy == absent.majority == 1


def test_unknown_labels_are_left_out_and_means_are_over_attributes():
    said = np.stack([SAID, 1 - SAID], axis=1)
    labels = np.stack([YES, ~YES], axis=1).astype(np.int8)
    labels[0, 1] = -1
    result = evaluate_attributes(said, labels, ("a", "b"))
    assert [r.pictures for r in result.attributes.values()] == [8, 7]
    assert result.means()["accuracy"] == pytest.approx((6 / 8 + 5 / 7) / 2)
    assert result.means(["b"])["accuracy"] == pytest.approx(5 / 7)
    assert result.s1 is None and "mean_s1" not in result.to_dict()
    with pytest.raises(ValueError, match="names"):
        evaluate_attributes(said, labels, ("a",))


def test_the_dictionary_is_plain_and_knows_the_fifteen():
    labels = np.zeros((2, 15), np.int8)
    record = evaluate_attributes(np.zeros((2, 15)), labels, S1).to_dict()
    assert record["mean_s1"]["accuracy"] == 1 and record["mean_s1"]["f1"] is None
    assert record["attributes"]["Male"]["ap"] is None


def test_hair_as_one_answer():
    names = ("Black_Hair", "Male", "Bald")
    labels = np.array([[1, 1, 0], [0, 0, 1], [1, 0, 0], [1, 1, 1], [0, 1, 0]], np.int8)
    said = np.array([[0.9, 0.9, 0.6], [0.6, 0.9, 0.5], [0.4, 0.9, 0.1], [0.9, 0, 0.9], [0.9, 0, 0]])
    found = evaluate_hair(said, labels, names)
    assert found == (3, pytest.approx(1 / 3), pytest.approx(1 / 3))  # the fourth has two, the fifth none
    assert evaluate_hair(said[:, :2], labels[:, :2], names[:2]) is None
