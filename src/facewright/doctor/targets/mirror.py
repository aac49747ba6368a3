"""A flip that augments must turn labels around with the pixels, and left landmarks into right ones."""

import math
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from facewright.core.draw import contact_sheet, draw_boxes
from facewright.datasets.sample import Sample
from facewright.datasets.toy import ToySamples
from facewright.doctor.checking import check
from facewright.doctor.finding import Evidence
from facewright.doctor.targets.coding import Mirror

PICTURES = 12
APART, MARKS_APART = 0.75, 1.5
"""pixels: x flipped to W - 1 - x is one off, which is wrong of boxes' edges and may be meant of landmarks"""
SWAPPED = [1, 0, 2, 4, 3]
"""where each of `core.faces.LANDMARKS` is found in a face that was flipped"""


@check(
    "flip-boxes",
    "error",
    Mirror,
    about="A flipped picture keeps boxes of the picture that was not flipped, or boxes that are a pixel or "
    "more off.",
    cure="Flip boxes with the picture: x0, x1 become W - x1, W - x0.",
)
def boxes_stay(mirror: Mirror) -> Iterator[Evidence]:
    wrong, shown = 0, None
    for sample in _samples():
        picture = sample.read()
        seen, boxes, _ = mirror.flip(picture, sample.boxes, sample.landmarks)
        wanted = sample.boxes.copy()
        if _is_flipped(picture, seen):
            wanted[:, [0, 2]] = picture.shape[1] - sample.boxes[:, [2, 0]]
        if _apart(boxes, wanted) >= APART:
            wrong += 1
            shown = contact_sheet([draw_boxes(picture, sample.boxes), draw_boxes(seen, boxes)])
    if wrong:
        yield Evidence(
            f"In {wrong} of {PICTURES} pictures the boxes are not turned around as the pixels are.",
            {"pictures": PICTURES, "wrong": wrong},
            shown,
        )


@check(
    "flip-landmarks",
    "error",
    Mirror,
    about="A flipped face keeps its landmarks' order, so that the left eye is taught where the right one "
    "is: the network learns to put both in the middle.",
    cure="Exchange left and right landmarks when a picture is flipped.",
)
def landmarks_stay(mirror: Mirror) -> Iterator[Evidence]:
    wrong = 0
    for sample in _samples():
        picture = sample.read()
        seen, _, landmarks = mirror.flip(picture, sample.boxes, sample.landmarks)
        wanted = sample.landmarks.copy()
        if _is_flipped(picture, seen):
            wanted[..., 0] = picture.shape[1] - wanted[..., 0]
            wanted = wanted[:, SWAPPED]
        wrong += _apart(landmarks, wanted) >= MARKS_APART
    if wrong:
        yield Evidence(
            f"In {wrong} of {PICTURES} pictures the landmarks are not those of the picture as it is "
            f"afterwards.",
            {"pictures": PICTURES, "wrong": wrong},
        )


@check(
    "flip-upside-down",
    "error",
    Mirror,
    about="The flip turns pictures upside down: faces that no camera sees are learnt at the cost of those "
    "that are.",
    cure="Flip left to right only.",
)
def upside_down(mirror: Mirror) -> Iterator[Evidence]:
    wrong = 0
    for sample in _samples():
        picture = sample.read()
        seen, _, _ = mirror.flip(picture, sample.boxes, sample.landmarks)
        wrong += np.array_equal(seen, picture[::-1]) or np.array_equal(seen, picture[::-1, ::-1])
    if wrong:
        yield Evidence(
            f"{wrong} of {PICTURES} pictures come out upside down.", {"pictures": PICTURES, "wrong": wrong}
        )


CHECKS = (boxes_stay, landmarks_stay, upside_down)


def _samples() -> list[Sample]:
    """Toy pictures with a face at least; copies, which a flip may turn in place."""
    return [replace(sample, picture=sample.read().copy()) for sample in _drawn()]


@cache
def _drawn() -> list[Sample]:
    scenes = ToySamples(3 * PICTURES, seed=5, size=96)
    return list(islice((sample for sample in scenes if len(sample.boxes)), PICTURES))


def _is_flipped(before: NDArray[np.uint8], after: NDArray[np.uint8]) -> bool:
    return bool(np.array_equal(before[:, ::-1], after))


def _apart(labels: NDArray[np.float32], wanted: NDArray[np.float32]) -> float:
    """Largest difference, in pixels; infinite where labels were lost."""
    if labels.shape != wanted.shape:
        return math.inf
    return float(np.abs(labels - wanted).max(initial=0))
