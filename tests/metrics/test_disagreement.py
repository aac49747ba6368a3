import numpy as np
import pytest

from facewright.core.faces import Faces
from facewright.datasets.sample import Sample, no_landmarks
from facewright.metrics.disagreement import Verdict, differing_pictures, largest_ranges
from facewright.metrics.matching import match_all

A, B, ALARM, OTHER = ([10, 10, 50, 50], [60, 10, 90, 40], [5, 60, 40, 95], [60, 60, 90, 90])


def sample(*boxes):
    return Sample("x", b"", np.array(boxes, np.float32).reshape(-1, 4), no_landmarks(len(boxes)))


def found(boxes, scores=None):
    return Faces(np.array(boxes, np.float32).reshape(-1, 4), scores or [0.9] * len(boxes))


def differing(samples, *detectors, thresholds=None):
    matches = [match_all(samples, faces) for faces in detectors]
    return differing_pictures(samples, detectors, matches, thresholds or [0.5] * len(detectors))


def test_faces_that_one_misses_and_alarms_that_one_does_not_give():
    samples = [sample(A, B), sample(A), sample()]
    one = [found([A]), found([A]), found([])]
    other = [found([A, B, ALARM]), found([A]), found([ALARM])]
    first, second = differing(samples, one, other)
    assert (first.picture, len(first.places)) == (0, 2)
    assert sorted(first.places.tolist()) == sorted([B, ALARM])
    assert first.verdicts == (Verdict(1, 2, 0), Verdict(2, 2, 1))
    assert (second.picture, second.gap) == (2, 1.0)
    assert list(map(str, second.verdicts)) == ["faceless", "faceless, 1 false alarm"]
    assert str(first.verdicts[1]) == "2 of 2 found, 1 false alarm"


def test_alike_alarms_are_no_disagreement_and_count_once_where_a_third_lacks_them():
    moved = [6, 61, 41, 96]
    assert differing([sample()], [found([ALARM])], [found([moved])]) == []
    (one,) = differing([sample()], [found([ALARM])], [found([moved])], [found([OTHER])])
    assert one.places.tolist() == [ALARM, OTHER]


def test_each_is_judged_at_its_own_threshold():
    faces = [found([A], [0.4])]
    (one,) = differing([sample(A)], faces, faces, thresholds=[0.5, 0.3])
    assert one.places.tolist() == [A]


def test_the_largest_ranges_come_first_and_agreement_is_none():
    values = np.array([[0.1, 0.5, 0.9], [0.1, 0.9, 0.7]])
    assert largest_ranges(values, 5) == [(1, pytest.approx(0.4)), (2, pytest.approx(0.2))]
    assert largest_ranges(values, 1) == [(1, pytest.approx(0.4))]
