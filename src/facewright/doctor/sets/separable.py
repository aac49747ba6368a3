"""Faces and no faces that one plain number tells apart: what is learnt is that number."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from facewright.core.draw import contact_sheet
from facewright.doctor.checking import check
from facewright.doctor.data import Glimpse, spread_indices
from facewright.doctor.finding import Evidence
from facewright.doctor.sets.parts import learnt_from, percent, shown
from facewright.doctor.sets.subject import Items, Splits

FEWEST = 10
"""pictures of each kind"""
ENOUGH = 300
"""of each kind: more make no difference to a share"""
SURE = 0.97
"""Balanced accuracy of the best range of one number from which on it gives the answer away; 10 pictures of
each kind without any difference seldom reach .9."""

ABOUT = (
    "Pictures with and without a face differ in one plain number (colour, noise, size, compression). That "
    "number is easier to learn than faces, so the model learns it, and fails on pictures from elsewhere."
)
CURE = "Take both kinds from the same sources, or make them alike: the same sizes, colours and compression."


@check("negatives-separable", "warning", Splits, about=ABOUT, cure=CURE)
def negatives_separable(splits: Splits) -> Iterator[Evidence]:
    if not {"presence", "boxes"} & set(splits.learnt):
        return
    glimpses = shown(learnt_from(splits))
    faces = _some([glimpse for glimpse in glimpses if len(glimpse.sample.boxes)])
    others = _some([glimpse for glimpse in glimpses if not len(glimpse.sample.boxes)])
    if min(len(faces), len(others)) >= FEWEST:
        whole = splits.input is not None  # cut ones lose their size
        yield from _told_apart(
            [_of_file(g, whole) | of_pixels(g.picture) for g in faces],
            [_of_file(g, whole) | of_pixels(g.picture) for g in others],
            _samples([g.picture for g in faces], [g.picture for g in others]),
        )


@check("items-separable", "warning", Items, about=ABOUT, cure=CURE)
def items_separable(items: Items) -> Iterator[Evidence]:
    known = [(look.first.picture, look.first.boxes) for look in items.looks]
    faces = [picture for picture, boxes in known if boxes is not None and len(boxes)]
    others = [picture for picture, boxes in known if boxes is not None and not len(boxes)]
    if min(len(faces), len(others)) >= FEWEST:
        yield from _told_apart(
            [of_pixels(picture) for picture in faces],
            [of_pixels(picture) for picture in others],
            _samples(faces, others),
        )


def of_pixels(picture: NDArray[np.uint8]) -> dict[str, float]:
    """Plain numbers of a picture (H, W, 3), none of which knows a shape."""
    pixels = picture.astype(np.float32)
    grey = pixels.mean(axis=2)
    contrast = float(grey.std())
    steps = [
        float(np.abs(np.diff(grey, axis=axis)).mean()) if grey.shape[axis] > 1 else 0.0 for axis in (0, 1)
    ]
    return {
        "colour": float((pixels.max(axis=2) - pixels.min(axis=2)).mean()),
        "brightness": float(grey.mean()),
        "contrast": contrast,
        "noise": max(steps) / max(contrast, 1.0),  # of a photo far below that of pixels without relation, 1.1
    }


def separation(ones: Sequence[float], others: Sequence[float]) -> tuple[float, float, float]:
    """(balanced accuracy, low, high) of the best rule "one of the ones lies within low .. high", or without.

    Of all ranges the one with the greatest difference between the two shares inside (Kadane).
    """
    values = np.unique([*ones, *others])
    gain = np.zeros(len(values))
    np.add.at(gain, np.searchsorted(values, ones), 1 / len(ones))
    np.add.at(gain, np.searchsorted(values, others), -1 / len(others))
    best = (0.0, 0, len(values) - 1)
    for sign in (1, -1):
        total = np.concatenate([[0.0], np.cumsum(sign * gain)])
        lowest = np.minimum.accumulate(total)
        end = int(np.argmax(total - lowest))
        if total[end] - lowest[end] > best[0]:
            best = (float(total[end] - lowest[end]), int(np.argmin(total[: end + 1])), end - 1)
    difference, low, high = best
    return (1 + difference) / 2, float(values[low]), float(values[high])


def _some(glimpses: Sequence[Glimpse]) -> list[Glimpse]:
    return [glimpses[i] for i in spread_indices(len(glimpses), ENOUGH)]


def _of_file(glimpse: Glimpse, whole: bool) -> dict[str, float]:
    numbers = {}
    if whole:
        numbers["shape (width to height)"] = glimpse.width / glimpse.height
        numbers["size (long side)"] = float(max(glimpse.width, glimpse.height))
    if glimpse.file is not None and glimpse.file.quality is not None:
        numbers["JPEG quality"] = float(glimpse.file.quality)
    return numbers


def _told_apart(
    faces: Sequence[Mapping[str, float]], others: Sequence[Mapping[str, float]], picture: NDArray[np.uint8]
) -> Iterator[Evidence]:
    found = {}
    for name in {name: None for numbers in [*faces, *others] for name in numbers}:
        ones = [numbers[name] for numbers in faces if name in numbers]
        rest = [numbers[name] for numbers in others if name in numbers]
        if min(len(ones), len(rest)) >= FEWEST:
            right, low, high = separation(ones, rest)
            if right >= SURE:
                found[name] = {
                    "right": right,
                    "low": low,
                    "high": high,
                    "with_a_face": float(np.median(ones)),
                    "without": float(np.median(rest)),
                }
    if found:
        said = ", ".join(
            f"{name} ({percent(n['right'])} right, {n['with_a_face']:.3g} against {n['without']:.3g})"
            for name, n in found.items()
        )
        yield Evidence(
            f"One number tells the {len(faces)} pictures with a face from the {len(others)} without: {said}.",
            found,
            picture,
        )


def _samples(faces: Sequence[NDArray[np.uint8]], others: Sequence[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    """A row of each."""
    return contact_sheet(
        [*faces[:5], *others[:5]], columns=5, tile=128, captions=["a face"] * 5 + ["none"] * 5
    )
