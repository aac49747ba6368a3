"""Which sizes anchors should have: k-means over the faces' sizes, by IoU instead of distance."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from facewright.core.boxes import Floats

STARTS, MOST_TURNS = 8, 100


class Clusters(NamedTuple):
    sizes: Floats
    """(K, 2) width and height, smallest first"""
    mean_iou: float
    """of the faces with the anchor that fits them best, centre on centre"""


def cluster(sizes: ArrayLike, count: int, seed: int = 0) -> Clusters:
    """`count` anchors for faces of `sizes` (N, 2): the best of `STARTS` runs of k-means.

    As in Redmon and Farhadi, "YOLO9000" (2017): a face goes to the anchor of highest IoU, so that small faces
    weigh as much as large ones; an anchor becomes the median of its faces. Raises ValueError where there are
    fewer different sizes than anchors.
    """
    faces = np.asarray(sizes, np.float64).reshape(-1, 2)
    different = np.unique(faces, axis=0)
    if len(different) < count:
        raise ValueError(f"{len(different)} different sizes are too few for {count} anchors")
    rng = np.random.default_rng(seed)
    runs = [_run(faces, different[rng.choice(len(different), count, replace=False)]) for _ in range(STARTS)]
    return max(runs, key=lambda run: run.mean_iou)


def elbow(sizes: ArrayLike, counts: Sequence[int], seed: int = 0) -> list[Clusters]:
    """`cluster` for each number of anchors: where more of them hardly help, the curve bends."""
    return [cluster(sizes, count, seed) for count in counts]


def _run(faces: np.ndarray, anchors: np.ndarray) -> Clusters:
    answers = np.full(len(faces), -1)
    for _ in range(MOST_TURNS):
        before, answers = answers, _iou(faces, anchors).argmax(axis=1)
        if (answers == before).all():
            break
        # An anchor that lost all its faces stays where it was.
        anchors = np.array(
            [
                np.median(mine, axis=0) if len(mine := faces[answers == i]) else a
                for i, a in enumerate(anchors)
            ]
        )
    order = anchors.prod(axis=1).argsort()
    return Clusters(anchors[order].astype(np.float32), float(_iou(faces, anchors).max(axis=1).mean()))


def _iou(sizes: np.ndarray, others: np.ndarray) -> np.ndarray:
    shared = np.minimum(sizes[:, None], others[None]).prod(-1)
    return shared / (sizes.prod(-1)[:, None] + others.prod(-1)[None] - shared)
