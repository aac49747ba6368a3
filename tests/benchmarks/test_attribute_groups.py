"""What divides people, and how much of a measure is theirs."""

import math

import numpy as np
import pytest

from attribute_groups import divisions, of_people, print_means
from facewright.core.attributes import S1


def test_a_person_is_the_median_of_their_pictures():
    medians, _ = of_people(np.array([1.0, 2, 9, np.nan, 5, np.nan]), ["a", "a", "a", "a", "b", "c"])
    assert medians.tolist()[:5] == [2, 2, 2, 2, 5] and math.isnan(medians[5])


@pytest.mark.parametrize("personal", [0.0, 0.3, 1.0])
def test_the_share_that_is_between_people_is_found_again(personal):
    rng = np.random.default_rng(0)
    people = rng.integers(0, 400, 4000)
    own, picture = rng.normal(size=400)[people], rng.normal(size=4000)
    values = personal**0.5 * own + (1 - personal) ** 0.5 * picture
    assert of_people(values, [str(p) for p in people])[1] == pytest.approx(personal, abs=0.04)


def test_one_picture_a_person_says_nothing_of_it():
    assert math.isnan(of_people(np.arange(5.0), list("abcde"))[1])


def test_groups_hold_whom_they_name():
    seen = np.array([[1, 0], [0, 1], [1, -1], [0, 0]], np.int8)
    found = divisions(seen, np.array([5.0, 10, 50, np.nan]))
    assert found["Male"]["Male: yes"].tolist() == [True, False, True, False]
    assert found["Young"]["Young: no"].tolist() == [True, False, False, True]
    assert [mask.tolist().index(True) for mask in found["skin"].values() if mask.any()] == [0, 1, 2]
    assert not any(mask[3] for mask in found["skin"].values())


def test_a_table_tells_errors_in_per_cent(capsys):
    labels = np.zeros((80, 15), np.int8)
    labels[::2] = 1
    said = labels == 1
    said[:8] = ~said[:8]  # four of either kind, all of them men's
    men = np.arange(80) < 40
    print_means(S1, said, labels, {"Male": {"Male: no": ~men, "Male: yes": men}}, [str(i) for i in range(80)])
    women, of_men = capsys.readouterr().out.splitlines()[-2:]
    assert women == "| Male: no | 40 | 0.0 | 0.0 to 0.0 | 0.0 | 0.0 |"
    assert of_men.startswith("| Male: yes | 40 | 20.0 | ") and of_men.endswith(" | 20.0 | 20.0 |")
