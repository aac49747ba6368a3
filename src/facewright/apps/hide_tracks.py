"""Faces hidden all through a video, each as much as it once turned out to be necessary."""

from dataclasses import dataclass, field

import numpy as np

from facewright.apps.blur import BlurStyle
from facewright.apps.clip import Shot
from facewright.apps.hide import ROUNDS, Find, hidden_by, same_face
from facewright.core.pictures import Pixels
from facewright.inference.bridging import Tracked

EVERY = 5
"""One frame of so many is looked at again once its faces are hidden."""


@dataclass
class HideTracks:
    """A `video.Change` that hides faces.

    A face that is still found afterwards is hidden more from then on, to the end of its track: going back and
    forth would flicker.
    """

    find: Find
    style: BlurStyle = field(default_factory=BlurStyle)
    still_found: int = 0
    """faces that were found all the same in a frame that was looked at again"""
    _rounds: dict[int, int] = field(default_factory=dict)

    def __call__(self, picture: Pixels, one: Tracked[Shot]) -> Pixels:
        """The frame with all its faces hidden."""
        boxes, tracks = one.faces.boxes, one.tracks.tolist()
        for left in reversed(range(ROUNDS)):
            rounds = np.array([self._rounds.get(track, 0) for track in tracks])
            hidden = hidden_by(picture, boxes, rounds, self.style)
            if one.frame.number % EVERY:
                break
            still = same_face(self.find(hidden).boxes, boxes).any(axis=0)
            if not still.any():
                break
            if not left:
                self.still_found += int(still.sum())
            for number in np.flatnonzero(still) if left else ():
                self._rounds[tracks[number]] = min(int(rounds[number]) + 1, ROUNDS - 1)
        return hidden
