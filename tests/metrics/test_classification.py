import numpy as np
import pytest

from facewright.metrics.classification import FIGURES, Judged, balanced_accuracy, figures_of, judge
from facewright.metrics.roc import roc


def test_faces_and_windows_count_the_same_however_many_there_are():
    labels = np.array([True] + [False] * 99)
    assert balanced_accuracy(roc(labels, np.zeros(100))) == 0.5
    assert balanced_accuracy(roc(labels, np.ones(100))) == 0.5
    assert balanced_accuracy(roc(labels, labels)) == 1
    assert balanced_accuracy(roc(labels, np.r_[1, np.ones(33), np.zeros(66)])) == pytest.approx(5 / 6)


def test_the_threshold_itself_is_a_face():
    assert balanced_accuracy(roc([True, False], [0.5, 0.499])) == 1


def test_colour_and_grey_are_told_apart():
    figures = figures_of([True, False], [0.9, 0.1], [0.2, 0.1])
    assert tuple(figures) == FIGURES
    assert figures == pytest.approx({"accuracy": 0.75, "colour": 1, "grey": 0.5, "auc": 1})
    assert figures_of([True, False], [0.9, 0.3], [0.2, 0.1])["auc"] == 0.75


@pytest.mark.parametrize("labels", [[True, True], [False]])
def test_one_kind_alone_is_no_test(labels):
    with pytest.raises(ValueError, match="both"):
        figures_of(labels, np.zeros(len(labels)), np.zeros(len(labels)))


def test_each_set_is_judged_in_colour_and_in_grey():
    red = np.zeros((3, 4, 4, 3), np.uint8)
    red[..., 0] = 200
    parts = [Judged("faces", True, red), Judged("dark", False, np.zeros((2, 4, 4, 3), np.uint8))]
    result = judge(parts, lambda crops: crops[..., 0].mean((1, 2)) / 255)
    assert result.labels.tolist() == [True] * 3 + [False] * 2
    assert [(s.name, s.face, s.windows, s.colour, s.grey) for s in result.sets] == [
        ("faces", True, 3, 1.0, 0.0),
        ("dark", False, 2, 1.0, 1.0),
    ]
    assert result.accuracy == 0.75
    assert result.to_dict()["grey"]["auc"] == 1
    assert [len(found) for found in result.probabilities] == [5, 5]
