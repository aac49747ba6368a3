"""The figures of benchmarks as text and as pages."""

import re

import numpy as np
import pytest

from facewright.metrics.benchmarks import needed
from facewright.reports.official import official_of, official_page


@pytest.fixture(params=["widerface-gt", "fddb-gt"])
def official(request, tmp_path, write_wider_truth):
    if request.param == "widerface-gt":
        write_wider_truth(tmp_path, {"0--Parade/a": [(10, 10, 20, 20)]}, easy={"0--Other/b": [1]})
    else:
        (tmp_path / "FDDB-fold-01-ellipseList.txt").write_text("2002/a\n1\n10 10 0 20 20 1\n")
    benchmark = needed(f"{request.param}:{tmp_path}")
    rows = np.array([(10, 10, 20, 20, 0.9), (50, 50, 9, 9, 0.3)])
    return official_of(benchmark, benchmark.judge([benchmark.taken(rows)]))


def test_lines_fit_a_terminal(official):
    lines = official.lines()
    assert max(map(len, lines)) <= 80 and "1.0000" in "\n".join(lines)
    if "WIDER" in lines[0]:
        assert re.search(r"easy +0 +-", "\n".join(lines))  # no face to measure by


def test_a_page_holds_curves_numbers_and_rules(official):
    page = official_page(official, title="mine <b> on x", protocol=official.rules, problems=["one & two"])
    assert page.count("<svg") == len(official.draw)
    assert "mine &lt;b&gt; on x" in page and "one &amp; two" in page
    assert all(number in page for number in official.numbers)


def test_a_curve_of_no_faces_is_drawn_too(tmp_path):
    (tmp_path / "FDDB-fold-01-ellipseList.txt").write_text("2002/a\n0\n")
    benchmark = needed(f"fddb-gt:{tmp_path}")
    official = official_of(benchmark, benchmark.judge([benchmark.taken(np.zeros((0, 5)))]))
    assert len(official.plots()) == 2 and official.numbers["discrete at 100"] == "-"
