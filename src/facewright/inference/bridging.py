"""Faces that stay: over a clip, what the detector missed for a moment is filled in, forwards and backwards.

    found       . . F F F . . F F F F F . . .        time ->
    told        h h F F F b b F F F F F h h .        b: bridged, h: held

A frame is told once the frames `patience` later were looked at, so a gap's other end is known, and its boxes
are put on the straight line between both. A face is told if it is sure once, from its first unsure find on
within that time. `hold` seconds before a face's first find and after its last its box
is told too, moving on as it did. Boxes are averaged over the frames beside them, against trembling.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import Generic, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from facewright.core.boxes import Floats, area, clip
from facewright.core.errors import UsageError
from facewright.core.faces import Faces
from facewright.inference.tracks import Tracker

Frame = TypeVar("Frame")

MOST_AHEAD = 30
"""frames that wait at most, so that the memory stays the same: at 60 a second half a second's"""
BESIDE = 2
"""frames on each side over which a box is averaged"""
PACE = 4
"""finds from which the speed at a track's end is told"""


@dataclass(frozen=True)
class Tracked(Generic[Frame]):
    """One frame and its faces, each with the number of its track."""

    frame: Frame
    time: float
    """in seconds"""
    faces: Faces
    tracks: NDArray[np.intp]
    """(N,), of each face; numbers begin with 1"""
    seen: NDArray[np.bool_]
    """(N,): False for a face that was not found in this frame but filled in"""


class _Find(NamedTuple):
    """A face found in a frame."""

    frame: int
    time: float
    shape: Floats
    """box, score and landmarks, if any, as one row of numbers"""


@dataclass
class _Path:
    """What is known of a track, as far as it is still needed."""

    finds: deque[_Find]
    sure: bool = False
    """whether it is a face at all"""
    number: int = 0
    """by which it is told; 0 before"""

    def forget(self, number: int) -> None:
        """Drop what frames from `number` on no longer need: a few finds before are kept for the speed."""
        while len(self.finds) > PACE and self.finds[PACE].frame < number - BESIDE:
            self.finds.popleft()


def bridged(
    frames: Iterable[tuple[Frame, float, Faces]], tracker: Tracker, hold: float = 0.0
) -> Iterator[Tracked[Frame]]:
    """Each frame, some frames later, with all its faces.

    frames: of (anything, time in seconds, faces), in order, all of one size. hold: seconds, at most the
    tracker's patience, or UsageError is raised. At most `MOST_AHEAD` frames wait, however long the clip.
    """
    if not 0 <= hold <= tracker.patience:
        raise UsageError(f"hold is at most the patience, {tracker.patience} seconds, not {hold!r}")
    waiting: deque[tuple[int, Frame, float, Faces]] = deque()
    paths: dict[int, _Path] = {}
    numbers = count(1)

    def tell(number: int, frame: Frame, time: float, faces: Faces) -> Tracked[Frame]:
        rows, tracks, seen = [], [], []
        for track, path in list(paths.items()):
            if time - path.finds[-1].time > tracker.patience:
                del paths[track]  # ended, and held long enough
                continue
            path.forget(number)
            row = _at(path.finds, number, time, hold) if path.sure else None
            if row is not None:
                path.number = path.number or next(numbers)
                rows.append(row)
                tracks.append(path.number)
                seen.append(any(find.frame == number for find in path.finds))
        return _tracked(frame, time, faces, rows, tracks, seen)

    for number, (frame, time, faces) in enumerate(frames):
        for track, row in zip(tracker.update(faces, time).tolist(), _rows(faces), strict=True):
            path = paths.setdefault(track, _Path(deque()))
            path.finds.append(_Find(number, time, row))
            path.sure |= row[4] >= tracker.sure
        waiting.append((number, frame, time, faces))
        while len(waiting) > MOST_AHEAD or time - waiting[0][2] > tracker.patience:
            yield tell(*waiting.popleft())
    while waiting:
        yield tell(*waiting.popleft())


def _at(finds: deque[_Find], number: int, time: float, hold: float) -> Floats | None:
    """The row of a face in one frame; None where it is not, or no longer, or not yet."""
    before = [find for find in finds if find.frame <= number]
    after = [find for find in finds if find.frame > number]
    if before and before[-1].frame == number:
        return _steady(before, after)
    if before and after:
        a, b = before[-1], after[0]
        share = np.float32((time - a.time) / max(b.time - a.time, 1e-9))
        return a.shape + share * (b.shape - a.shape)
    end = before[-1] if before else after[0]
    away = time - end.time
    if not hold or abs(away) > hold + 1e-6:  # times are sums of many frames'
        return None
    return _moved(end.shape, _speed(before[-PACE:] if before else after[:PACE]) * np.float32(away))


def _steady(before: list[_Find], after: list[_Find]) -> Floats:
    """The mean of as many finds on this side as on that, at most `BESIDE`: even motion is left as it is."""
    here = before[-1]
    near = {find.frame - here.frame: find.shape for find in (*before[-BESIDE - 1 : -1], *after[:BESIDE])}
    rows = [here.shape]
    for away in range(1, BESIDE + 1):
        if -away not in near or away not in near:
            break
        rows += [near[-away], near[away]]
    steady: Floats = np.stack(rows).mean(axis=0, dtype=np.float32)
    steady[4] = here.shape[4]  # the score is that of the find
    return steady


def _speed(finds: list[_Find]) -> Floats:
    """Of the box's middle a second, (2,)."""
    first, last = finds[0], finds[-1]
    if last.time <= first.time:
        return np.zeros(2, np.float32)
    ways = (last.shape[:4] - first.shape[:4]).reshape(2, 2).mean(axis=0)
    return np.asarray(ways / np.float32(last.time - first.time), np.float32)


def _moved(row: Floats, way: Floats) -> Floats:
    moved = row.copy()
    moved[:4] += np.tile(way, 2)
    moved[5:] += np.tile(way, (len(row) - 5) // 2)
    return moved


def _rows(faces: Faces) -> Floats:
    """(N, 5) or (N, 15): box, score, landmarks."""
    parts = [faces.boxes, faces.scores[:, None]]
    if faces.landmarks is not None:
        parts.append(faces.landmarks.reshape(-1, 10))
    return np.concatenate(parts, axis=1)


def _tracked(
    frame: Frame, time: float, like: Faces, rows: list[Floats], tracks: list[int], seen: list[bool]
) -> Tracked[Frame]:
    """From rows as `_rows` makes them; boxes are cut to the picture, and what then has no area is dropped."""
    with_landmarks = like.landmarks is not None
    table = np.stack(rows) if rows else np.zeros((0, 15 if with_landmarks else 5), np.float32)
    table[:, :4] = clip(table[:, :4], like.width or np.inf, like.height or np.inf)
    inside = area(table[:, :4]) > 0
    table = table[inside]
    landmarks = table[:, 5:].reshape(-1, 5, 2) if with_landmarks else None
    faces = Faces(table[:, :4], table[:, 4].clip(0, 1), landmarks, {}, like.width, like.height)
    return Tracked(frame, time, faces, np.array(tracks, np.intp)[inside], np.array(seen, bool)[inside])
