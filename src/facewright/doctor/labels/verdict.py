"""Which hypothesis explains a set's boxes: `verdict(data)`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from facewright.core.boxes import Floats
from facewright.core.errors import PictureError
from facewright.core.pictures import picture_size
from facewright.doctor.data import Data, once
from facewright.doctor.labels.explanation import Explanation, explanation
from facewright.doctor.labels.fitting import FEWEST, Moved, fit
from facewright.doctor.labels.hypotheses import EXIF, HYPOTHESES, Hypothesis, Turn, same
from facewright.doctor.labels.resized import resized
from facewright.doctor.labels.size import sized
from facewright.doctor.labels.tally import SOME, tally
from facewright.doctor.labels.witness import View, stated_boxes, views

PARTS = 4
"""that the set is divided into where it is not faulty as a whole"""
NO_FIT = 0.1
"""mean IoU below which the boxes of a single picture are not those of its faces; at most .7 % of the pictures
of healthy sets are below it"""
SHARE = 0.05
"""of such pictures, from which it is worth asking what their boxes are"""


@dataclass(frozen=True, eq=False)
class Verdict:
    """The fault that explains the pictures better than the boxes as stated do."""

    where: str
    """begins the sentence where it is not all of the set"""
    told: Sequence[View]
    """the pictures that tell: with stated boxes, and faces found"""
    explained: Explanation
    """of each of them"""
    total: int
    """pictures with boxes that were looked at"""


@once
def verdict(data: Data) -> Verdict | None:
    """The best of all hypotheses that explain the set, its turned pictures or a part of it better; None for a
    healthy set, and for one of which nothing can be said: fewer than FEWEST pictures with boxes and finds.

    A part: where one file is missing, everything after it may be out of step. And where two sets were put
    together, or some pictures flipped, the faulty ones may lie anywhere.
    """
    told = telling(data)
    total = sum(1 for view in views(data) if len(view.stated))
    uncut = _uncut(data, told)
    beside = [view for view in uncut if fit(view.stated, view.found) < NO_FIT]
    beside = beside if len(beside) >= SHARE * len(uncut) else []
    turned = [view for view in told if view.quarter_turns or _orientation(view) != 1]
    for some in (
        [("", uncut)],
        [("Of turned pictures, ", turned)],
        [(f"From {_name(part[0])} to {_name(part[-1])}, ", part) for part in _parts(uncut)],
        [(f"Of {len(beside)} pictures whose boxes fit no face, ", beside)],
    ):
        faulty = [
            Verdict(where, group, explained, total)
            for where, group in some
            if len(group) >= FEWEST and (explained := _explained(data, group)) is not None
        ]
        if faulty:
            best = max(faulty, key=lambda one: one.explained.reached).explained.hypothesis.words
            return next(one for one in faulty if one.explained.hypothesis.words == best)  # its first part
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


def _uncut(data: Data, told: Sequence[View]) -> Sequence[View]:
    """Those that tell most: boxes that readers cut off at a border are not what was meant."""
    if tally(data).share("outside", "overhanging") < SOME:
        return told
    uncut = [view for view in told if (view.stated[:, 2:] < np.subtract(view.size, 1)).all()]
    return uncut if len(uncut) >= FEWEST else told


def _explained(data: Data, some: Sequence[View]) -> Explanation | None:
    stated, found = [view.stated for view in some], [view.found for view in some]
    return explanation(stated, found, _all(data, some))


def _all(data: Data, some: Sequence[View]) -> Iterator[Moved]:
    # First, as the first of equals is named: where all pictures are turned alike, others explain as much.
    if sum(1 for view in some if _orientation(view) != 1) >= FEWEST:
        words = "those of the pixels as stored, before EXIF's orientation turned the pictures"
        stored = Hypothesis("labels-turned", words, same)
        yield stored, [_turned(EXIF.get(_orientation(view), same), view) for view in some]
    for one in HYPOTHESES:
        yield one, [_turned(one.turn, view) for view in some]
    views_of = [(view.stated, view.found, view.size) for view in some]
    stated, found, sizes = zip(*views_of, strict=True)
    yield from resized(stated, found, sizes)
    if (other := sized(stated, found)) is not None:
        yield other
    neighbours = _Neighbours(data)
    for step, words in ((-1, "those of the picture before"), (1, "those of the picture after")):
        # Where each states the boxes of the one before, its own are stated by the one after.
        for shares in (True, False):
            shifted = Hypothesis("labels-shifted", words, same)
            yield shifted, [neighbours.boxes(view, -step, shares) for view in some]


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


def _orientation(view: View) -> int:
    return view.glimpse.file.orientation if view.glimpse.file else 1
