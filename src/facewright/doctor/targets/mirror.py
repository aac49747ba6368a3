"""A flip that augments must turn labels around with the pixels, and left landmarks into right ones."""

import math
from collections.abc import Callable, Iterator
from functools import cache
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facewright.core.draw import contact_sheet, draw_boxes
from facewright.core.errors import UsageError
from facewright.datasets.sample import Sample
from facewright.datasets.toy import ToySamples
from facewright.doctor.checking import check
from facewright.doctor.finding import Evidence
from facewright.doctor.targets.coding import Flipped, Mirror

PICTURES, TIMES = 12, 5
"""that are flipped, and how often to see whether they ever are: of one in ten, .998 are"""
APART, MARKS_APART = 0.75, 1.5
"""pixels: x flipped to W - 1 - x is one off, which is wrong of boxes' edges and may be meant of landmarks"""
TURNS: dict[str, Callable[[NDArray[np.uint8]], NDArray[np.uint8]]] = {
    "as it was": lambda picture: picture,
    "mirrored": lambda picture: picture[:, ::-1],
    "upside down": lambda picture: picture[::-1],
    "turned around": lambda picture: picture[::-1, ::-1],
}
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
        seen, boxes, _ = _flipped(mirror, sample)
        wanted = sample.boxes.copy()
        if _turn(picture, seen) == "mirrored":
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
        seen, _, landmarks = _flipped(mirror, sample)
        wanted = sample.landmarks.copy()
        if _turn(picture, seen) == "mirrored":
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
    turns = [_turn(sample.read(), _flipped(mirror, sample)[0]) for sample in _samples()]
    if wrong := sum(turn in ("upside down", "turned around") for turn in turns):
        yield Evidence(
            f"{wrong} of {PICTURES} pictures come out upside down.", {"pictures": PICTURES, "wrong": wrong}
        )


@check(
    "flip-frozen",
    "error",
    Mirror,
    about="The flip never flips: every picture is taught as it is, and the network never learns that a face "
    "is one the other way round.",
    cure="Return the flipped picture with its labels, and look at the chance by which it is flipped.",
)
def frozen(mirror: Mirror) -> Iterator[Evidence]:
    tries = (sample for sample in _samples() for _ in range(TIMES))
    if all(_turn(sample.read(), _flipped(mirror, sample)[0]) == "as it was" for sample in tries):
        yield Evidence(
            f"{PICTURES} pictures came out as they went in, each of {TIMES} times.",
            {"pictures": PICTURES, "times": TIMES},
        )


CHECKS = (boxes_stay, landmarks_stay, upside_down, frozen)


@cache
def _samples() -> list[Sample]:
    """Toy pictures with a face at least."""
    scenes = ToySamples(3 * PICTURES, seed=5, size=96)
    return list(islice((sample for sample in scenes if len(sample.boxes)), PICTURES))


def _flipped(mirror: Mirror, sample: Sample) -> Flipped:
    """Of copies, which a flip may turn in place. Raises UsageError where no such things come back."""
    picture = sample.read().copy()
    given = mirror.flip(picture, sample.boxes.copy(), sample.landmarks.copy())
    if not isinstance(given, tuple | list) or len(given) != 3:
        raise UsageError(f"{mirror.name}: the flip must return three things: picture, boxes, landmarks")
    seen = np.asarray(given[0])
    if seen.dtype != np.uint8 or seen.shape != picture.shape:
        raise UsageError(
            f"{mirror.name}: the flip returns a picture of {seen.dtype} and shape {seen.shape}, not of uint8 "
            f"and shape {picture.shape} as it was given"
        )
    boxes, landmarks = given[1:]
    return seen, _numbers(mirror, "boxes", boxes, (4,)), _numbers(mirror, "landmarks", landmarks, (5, 2))


def _numbers(mirror: Mirror, what: str, given: Any, each: tuple[int, ...]) -> NDArray[np.float32]:
    try:
        numbers = np.asarray(given, np.float32)
    except (TypeError, ValueError):  # no numbers, or not as many in each row
        numbers = np.zeros(0, np.float32)
    if numbers.shape[1:] != each:
        wanted = ", ".join(map(str, ("N", *each)))
        raise UsageError(f"{mirror.name}: the flip returns {what} that are no numbers of shape ({wanted})")
    return numbers


def _turn(before: NDArray[np.uint8], after: NDArray[np.uint8]) -> str:
    """Which of `TURNS` comes nearest, as a flip may change brightness and colours too."""
    seen = after - after.mean()

    def apart(turn: str) -> float:
        turned = TURNS[turn](before)
        return float(np.abs(seen - (turned - turned.mean())).mean())

    return min(TURNS, key=apart)


def _apart(labels: NDArray[np.float32], wanted: NDArray[np.float32]) -> float:
    """Largest difference, in pixels; infinite where labels were lost."""
    if labels.shape != wanted.shape:
        return math.inf
    return float(np.abs(labels - wanted).max(initial=0))
