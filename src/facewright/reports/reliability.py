"""Said against true: how far probabilities can be believed, as a plot."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from facewright.metrics.reliability import Bin
from facewright.reports.html import COLOURS, INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def draw_reliability(axes: "Axes", bins: Sequence[Bin]) -> None:
    """Each bin's mean score against its share that is right, and faintly behind them how many they are."""
    counts = axes.twinx()
    counts.bar(
        [b.low for b in bins],
        [b.answers for b in bins],
        [b.high - b.low for b in bins],
        align="edge",
        color=INK,
        alpha=0.12,
    )
    counts.set(yscale="log" if bins else "linear", ylabel="answers")
    counts.grid(False)
    axes.set_zorder(counts.get_zorder() + 1)
    axes.patch.set_visible(False)
    axes.plot([0, 1], [0, 1], color=COLOURS["mark"], linestyle="--", label="as often right as said")
    axes.plot([b.mean_score for b in bins], [b.share_right for b in bins], "o-", color=COLOURS["line"])
    axes.legend(loc="upper left")
    axes.set(xlim=(0, 1), ylim=(0, 1.02))
