import numpy as np
from matplotlib.figure import Figure

from facewright.metrics.reliability import reliability
from facewright.reports.html import figure_svg, plot_style
from facewright.reports.reliability import draw_reliability


def test_each_bin_is_a_point_and_a_bar_of_how_many_it_holds():
    bins = reliability(np.array([0.05, 0.95, 1.0]), np.array([False, True, False]), bins=10)
    with plot_style():
        figure = Figure()
        draw_reliability(figure.add_subplot(), bins)
        assert "as often right as said" in figure_svg(figure)
    axes, counts = figure.axes
    assert axes.lines[1].get_xydata().round(3).tolist() == [[0.05, 0], [0.975, 0.5]]
    assert [bar.get_height() for bar in counts.patches] == [1, 2]


def test_where_nothing_can_be_judged_there_is_no_point():
    with plot_style():
        figure = Figure()
        draw_reliability(figure.add_subplot(), [])
        assert figure_svg(figure).startswith("<svg")
