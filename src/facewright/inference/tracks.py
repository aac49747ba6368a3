"""Which face of a frame is which of the frames before: a Kalman filter a track, matched by overlap.

After ByteTrack (Zhang and others, 2022): sure faces are matched with the tracks first, unsure ones with those
that are left, so that a face that turns away is followed. Unlike there an unsure face begins a track too: who
looks ahead (see bridging) learns whether it becomes sure, and tells such a face from its first glimpse on.

Faces are matched greedily, the best overlap first. The Hungarian method gives the same wherever the boxes of
two faces do not overlap, which tight boxes of faces hardly ever do, and would need SciPy or its own page.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from facewright.core.boxes import Floats, cxcywh_to_xyxy, iou, resize, xyxy_to_cxcywh
from facewright.core.errors import UsageError
from facewright.core.faces import Faces

ROOM = 1.6
"""Boxes are grown by this before their overlap is measured: small faces move far in one frame."""
OVERLAP = 0.25
"""of the grown boxes, as IoU, from which a face may be that of a track"""
PLACE_NOISE = 0.05
"""standard deviation of a detector's box, in box heights"""
PUSH = 3.0
"""how fast a face's velocity changes: standard deviation in box heights a second, over one second"""


class Motion:
    """Where a face is and how it moves: centre and size, each a Kalman filter of constant velocity.

    The four numbers do not depend on one another: each has a state (value, velocity) and a 2 x 2 covariance.
    """

    def __init__(self, box: Floats) -> None:
        self.state = np.zeros((4, 2))
        self.state[:, 0] = xyxy_to_cxcywh(box[None])[0]
        height = self._height()
        self.covariance = np.tile(np.diag([(PLACE_NOISE * height) ** 2, (2 * height) ** 2]), (4, 1, 1))

    def predict(self, seconds: float) -> None:
        """Go on by so much time."""
        step = np.array([[1, seconds], [0, 1]])
        push = (PUSH * self._height()) ** 2
        noise = push * np.array([[seconds**3 / 3, seconds**2 / 2], [seconds**2 / 2, seconds]])
        self.state = self.state @ step.T
        self.covariance = step @ self.covariance @ step.T + noise

    def correct(self, box: Floats) -> None:
        """The face was seen here."""
        noise = (PLACE_NOISE * self._height()) ** 2
        gain = self.covariance[:, :, 0] / (self.covariance[:, :1, 0] + noise)
        self.state += gain * (xyxy_to_cxcywh(box[None])[0] - self.state[:, 0])[:, None]
        self.covariance = self.covariance - gain[:, :, None] * self.covariance[:, None, 0, :]

    def box(self) -> Floats:
        """(4,)"""
        shape = self.state[:, 0].copy()
        shape[2:] = np.maximum(shape[2:], 1e-3)
        return cxcywh_to_xyxy(shape[None])[0]

    def _height(self) -> float:
        return float(max(self.state[3, 0], 1.0))


@dataclass
class Track:
    """One face through time."""

    id: int
    motion: Motion
    seen: float
    """when it was found last, in seconds"""


class Tracker:
    """Gives every face of one frame after the other the number of its track.

    sure: score from which a face is. patience: seconds after which a track whose face is no longer found has
    ended.
    Raises UsageError for values that make no sense.
    """

    def __init__(self, sure: float = 0.5, patience: float = 0.5) -> None:
        if not 0 <= sure <= 1:  # refuses NaN too
            raise UsageError(f"sure is a score, 0 to 1, not {sure!r}")
        if not 0 <= patience < np.inf:
            raise UsageError(f"patience is a time in seconds, not {patience!r}")
        self.sure, self.patience = sure, patience
        self.tracks: list[Track] = []
        self._time: float | None = None
        self._begun = 0

    def update(self, faces: Faces, time: float) -> NDArray[np.intp]:
        """The number of the track of each face of the next frame, (N,): 1, 2, 3 ... as they began.

        time: of the frame, in seconds; never before that of the last one.
        """
        passed = 0.0 if self._time is None else max(time - self._time, 0.0)
        self._time = time
        self.tracks = [track for track in self.tracks if time - track.seen <= self.patience]
        for track in self.tracks:
            track.motion.predict(passed)
        ids = np.zeros(len(faces), np.intp)
        free = self.tracks
        sure = faces.scores >= self.sure
        for some in (np.flatnonzero(sure), np.flatnonzero(~sure)):
            pairs = match_tracks([track.motion.box() for track in free], faces.boxes[some])
            for mine, other in pairs:
                free[mine].motion.correct(faces.boxes[some[other]])
                free[mine].seen = time
                ids[some[other]] = free[mine].id
            taken = {mine for mine, _ in pairs}
            free = [track for number, track in enumerate(free) if number not in taken]
        for number in np.flatnonzero(ids == 0):
            self._begun += 1
            ids[number] = self._begun
            self.tracks.append(Track(self._begun, Motion(faces.boxes[number]), time))
        return ids


def match_tracks(tracks: Sequence[Floats], boxes: Floats) -> list[tuple[int, int]]:
    """Pairs (track, box), each in one pair at most: greedily by the overlap of the boxes, grown by `ROOM`."""
    if not len(tracks) or not len(boxes):
        return []
    overlap = iou(resize(np.stack(tracks), ROOM), resize(boxes, ROOM))
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for place in np.argsort(-overlap, axis=None, kind="stable"):
        mine, other = (int(i) for i in np.unravel_index(place, overlap.shape))
        if overlap[mine, other] < OVERLAP:
            break
        if mine not in pairs and other not in taken:
            pairs[mine] = other
            taken.add(other)
    return list(pairs.items())
