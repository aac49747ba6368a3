from dataclasses import replace

import numpy as np
import pytest

from facewright.doctor.sets.attributes import constant, contradict, disagree, rare
from facewright.doctor.sets.subject import Splits


@pytest.fixture
def told(toys, data):
    """(attribute=function of the number) -> single faces with exactly these attributes, to be learnt from."""

    def make(samples=None, **values):
        single = [s for s in toys if len(s.boxes) == 1] * 2 if samples is None else samples
        samples = [
            replace(s, name=f"{i}", attributes={name: np.int8([at(i)]) for name, at in values.items()})
            for i, s in enumerate(single)
        ]
        return Splits("mine", {"train": [data("train", samples)]}, learnt={"attributes"})

    return make


def test_s1_a_rare_attribute_starves(told, ids, errors):
    assert "attributes-rare" in ids(told(Mustache=lambda i: i % 50 == 0, Male=lambda i: i % 2))
    assert rare(told(Mustache=lambda i: i % 50 == 0, Male=lambda i: i % 2))[0].evidence.keys() == {"Mustache"}
    balanced = told(Mustache=lambda i: i % 5 == 0, Male=lambda i: i % 2)
    assert rare(balanced) == []
    assert errors(balanced) == []


def test_a_constant_attribute_teaches_nothing(told):
    (finding,) = constant(told(Young=lambda i: 1, Bald=lambda i: 0, Male=lambda i: i % 3 == 0))
    assert finding.message == "2 attributes never change: Bald (always no), Young (always yes)."
    assert rare(told(Young=lambda i: 1)) == []


def test_unknown_values_are_not_counted(told):
    assert constant(told(Young=lambda i: -1)) == rare(told(Young=lambda i: -1)) == []
    assert rare(told(Young=lambda i: (1, 0, -1, -1, -1, -1, -1, -1)[i % 8])) == []


def test_contradictions_are_named(told):
    (finding,) = contradict(told(No_Beard=lambda i: 1, Goatee=lambda i: i % 4 == 0))
    assert finding.evidence == {"No_Beard and Goatee": pytest.approx(0.25, abs=0.01)}
    (finding,) = contradict(told(Black_Hair=lambda i: i % 2, Brown_Hair=lambda i: i % 2))
    assert "several of Black_Hair, Brown_Hair" in finding.message
    assert contradict(told(No_Beard=lambda i: i % 2, Goatee=lambda i: (i + 1) % 2)) == []


def test_copies_with_different_labels_show_that_annotators_do_not_agree(toys, told, ids):
    single = [s for s in toys if len(s.boxes) == 1][:20]
    both = [s for s in single for _ in range(2)]
    assert "attributes-disagree" in ids(told(both, Attractive=lambda i: i % 2, Male=lambda i: (i // 2) % 2))
    (finding,) = disagree(told(both, Attractive=lambda i: i % 2, Male=lambda i: (i // 2) % 2))
    assert finding.evidence["attributes"] == {"Attractive": 20}
    assert disagree(told(both, Male=lambda i: (i // 2) % 2)) == []


def test_attributes_that_are_not_learnt_are_not_asked_about(told):
    splits = replace(told(Young=lambda i: 1, Bald=lambda i: i == 0), learnt={"boxes"})
    assert constant(splits) == rare(splits) == contradict(splits) == disagree(splits) == []
