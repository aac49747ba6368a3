"""Choosing some of a picture's faces: by number, by size or score, or by where they are."""

from collections.abc import Sequence
from itertools import compress
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facewright.core.boxes import area, iou
from facewright.core.errors import UsageError
from facewright.core.faces import Faces

NEAR = 0.3
"""IoU from which a face is the one in the box of `in:`"""


def numbered(faces: Faces) -> Faces:
    """The faces in the order in which people count them: from left to right; the first is number 1."""
    return faces.sorted("left")


def numbered_record(faces: Faces, chosen: NDArray[np.bool_] | None = None) -> dict[str, Any]:
    """What JSON says of a picture's faces: `Faces.to_dict`, and each face's `number`.

    faces: as `numbered` gives them. chosen: (N,); the others are left out, and the numbers stay.
    """
    record = faces.to_dict()
    for number, face in enumerate(record["faces"], 1):
        face["number"] = number
    if chosen is not None:
        record["faces"] = list(compress(record["faces"], chosen))
    return record


def choose(faces: Faces, choices: Sequence[str]) -> tuple[NDArray[np.bool_], list[str]]:
    """Which faces are chosen, bool (N,), and those of the choices that no face meets.

    faces: as `numbered` gives them. choices: each a number such as 2, `largest`, `best` (the highest score),
    `at:X,Y` (the face that this point lies in) or `in:X0,Y0,X1,Y1` (the face that fills about this box), in
    pixels of the upright picture; or several of the first three after one another, as in `1,3`.

    Raises UsageError for a choice that is none of these.
    """
    chosen = np.zeros(len(faces), bool)
    unmet = []
    for choice in (part for text in choices for part in _parts(text)):
        index = _one(faces, choice)
        if index is None:
            unmet.append(choice)
        else:
            chosen[index] = True
    return chosen, unmet


def check_choices(choices: Sequence[str]) -> None:
    """Raises UsageError for a choice that `choose` will not understand, before any picture is read."""
    choose(Faces.empty(), choices)


def _parts(text: str) -> list[str]:
    return [text] if text.startswith(("at:", "in:")) else [part.strip() for part in text.split(",")]


def _one(faces: Faces, choice: str) -> int | None:
    kind, _, place = choice.partition(":")
    if choice in ("largest", "best"):
        values = area(faces.boxes) if choice == "largest" else faces.scores
        return int(np.argmax(values)) if len(faces) else None
    if kind == "at" and (point := _numbers(place, 2)) is not None:
        corners = faces.boxes
        inside = np.all((corners[:, :2] <= point) & (point <= corners[:, 2:]), axis=1)
        away = np.hypot(*((corners[:, :2] + corners[:, 2:]) / 2 - point).T)
        return int(np.argmin(np.where(inside, away, np.inf))) if inside.any() else None
    if kind == "in" and (box := _numbers(place, 4)) is not None and np.all(box[2:] > box[:2]):
        overlaps = iou(faces.boxes, [box])[:, 0]
        return int(np.argmax(overlaps)) if np.any(overlaps >= NEAR) else None
    if choice.isascii() and choice.isdigit() and int(choice) > 0:
        return int(choice) - 1 if int(choice) <= len(faces) else None
    raise UsageError(
        f"a face is chosen by its number from the left (1, 2, ...), largest, best, at:X,Y or "
        f"in:X0,Y0,X1,Y1, not {choice!r}"
    )


def _numbers(text: str, count: int) -> NDArray[np.float64] | None:
    try:
        numbers = np.array([float(part) for part in text.split(",")])
    except ValueError:
        return None
    return numbers if len(numbers) == count and np.isfinite(numbers).all() else None
