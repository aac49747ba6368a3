import numpy as np
import pytest

from facewright.metrics.classification import FIGURES, balanced_accuracy, figures_of
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
