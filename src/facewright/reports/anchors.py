"""How many anchors are worth it: the elbow plot."""

from collections.abc import Sequence
from pathlib import Path

from facewright.reports.html import COLOURS, plot_style
from facewright.reports.plots import save_plot
from facewright.tasks.detection.anchor_sizes import Clusters


def elbow_plot(found: Sequence[Clusters], chosen: int, title: str, path: Path) -> Path:
    """Mean IoU over the number of anchors, `chosen` of them marked. Raises UsageError; see `save_plot`."""
    from matplotlib.figure import Figure

    counts, overlaps = [len(one.sizes) for one in found], [one.mean_iou for one in found]
    with plot_style():
        figure = Figure(figsize=(5.2, 3.6))
        axes = figure.add_subplot()
        axes.plot(counts, overlaps, "o-", color=COLOURS["line"])
        axes.plot(chosen, overlaps[counts.index(chosen)], "o", color=COLOURS["mark"], label="chosen")
        axes.set(xlabel="anchors", ylabel="mean IoU with the best anchor", xticks=counts)
        axes.set_title(title)
        axes.legend(loc="lower right")
        return save_plot(figure, path)
