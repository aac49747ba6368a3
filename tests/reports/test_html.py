import errno
import re
from pathlib import Path

import numpy as np
import pytest
from jinja2 import UndefinedError

from facewright.core.errors import UsageError
from facewright.reports.html import INK, figure_svg, picture_uri, plot_style, render, write_page


def test_a_picture_becomes_a_jpeg_in_a_data_uri():
    assert picture_uri(np.zeros((4, 6, 3), np.uint8)).startswith("data:image/jpeg;base64,/9j/")


def test_a_figure_becomes_svg_in_the_pages_own_colour_and_the_same_each_time():
    from matplotlib.figure import Figure

    def drawn():
        with plot_style():
            figure = Figure()
            figure.add_subplot().set_title("a < b")
            return figure_svg(figure)

    svg = drawn()
    assert svg.startswith("<svg")
    assert "currentColor" in svg
    assert INK not in svg
    assert "a &lt; b" in svg
    assert svg == drawn()


def test_a_page_that_lacks_a_value_is_an_error_and_not_a_gap():
    with pytest.raises(UndefinedError):
        render("detection", title="t")


def test_a_page_says_where_it_cannot_be_written(tmp_path):
    with pytest.raises(UsageError, match=re.escape(str(tmp_path))):
        write_page("x", tmp_path)


def test_a_page_that_does_not_fit_leaves_the_former_one(tmp_path, monkeypatch):
    def half(path, text, **how):
        path.write_bytes(text[:3].encode())
        raise OSError(errno.ENOSPC, "No space left on device")

    path = write_page("former", tmp_path / "page.html")
    monkeypatch.setattr(Path, "write_text", half)
    with pytest.raises(UsageError, match=r"page\.html: cannot be written \(No space"):
        write_page("a new one", path)
    assert path.read_text() == "former" and [path] == [*tmp_path.iterdir()]


def test_a_page_with_a_file_name_that_is_not_utf8_is_written(tmp_path):
    assert write_page("odd\udcff.png", tmp_path / "page.html").read_text() == "odd\\udcff.png"
