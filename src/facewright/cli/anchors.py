"""`facewright anchors RECIPE`: sizes for a detector's anchor boxes, from the canvases that it will see."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from facewright.cli.outputs import Given, check_writable
from facewright.core.errors import UsageError

MOST = 9
"""anchors that are tried, at least"""


def anchors(
    recipe: str,
    /,
    *,
    count: Annotated[int, Parameter(validator=Number(gte=1, lte=30))] = 5,
    canvases: Annotated[int, Parameter(validator=Number(gte=1))] = 300,
    plot: Annotated[Path | None, Given] = None,
    cache: Annotated[Path, Given] = Path("data/cache"),
) -> None:
    """Find sizes for anchor boxes by k-means over the faces' sizes, with IoU as the measure.

    Prints how well 1, 2, 3 ... anchors fit, and the line for the recipe's table [network].

    Parameters
    ----------
    recipe:
        A recipe for the task grid-detection, whose canvases are looked at.
    count:
        How many anchors.
    canvases:
        How many canvases of the recipe to look at.
    plot:
        Write the curve, whose elbow tells how many anchors are worth it, to this picture file.
    cache:
        Folder for the packed pictures.
    """
    import numpy as np

    from facewright.tasks.detection.anchor_sizes import elbow
    from facewright.training.data import open_pool
    from facewright.training.grid_detection import GridDetectionRecipe
    from facewright.training.loading import load_recipe
    from facewright.transforms.canvas import CanvasMaker

    check_writable("--plot", plot)
    chosen = load_recipe(recipe)
    if not isinstance(chosen, GridDetectionRecipe):
        raise UsageError(f"{recipe}: a recipe for {chosen.task}, and anchors are for grid-detection")
    pool, _ = open_pool(chosen.data, chosen.data.faceless, cache)
    maker = CanvasMaker(pool, chosen.stages[0], chosen.seed)
    boxes = np.concatenate([maker.canvas(number).labels.boxes for number in range(canvases)])
    sizes = boxes[:, 2:] - boxes[:, :2]
    different = len(np.unique(sizes, axis=0))
    if different < count:
        raise UsageError(
            f"{canvases} canvases show {different} faces, too few for {count} anchors; take more"
        )
    found = elbow(sizes, range(1, min(max(count, MOST), different) + 1))
    print(f"{len(sizes)} faces on {canvases} canvases of {chosen.side} pixels; mean IoU with the best anchor")
    for clusters in found:
        print(f"{len(clusters.sizes):>3} {clusters.mean_iou:.3f}")
    line = ", ".join(f"[{width:.1f}, {height:.1f}]" for width, height in found[count - 1].sizes)
    print(f"anchors = [{line}]")
    if plot is not None:
        from facewright.reports.anchors import elbow_plot

        print(f"plot: {elbow_plot(found, count, f'Anchors for {chosen.name}', plot)}")
