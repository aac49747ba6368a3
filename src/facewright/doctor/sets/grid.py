"""Faces that the places of a network's output cannot tell: too small, or several in one."""

from collections.abc import Iterator

import numpy as np

from facewright.doctor.checking import check
from facewright.doctor.data import Glimpse
from facewright.doctor.finding import Evidence
from facewright.doctor.sets.parts import learnt_from, percent, placed, shown
from facewright.doctor.sets.subject import Splits

SMALL = 0.5
"""A face is too small when it is less than this share of the step from one place to the next."""
MANY_SMALL = 0.1
LOST = 0.02
"""shares of the faces from which on they are worth a word"""
FEWEST = 30


@check(
    "faces-too-small",
    "warning",
    Splits,
    about="Many faces are smaller, in the network's input, than half the step between two places of its "
    "output: they are hardly seen, and the loss is spent on them all the same.",
    cure="Use a larger input or a finer output map, or leave such faces out (as regions to ignore).",
    needs=("input",),
)
def too_small(splits: Splits) -> Iterator[Evidence]:
    assert splits.input is not None
    steps = [float(splits.stride)] if splits.stride else []
    if splits.cells:
        steps += [size / cells for size, cells in zip(splits.input, splits.cells, strict=True)]
    sizes = np.concatenate([[0.0][:0], *(_sizes(g, splits.input) for g in shown(learnt_from(splits)))])
    if not steps or len(sizes) < FEWEST:
        return
    limit = SMALL * min(steps)
    small = float((sizes < limit).mean())
    if small >= MANY_SMALL:
        yield Evidence(
            f"{percent(small)} of the {len(sizes)} faces are below {limit:.0f} pixels in the input of "
            f"{splits.input[0]}x{splits.input[1]}, where places are {min(steps):.0f} pixels apart.",
            {
                "share": small,
                "faces": len(sizes),
                "limit": limit,
                "quarters": np.percentile(sizes, (25, 50, 75)).tolist(),
            },
        )


@check(
    "cells-crowded",
    "warning",
    Splits,
    about="Several faces have their centre in one cell of the grid, and a cell tells of one face at most: "
    "the others are lost in training, and can never be found.",
    cure="Use more cells, several boxes a cell, or finer maps for small faces.",
    needs=("input", "cells"),
)
def crowded(splits: Splits) -> Iterator[Evidence]:
    assert splits.input is not None and splits.cells is not None
    faces = lost = 0
    for glimpse in shown(learnt_from(splits)):
        cells = _cells(glimpse, splits.input, splits.cells)
        faces += len(cells)
        lost += len(cells) - len(np.unique(cells, axis=0))
    if faces >= FEWEST and lost >= LOST * faces:
        yield Evidence(
            f"{lost} of {faces} faces ({percent(lost / faces)}) share their cell of the grid of "
            f"{splits.cells[0]}x{splits.cells[1]} with another face that takes it.",
            {"lost": lost, "faces": faces, "share": lost / faces},
        )


def _fit(glimpse: Glimpse, size: tuple[int, int]) -> float:
    """The factor by which a picture is fitted whole into the input."""
    return min(size[0] / glimpse.width, size[1] / glimpse.height)


def _sizes(glimpse: Glimpse, size: tuple[int, int]) -> np.ndarray:
    """(N,) square roots of the faces' areas, pixels of the input."""
    boxes = placed(glimpse)
    return np.sqrt((boxes[:, 2:] - boxes[:, :2]).prod(axis=1)) * _fit(glimpse, size)


def _cells(glimpse: Glimpse, size: tuple[int, int], cells: tuple[int, int]) -> np.ndarray:
    """(N, 2) column and row of the cell that holds each face's centre; the picture is fitted into the upper
    left of the input, as `tasks.fixed_input` does it."""
    boxes, factor = placed(glimpse), _fit(glimpse, size)
    centres = (boxes[:, :2] + boxes[:, 2:]) / 2 * factor
    return (centres / size * cells).astype(int)
