"""Reports as one HTML file each: style, plots and pictures are inside it, nothing is fetched."""

import base64
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from numpy.typing import NDArray
from PIL import Image

from facewright import __version__
from facewright.core.errors import UsageError
from facewright.core.whole import whole_file
from facewright.reports.text import share

if TYPE_CHECKING:
    from matplotlib.figure import Figure

INK = "#010203"
"""the plots' text and axes while they are drawn; in the page it becomes the colour of the page's text"""
COLOURS = {"right": "#2f9e61", "wrong": "#d9534f", "line": "#3b82d6", "mark": "#e08a1e"}
"""readable on white and on dark grey"""


def render(template: str, **values: Any) -> str:
    """The page of `templates/<template>.html`; every value is escaped, an undefined name is an error."""
    environment = Environment(
        loader=PackageLoader("facewright.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["share"] = share
    return environment.get_template(f"{template}.html").render(version=__version__, **values)


def write_page(text: str, path: Path) -> Path:
    """Write a page and return its path. Raises UsageError when it cannot be written."""
    try:
        with whole_file(path, follow=True) as partial:
            # file names need not be UTF-8, and a page must be
            partial.write_text(text, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise UsageError(f"{path}: cannot be written ({error.strerror}); choose another place") from error
    return path


def picture_uri(array: NDArray[np.uint8], quality: int = 85) -> str:
    """A uint8 RGB picture (H, W, 3) as a JPEG inside a data URI."""
    buffer = io.BytesIO()
    Image.fromarray(array).save(buffer, "JPEG", quality=quality)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")


@contextmanager
def plot_style() -> Iterator[None]:
    """Draw and save figures inside this: no background, ink that `figure_svg` turns into the page's own."""
    import matplotlib

    style: dict[Any, Any] = {
        "axes.edgecolor": INK, "axes.labelcolor": INK, "axes.titlecolor": INK, "text.color": INK,
        "xtick.color": INK, "ytick.color": INK, "grid.color": INK, "grid.alpha": 0.15, "axes.grid": True,
        "axes.spines.top": False, "axes.spines.right": False, "legend.frameon": False, "font.size": 10,
        "font.family": "sans-serif", "figure.constrained_layout.use": True,
        # text stays text: smaller, and selectable; the salt makes the same figure the same bytes
        "svg.fonttype": "none", "svg.hashsalt": "facewright",
    }  # fmt: skip
    with matplotlib.rc_context(style):
        yield


def figure_svg(figure: "Figure") -> Markup:
    """A matplotlib figure as an inline SVG element; call it inside `plot_style`."""
    buffer = io.StringIO()
    nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    figure.savefig(buffer, format="svg", transparent=True, metadata=nothing)
    text = buffer.getvalue()
    return Markup(text[text.index("<svg") :].replace(INK, "currentColor"))
