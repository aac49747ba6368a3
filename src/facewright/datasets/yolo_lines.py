"""A line of a YOLO label: `class cx cy width height`, with key points behind it or not, or a polygon,
`class x y x y ...`; numbers are shares of the picture. How many columns it has says which, with data.yaml's
`kpt_shape` where it has one.
"""

from collections.abc import Sequence

import numpy as np

from facewright.core.boxes import Floats
from facewright.core.errors import DataError
from facewright.core.faces import LANDMARKS
from facewright.datasets.labels import BadLabel, numbers, usable_landmarks
from facewright.datasets.sample import no_landmarks

BOX = 5
"""columns of a class and a box"""
POSE = (len(LANDMARKS), 3)
"""`kpt_shape` of five landmarks: how many, and x, y, v of each; v is 0 where one is not labelled"""
PAIRS = (len(LANDMARKS), 2)
"""without v, as YOLO5Face has them; a polygon of seven points has as many columns"""
MEANINGS = ("landmarks", "polygon")

Corners = tuple[float, float, float, float]


class Lines:
    """What the lines of one set mean."""

    def __init__(self, kpt_shape: Sequence[str], points: str) -> None:
        """kpt_shape: the two numbers of data.yaml, empty where it has none. points: which of MEANINGS lines
        have that can have both, or empty. Raises DataError for other values, and where both are given."""
        if points not in ("", *MEANINGS):
            raise DataError(f"points={points}: takes {' or '.join(MEANINGS)}")
        if points and kpt_shape:
            raise DataError(
                f"points={points}: data.yaml says by kpt_shape what lines are; take one of the two away"
            )
        known = len(kpt_shape) == 2 and kpt_shape[0].isdecimal() and kpt_shape[1] in ("2", "3")
        if kpt_shape and not known:
            raise DataError(
                f"kpt_shape: [{', '.join(kpt_shape)}]: takes how many key points there are and 2 or 3, the "
                "numbers of each, such as [5, 3]"
            )
        shapes = [(int(kpt_shape[0]), int(kpt_shape[1]))] if kpt_shape else [POSE]
        if points == "landmarks":
            shapes.append(PAIRS)
        self._shapes = {BOX + count * each: (count, each) for count, each in shapes}
        self._polygons = not kpt_shape
        self._unclear = {BOX + PAIRS[0] * PAIRS[1]} if not (kpt_shape or points) else set()

    def face(self, words: Sequence[str], size: tuple[int, int]) -> tuple[Corners, Floats]:
        """Box in pixels of a picture of `size` (width, height), around a polygon if it is one, and landmarks
        (5, 2), NaN where there are none. Raises BadLabel."""
        count = len(words)
        if count in self._unclear:
            raise BadLabel(
                f"{count} columns are a polygon of seven points or a box with five landmarks: say which, "
                "by ?points=polygon or ?points=landmarks"
            )
        if count == BOX or count in self._shapes:
            _, *shares = numbers(words, count)
            corners, landmarks = _corners(shares[:4]), no_landmarks(1)[0]
            if count != BOX:
                landmarks = _landmarks(np.reshape(shares[4:], self._shapes[count]), size)
        elif self._polygons and count > BOX and count % 2:
            _, *shares = numbers(words, count)
            corners, landmarks = _around(shares), no_landmarks(1)[0]
        else:
            more = f"{min(self._shapes)} with key points, as kpt_shape in data.yaml says"
            if self._polygons:
                more = (
                    f"{min(self._shapes)} with five landmarks (of other key points data.yaml must say "
                    "kpt_shape), an odd number from 7 on for a polygon"
                )
            raise BadLabel(f"{count} columns where {BOX} are needed for a box, {more}")
        x0, y0, x1, y1 = corners
        width, height = size
        return (x0 * width, y0 * height, x1 * width, y1 * height), landmarks


def _corners(shares: Sequence[float]) -> Corners:
    cx, cy, w, h = _checked(shares, 2)  # a box may overhang
    return cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2


def _around(shares: Sequence[float]) -> Corners:
    points = np.reshape(_checked(shares, 1.1), (-1, 2))  # closer: the v of key points may be 2
    (x0, y0), (x1, y1) = points.min(0).tolist(), points.max(0).tolist()  # NaN where one is
    return x0, y0, x1, y1


def _checked(shares: Sequence[float], most: float) -> Sequence[float]:
    if max(shares) > most:
        some = " ".join(f"{share:g}" for share in shares[:4]) + " ..." * (len(shares) > 4)
        raise BadLabel(f"numbers {some} are no shares of a picture (are they pixels?)", "not-shares")
    return shares


def _landmarks(points: Floats, size: tuple[int, int]) -> Floats:
    """(5, 2) in pixels, of key points (n, 2 or 3) in shares; NaN unless these are five and all labelled."""
    places = points[:, :2]
    labelled = points[:, 2] != 0 if points.shape[1] == 3 else (places >= 0).all(1) & places.any(1)
    if len(points) != len(LANDMARKS) or not labelled.all():
        return no_landmarks(1)[0]
    return usable_landmarks(places * size)
