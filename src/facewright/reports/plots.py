"""Plots as picture files, for documents and for people who want only the plot."""

from pathlib import Path
from typing import TYPE_CHECKING

from facewright.core.errors import UsageError
from facewright.core.whole import whole_file

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def save_plot(figure: "Figure", path: Path) -> Path:
    """Write a figure as PNG, SVG ... by the path's ending; call it inside `html.plot_style`.

    Raises UsageError when it cannot be written there or the ending is none of a picture's.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(path, follow=True) as partial:
            figure.savefig(partial, dpi=150, facecolor="white", format=path.suffix.removeprefix("."))
    except (OSError, ValueError) as error:  # ValueError: an ending that matplotlib does not know
        raise UsageError(f"{path}: cannot be written ({error}); choose another name") from error
    return path
