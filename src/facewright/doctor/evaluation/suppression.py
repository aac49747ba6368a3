"""Non-maximum suppression alone: boxes in, numbers of those that are kept out."""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from facewright.core.boxes import Floats, iou
from facewright.doctor.checking import check
from facewright.doctor.evaluation.kinds import Finder
from facewright.doctor.finding import Evidence

SIDE = 100.0
SHIFTS = np.arange(2.0, 100.0, 2.0)
"""pixels between two boxes of `SIDE`, from nearly the same box to hardly touching"""
SAME = 10.0
"""a box so little off its better neighbour (IoU .82) is the same face's under every usual threshold"""
Suppress = Callable[[Floats, Floats], NDArray[np.intp]]


@check(
    "suppression-idle",
    "error",
    Finder,
    about="A box that lies nearly on a better one is kept, so that every face is found several times.",
    cure="Drop every box that overlaps a better kept one by more than about .45 (core.boxes.nms).",
    needs=("suppress",),
)
def idle(finder: Finder) -> Iterator[Evidence]:
    assert finder.suppress is not None
    boxes = _row(0, SAME)
    kept = _kept(finder.suppress, boxes)
    if kept != {0}:
        yield Evidence(
            f"Of two boxes with an IoU of {iou(boxes[:1], boxes[1:])[0, 0]:.2f}, "
            f"{'the worse one is kept' if kept == {1} else f'{len(kept)} are kept'}.",
            {"kept": sorted(kept)},
        )


@check(
    "suppression-chain",
    "error",
    Finder,
    about="A box that was itself suppressed still suppresses others: of three faces in a row the third is "
    "lost, because the second, which is gone, overlaps it.",
    cure="Compare each box with those that are kept only, best score first (core.boxes.nms).",
    needs=("suppress",),
)
def chain(finder: Finder) -> Iterator[Evidence]:
    assert finder.suppress is not None
    suppressed = [shift for shift in SHIFTS if _kept(finder.suppress, _row(0, shift)) == {0}]
    if not suppressed:
        return
    shift = max(suppressed)
    if _kept(finder.suppress, _row(0, 2 * shift)) == {0, 1} and _kept(
        finder.suppress, _row(0, shift, 2 * shift)
    ) == {0}:
        first = iou(_row(0), _row(shift))[0, 0]
        yield Evidence(
            f"Of three boxes in a row, each overlapping the next by {first:.2f}, only the first is kept, "
            f"though the third hardly touches it and is kept beside it alone.",
            {"iou": float(first)},
        )


@check(
    "suppression-apart",
    "error",
    Finder,
    about="A box that touches no better one is dropped.",
    cure="Drop only boxes that overlap a better kept one (core.boxes.nms).",
    needs=("suppress",),
)
def apart(finder: Finder) -> Iterator[Evidence]:
    assert finder.suppress is not None
    kept = _kept(finder.suppress, _row(0, 150, 300, 450))
    if kept != {0, 1, 2, 3}:
        yield Evidence(
            f"Of four boxes that do not touch, {len(kept)} are kept.", {"boxes": 4, "kept": sorted(kept)}
        )


CHECKS = (idle, chain, apart)


def _row(*shifts: float) -> Floats:
    """Squares side by side, the best one first."""
    x = np.array(shifts, np.float32) + 50
    return np.stack([x, np.full_like(x, 50), x + SIDE, np.full_like(x, 50 + SIDE)], axis=1)


def _kept(suppress: Suppress, boxes: Floats) -> set[int]:
    scores = np.linspace(0.9, 0.6, len(boxes), dtype=np.float32)
    return set(np.asarray(suppress(boxes, scores)).tolist())
