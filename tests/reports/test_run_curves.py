import pytest

from facewright.core.errors import UsageError
from facewright.reports.html import figure_svg, plot_style
from facewright.reports.run_curves import curves_figure, loss_figure, validation_figures


def test_curves_of_runs(tmp_path):
    (tmp_path / "metrics.csv").write_text("epoch,step,train/loss,val/ap\n0,9,0.5,\n0,9,,0.4\n1,19,,0.6\n")
    with plot_style():
        figure = curves_figure({"a run": tmp_path})
        assert "a run" in figure_svg(figure)
    (line,) = figure.axes[0].lines
    assert line.get_xdata().tolist() == [10, 20] and line.get_ydata().tolist() == [0.4, 0.6]
    with pytest.raises(UsageError, match="no val/f1 yet"):
        curves_figure({"a run": tmp_path}, "f1")
    with pytest.raises(UsageError, match=r"no metrics\.csv"):
        curves_figure({"a run": tmp_path / "none"})


def test_loss_and_the_names_of_what_a_run_measured(tmp_path):
    (tmp_path / "metrics.csv").write_text(
        "epoch,step,train/loss,val/ap,val/f1\n0,4,0.9,,\n0,9,0.5,,\n0,9,,0.4,\n"
    )
    with plot_style():
        (line,) = loss_figure({"a run": tmp_path}).axes[0].lines
    assert line.get_xdata().tolist() == [5, 10] and line.get_ydata().tolist() == [0.9, 0.5]
    assert validation_figures(tmp_path) == ["ap"]
    assert validation_figures(tmp_path / "none") == []
