import numpy as np
import pytest

from facewright.core.errors import UsageError
from facewright.core.pictures import read_picture
from facewright.metrics.roc import roc
from facewright.reports.html import plot_style
from facewright.reports.roc import roc_figure, roc_lines, write_roc_plot

LABELS = np.array([1, 1, 0, 1, 0, 0])
SCORES = np.array([0.9, 0.8, 0.7, 0.6, 0.2, 0.1])


def test_lines_tell_area_rates_and_both_thresholds():
    lines = "\n".join(roc_lines(LABELS, SCORES, 0.75))
    assert "3 faces, 3 others" in lines and "0.88889" in lines
    assert "TPR at FPR 0.001" in lines and "0.6667  (" in lines
    assert "accuracy at one half (0.5)" in lines and "0.8333  (TPR 1.0000, FPR 0.3333)" in lines
    assert "accuracy at the chosen threshold (0.75)" in lines and "(TPR 0.6667, FPR 0.0000)" in lines


def test_no_false_positive_has_a_place_on_the_logarithmic_axis():
    with plot_style():
        whole, small = roc_figure({"one": roc(LABELS, SCORES)}).axes
    assert small.get_xscale() == "log"
    assert np.asarray(small.lines[0].get_xdata()).min() == pytest.approx(1 / 6)
    assert whole.get_legend().get_texts()[0].get_text() == "one, AUC 0.8889"


def test_several_systems_as_a_file(tmp_path):
    curves = {"one": roc(LABELS, SCORES), "perfect": roc(LABELS, LABELS)}
    assert read_picture(write_roc_plot(curves, tmp_path / "roc.png")).shape[1] > 1000
    with pytest.raises(UsageError, match="choose another name"):
        write_roc_plot(curves, tmp_path / "roc.nothing")
