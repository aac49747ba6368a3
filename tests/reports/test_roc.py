import numpy as np
import pytest

from facewright.metrics.roc import roc
from facewright.reports.html import plot_style
from facewright.reports.roc import roc_figure

LABELS = np.array([1, 1, 0, 1, 0, 0])
SCORES = np.array([0.9, 0.8, 0.7, 0.6, 0.2, 0.1])


def test_no_false_positive_has_a_place_on_the_logarithmic_axis():
    with plot_style():
        whole, small = roc_figure({"one": roc(LABELS, SCORES)}).axes
    assert small.get_xscale() == "log"
    assert np.asarray(small.lines[0].get_xdata()).min() == pytest.approx(1 / 6)
    assert whole.get_legend().get_texts()[0].get_text() == "one, AUC 0.8889"
