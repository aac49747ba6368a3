import math
from itertools import pairwise

import pytest

from facewright.core.errors import RecipeError
from facewright.reports.html import plot_style
from facewright.reports.study import DRAWN, curves_figure, shown_figures, study_figure, study_table
from facewright.training.loading import load_recipe
from facewright.training.study import Study, Trial
from facewright.training.trials import Outcome

RECIPE = load_recipe("monkey-saddle")
VARIED = Study(about="?", base="monkey-saddle", variants={"a": {"changes": []}, "b|c": {"changes": []}})
GRID = Study(about="?", base="monkey-saddle", seeds=[1], grid={"rate": [0.001, 0.1], "kind": ["adam", "sgd"]})


def outcome(setting, seed, values=None, failure="", **figures):
    return Outcome(Trial(setting, values or {}, seed, RECIPE, RECIPE), figures, failure, list(figures))


VARIANTS = [
    outcome("a", 1, ap=0.5, f1=0.2), outcome("b|c", 1, ap=0.9, f1=0.4),
    outcome("a", 2, ap=0.7, f1=0.4), outcome("b|c", 2, failure="the loss is no longer finite"),
]  # fmt: skip
CELLS = [
    outcome(f"{rate} {kind}", 1, {"rate": rate, "kind": kind}, ap=10 * rate + (kind == "sgd") / 10)
    for rate in (0.001, 0.1)
    for kind in ("adam", "sgd")
]


def test_the_table_has_means_and_spreads_over_seeds_and_says_what_failed():
    lines = study_table(VARIED, VARIANTS)
    assert lines[0] == "| setting | seeds | ap | f1 |"
    assert "| a | 2 | 0.600 ± 0.141 | 0.300 ± 0.141 |" in lines
    assert "| b\\|c | 1 | 0.900 | 0.400 |" in lines  # a bar would divide the cell
    assert any("b|c, seed 2: the loss is no longer finite" in line for line in lines)


def test_a_grid_is_told_by_what_moves_it():
    lines = study_table(GRID, CELLS)
    assert "| share of the variance | by chance | ap |" in lines
    assert "| rate | 0.33 | 0.99 |" in lines
    assert "| kind | 0.33 | 0.01 |" in lines
    assert "| seed | 0.00 | 0.00 |" in lines


def test_without_names_those_are_told_that_every_setting_has():
    some = [outcome("a", 1, ap=0.5, f1=0.2), outcome("b|c", 1, ap=0.9), outcome("a", 2, failure="no")]
    assert list(shown_figures(VARIED, some)) == ["ap"]
    with pytest.raises(RecipeError, match="this task gives no 'f1'"):
        shown_figures(VARIED.model_copy(update={"figures": {"F1": "f1"}}), some)


def test_figures_have_names_and_may_be_means():
    study = VARIED.model_copy(update={"figures": {"both": ["ap", "f1"], "AP": "ap"}})
    found = shown_figures(study, VARIANTS)
    assert found["both"][:3] == pytest.approx([0.35, 0.65, 0.55])
    assert math.isnan(found["AP"][3])
    with pytest.raises(RecipeError, match="this task gives no 'app'; did you mean 'ap'"):
        shown_figures(VARIED.model_copy(update={"figures": {"AP": "app"}}), VARIANTS)


def test_each_training_is_a_dot_and_each_mean_a_bar():
    with plot_style():
        figure = study_figure(VARIED, VARIANTS[:3])
    first = figure.axes[0]
    assert first.get_xlabel() == "ap"
    dots = [tuple(line.get_xdata()) for line in first.lines if line.get_marker() == "o"]
    assert dots == [(0.5, 0.7), (0.9,)]
    bars = [line.get_xdata()[0] for line in first.lines if line.get_marker() != "o"]
    assert bars == pytest.approx([0.6, 0.9])


def test_a_grid_has_a_panel_a_key_with_the_means_of_its_values():
    with plot_style():
        figure = study_figure(GRID, CELLS)
    rate, kind = figure.axes
    assert (rate.get_xscale(), kind.get_xscale()) == ("log", "linear")
    assert rate.lines[-1].get_ydata().tolist() == pytest.approx([0.06, 1.05])
    assert [label.get_text() for label in kind.get_xticklabels()] == ["adam", "sgd"]


def test_long_names_leave_room_for_the_dots_and_many_figures_are_told(tmp_path):
    long = (
        "a name of a variant that is rather longer than a line of the plot has room for, and then some more"
    )
    outcomes = [outcome(long, 1, **{f"ap/{i}": i / 20 for i in range(20)})]
    with plot_style():
        figure = study_figure(VARIED, outcomes)
        figure.savefig(tmp_path / "plot.png")
    assert len(figure.axes) == DRAWN
    assert figure.get_suptitle() == "the first 8 of 20 figures; the table has all"
    assert figure.axes[0].get_position().width * figure.get_figwidth() > 1.5  # inches


def test_long_values_do_not_run_into_each_other(tmp_path):
    values = ["poolresnet-small-of-old", "mobilenetv3-large-of-new", "darknet19-with-more-layers"]
    study = GRID.model_copy(update={"grid": {"name": values}})
    with plot_style():
        figure = study_figure(study, [outcome(v, 1, {"name": v}, ap=0.5) for v in values])
        figure.savefig(tmp_path / "plot.png")
    boxes = [label.get_window_extent() for label in figure.axes[0].get_xticklabels()]
    assert all(a.x1 < b.x0 for a, b in pairwise(boxes))


def test_curves_are_the_means_of_their_seeds(tmp_path):
    for seed in (1, 2):
        folder = tmp_path / f"a-seed{seed}"
        folder.mkdir()
        rows = [
            "epoch,step,train/loss,val/ap",
            f"0,1,{seed},",
            "0,2,,.2",
            f"1,3,{seed * 2},",
            f"1,4,,.{seed}",
        ]
        (folder / "metrics.csv").write_text("\n".join(rows))
    with plot_style():
        figure = curves_figure([VARIANTS[0], VARIANTS[2]], tmp_path, "ap")
    loss, ap = (axes.lines[0] for axes in figure.axes)
    assert loss.get_xdata().tolist() == [1, 2]
    assert loss.get_ydata().tolist() == pytest.approx([1.5, 3.0])
    assert ap.get_ydata().tolist() == pytest.approx([0.2, 0.15])


def test_seeds_are_names_whose_size_means_nothing():
    """All of the figure goes with the seed, in no order; so many numbers would be put in bins."""
    cells = [
        outcome(f"rate={rate}", seed, {"rate": rate, "kind": "adam"}, ap=(7 * seed) % 8 / 8)
        for rate in (0.001, 0.1)
        for seed in range(8)
    ]
    (row,) = (line for line in study_table(GRID, cells) if line.startswith("| seed "))
    assert row.split(" | ")[2].rstrip(" |") == "1.00"
