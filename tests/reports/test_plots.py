import pytest
from matplotlib.figure import Figure
from PIL import Image

from facewright.core.errors import UsageError
from facewright.reports.plots import save_plot


@pytest.fixture
def figure():
    figure = Figure()
    figure.add_subplot().plot([1, 2])
    return figure


def test_the_ending_says_the_kind_and_the_folder_is_made(figure, tmp_path):
    with Image.open(save_plot(figure, tmp_path / "new" / "plot.png")) as picture:
        assert picture.format == "PNG"
    assert "<svg" in save_plot(figure, tmp_path / "new" / "plot.svg").read_text()
    assert {path.name for path in (tmp_path / "new").iterdir()} == {"plot.png", "plot.svg"}


@pytest.mark.parametrize("name", ["plot", "plot.xyz"])
def test_an_ending_that_is_no_pictures_leaves_nothing(figure, tmp_path, name):
    with pytest.raises(UsageError, match=f"{name}: cannot be written .*supported formats"):
        save_plot(figure, tmp_path / name)
    assert not list(tmp_path.iterdir())
