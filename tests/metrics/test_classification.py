import numpy as np
import pytest

from facewright.metrics.classification import FIGURES, balanced_accuracy, figures_of, rates


def test_faces_and_windows_count_the_same_however_many_there_are():
    labels = np.array([True] + [False] * 99)
    assert balanced_accuracy(labels, np.zeros(100)) == 0.5
    assert balanced_accuracy(labels, np.ones(100)) == 0.5
    assert balanced_accuracy(labels, labels) == 1
    assert rates(labels, np.r_[1, np.ones(33), np.zeros(66)]) == pytest.approx((1, 2 / 3))


def test_the_threshold_itself_is_a_face():
    assert balanced_accuracy([True, False], [0.5, 0.499]) == 1


def test_colour_and_grey_are_told_apart():
    labels = np.array([True, False])
    figures = figures_of(labels, np.array([0.9, 0.1], np.float32), np.array([0.2, 0.1], np.float32))
    assert tuple(figures) == FIGURES
    assert figures["accuracy"] == pytest.approx(0.75)
    assert (figures["colour"], figures["grey"]) == (1, 0.5)


@pytest.mark.parametrize("labels", [[True, True], [False]])
def test_one_kind_alone_is_no_test(labels):
    with pytest.raises(ValueError, match="both"):
        balanced_accuracy(labels, np.zeros(len(labels)))
