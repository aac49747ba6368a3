"""Which hypothesis explains a set's boxes: `verdict(data)`."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np

from facewright.core.boxes import Floats, iou
from facewright.core.errors import PictureError
from facewright.core.pictures import picture_size
from facewright.doctor.data import Data, once
from facewright.doctor.labels.hypotheses import EXIF, HYPOTHESES, Hypothesis, Turn, same
from facewright.doctor.labels.witness import View, stated_boxes, views

FEWEST = 8
"""pictures that must tell"""
GAIN = 0.03
"""mean gain of IoU that makes another hypothesis better than the stated boxes. On the healthy sets of
recipes/sets.toml, and with their boxes as the files give them, the best hypothesis gains -.05 or less"""
DIFFERENT = 0.05
"""IoUs closer than this say nothing"""
WINS = 0.6
"""share of the pictures that say something which must speak for the other hypothesis; on healthy sets at most
.35 do. Where all faces are central (80-pixel crops), the neighbour's boxes fit nearly as well as one's own"""
DEVIATIONS = 3.0
"""so many standard deviations more must speak for it than a coin would give: some thirty are tried"""

PARTS = 4
"""that the set is divided into where it is not faulty as a whole"""

Moved = Callable[[View], Floats]


class Fits(NamedTuple):
    """How well boxes fit the faces found, picture by picture."""

    stated: Floats
    """(N,) mean IoU of the boxes as stated"""
    other: Floats
    """(N,) of the boxes under the hypothesis"""


@dataclass(frozen=True, eq=False)
class Verdict:
    """The fault that explains the pictures better than the boxes as stated do."""

    where: str
    """begins the sentence where it is not all of the set"""
    hypothesis: Hypothesis
    told: Sequence[View]
    """the pictures that tell: with stated boxes, and faces found"""
    moved: Sequence[Floats]
    """for each of them, the boxes under the hypothesis"""
    fits: Fits
    total: int
    """pictures with boxes that were looked at"""


@once
def verdict(data: Data) -> Verdict | None:
    """The best of all hypotheses that explain the set, its turned pictures or a part of it better; None for a
    healthy set, and for one of which nothing can be said: fewer than FEWEST pictures with boxes and finds.

    A part: where one file is missing, everything after it may be out of step.
    """
    told = telling(data)
    total = sum(1 for view in views(data) if len(view.stated))
    turned = [view for view in told if view.quarter_turns or _orientation(view) != 1]
    for some in (
        [("", told)],
        [("Of turned pictures, ", turned)],
        [(f"From {_name(part[0])} to {_name(part[-1])}, ", part) for part in _parts(told)],
    ):
        tried = [
            Verdict(where, one, group, *_fits(group, moved), total)
            for where, group in some
            if len(group) >= FEWEST
            for one, moved in _all(data, group)
        ]
        better = [one for one in tried if _explains(one.fits)]
        if better:
            return max(better, key=lambda one: float(one.fits.other.mean()))
    return None


def _parts(told: Sequence[View]) -> list[Sequence[View]]:
    """PARTS runs of the set; none where they would be short."""
    count = len(told) // PARTS
    return [told[i * count : (i + 1) * count] for i in range(PARTS)] if count >= 2 * FEWEST else []


def _name(view: View) -> str:
    return view.glimpse.sample.name


def telling(data: Data) -> list[View]:
    """The views with stated boxes in which faces were found: what the stated boxes can be held against."""
    return [view for view in views(data) if len(view.stated) and len(view.found)]


def fit(boxes: Floats, found: Floats) -> float:
    """Mean IoU of the faces found that boxes fit best, as many of them as there may be: 0 to 1.

    Faces that nobody annotated, and boxes of faces not found, do not count.
    """
    if not len(boxes) or not len(found):
        return 0.0
    best = np.sort(iou(found, boxes).max(axis=1))
    return float(best[-min(len(boxes), len(found)) :].mean())


def _all(data: Data, some: Iterable[View]) -> Iterable[tuple[Hypothesis, Moved]]:
    # First, as the first of equals is named: where all pictures are turned alike, others explain as much.
    if sum(1 for view in some if _orientation(view) != 1) >= FEWEST:
        words = "those of the pixels as stored, before EXIF's orientation turned the pictures"
        stored = Hypothesis("labels-turned", words, same)
        yield stored, lambda view: _turned(EXIF.get(_orientation(view), same), view)
    for one in HYPOTHESES:
        yield one, partial(_turned, one.turn)
    neighbours = _Neighbours(data)
    for step, words in ((-1, "those of the picture before"), (1, "those of the picture after")):
        # Where each states the boxes of the one before, its own are stated by the one after.
        for shares in (True, False):
            shifted = Hypothesis("labels-shifted", words, same)
            yield shifted, partial(neighbours.boxes, step=-step, shares=shares)


def _turned(turn: Turn, view: View) -> Floats:
    return turn(view.stated, *view.size)


class _Neighbours:
    """Boxes of the pictures beside one in the set."""

    def __init__(self, data: Data) -> None:
        self._data = data
        self._known = {glimpse.index: glimpse for glimpse in data.glimpses}

    def boxes(self, view: View, step: int, shares: bool) -> Floats:
        """What the picture `step` further states; shares: as shares of it, which make pixels of this one."""
        index = view.glimpse.index + step
        if not 0 <= index < len(self._data.dataset):
            return np.zeros((0, 4), np.float32)
        glimpse = self._known.get(index)
        if glimpse is not None:
            boxes, size = stated_boxes(glimpse), (glimpse.width, glimpse.height)
        else:
            sample = self._data.dataset[index]
            boxes = np.asarray(sample.boxes, np.float32).reshape(-1, 4)
            boxes = boxes[np.isfinite(boxes).all(axis=1)]
            try:
                size = picture_size(sample.picture)
            except PictureError:  # another check says so; its boxes are known all the same
                size = (0, 0)
        if not shares or 0 in size:
            return boxes
        return boxes * np.array([view.size[0] / size[0], view.size[1] / size[1]] * 2, np.float32)


def _fits(some: Sequence[View], moved: Moved) -> tuple[list[Floats], Fits]:
    """The boxes that were meant, and how well they and the stated ones fit."""
    boxes = [moved(view) for view in some]
    stated = np.array([fit(view.stated, view.found) for view in some], np.float32)
    other = np.array([fit(b, view.found) for b, view in zip(boxes, some, strict=True)], np.float32)
    return boxes, Fits(stated, other)


def _explains(fits: Fits) -> bool:
    change = fits.other - fits.stated
    count, wins = int((np.abs(change) > DIFFERENT).sum()), int((change > DIFFERENT).sum())
    enough = max(WINS * count, count / 2 + DEVIATIONS * np.sqrt(count) / 2)
    return count >= FEWEST and wins >= enough and float(change.mean()) >= GAIN


def _orientation(view: View) -> int:
    return view.glimpse.file.orientation if view.glimpse.file else 1
