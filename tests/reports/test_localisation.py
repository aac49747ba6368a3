import numpy as np
import pytest
from PIL import Image

from facewright.core.errors import UsageError
from facewright.core.faces import Faces
from facewright.datasets.sample import Problem, Sample, no_landmarks
from facewright.metrics.localisation import LeanBin, judge
from facewright.reports.localisation import (
    lean_figure,
    localisation_lines,
    localisation_page,
    protocol,
    write_lean_plot,
)

BINS = [LeanBin(0, 0.1, 40, 0.9, 0.7), LeanBin(0.1, 0.2, 50, 0.8, 0.3), LeanBin(0.2, 0.3, 3, 0.1, 0.1)]


@pytest.fixture(scope="module")
def result():
    box = np.array([[20, 20, 60, 60]], np.float32)
    face, none = Sample("a", b"", box, no_landmarks(1)), Sample("b", b"", box[:0], no_landmarks(0))
    found = Faces(box, [0.9], width=100, height=80)
    return judge([face, none, none], [found, found, found[:0]])


def test_the_table_says_every_figure(result):
    text = "\n".join(localisation_lines(result, 0.5))
    assert "3 pictures: 1 with one face, 2 without" in text
    for line in (
        "mean IoU                              1.000",
        "faceless with a face (threshold 0.5)  0.500",
    ):
        assert line in text
    assert "0.1 - 0.2                      1         1.000         1.000" in text
    assert text.splitlines()[-1].endswith(" -")  # one bin is no curve
    assert max(map(len, text.splitlines())) <= 80


def test_nothing_measured_is_a_dash():
    lines = localisation_lines(judge([], []), 0.5)
    assert lines[2].split()[-1] == "-"
    assert not any("from the middle" in line for line in lines)


def test_the_page_holds_figures_plot_rules_and_problems(result):
    rules = protocol(0.5, 128, "letterbox")
    page = localisation_page(
        result, title="<it>", threshold=0.5, rules=rules, problems=[Problem("a.jpg", "damaged")]
    )
    assert "&lt;it&gt;" in page and "<svg" in page and "a.jpg: damaged" in page
    assert "128 x 128 pixels, letterbox" in page


def test_the_plot_shows_each_system_beside_the_constant_box():
    (axes,) = lean_figure({"ours": BINS, "described": BINS[:1]}).axes
    lines = {line.get_label(): line.get_ydata() for line in axes.lines}
    assert list(lines["ours"]) == [0.9, 0.8]  # the third bin holds too few faces
    assert list(lines["described"]) == [0.9]
    assert list(lines["best constant box"]) == [0.7, 0.3]


def test_the_plot_is_a_picture_file(tmp_path):
    path = write_lean_plot({"ours": BINS}, tmp_path / "lean.png")
    with Image.open(path) as picture:
        assert picture.size[0] > 600
    with pytest.raises(UsageError, match="cannot be written"):
        write_lean_plot({"ours": BINS}, tmp_path / "lean.xyz")
    with pytest.raises(UsageError, match="cannot be written"):
        write_lean_plot({"ours": BINS}, path / "lean.png")
