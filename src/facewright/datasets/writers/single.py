"""Formats of one face a picture that say five landmarks, from which the box follows: 300-W's and MTFL's."""

from contextlib import ExitStack
from pathlib import Path

import numpy as np

from facewright.core.boxes import clip
from facewright.datasets.labels import BadLabel
from facewright.datasets.landmarks import tight_box
from facewright.datasets.writers.writer import Content, Entry, Writer, create, word

NEAR = 0.01
"""pixels by which the box may differ from what the landmarks say"""


class LandmarksWriter(Writer):
    """What both hold."""

    says = "one face a picture, by five landmarks of which its box is the tight one"
    landmarks = True
    lists_boxes = False

    def misfit(self, entry: Entry) -> str:
        if len(entry.sample.boxes) != 1:
            return "with several faces" if len(entry.sample.boxes) else "without a face"
        if not entry.with_landmarks[0]:
            return "without landmarks"
        try:
            box = clip(tight_box(entry.sample.landmarks[0])[None], *entry.size)
        except BadLabel:
            return "with landmarks on one spot"
        near = np.abs(box - entry.sample.boxes).max() <= NEAR
        return "" if near else "with a box that does not follow from its landmarks"


class PtsWriter(LandmarksWriter):
    """A .pts file of five points beside each picture."""

    folder = ""

    def begin(self, root: Path, content: Content, files: ExitStack) -> None:
        self._root = root

    def add(self, entry: Entry, group: str) -> None:
        points = "".join(f"{word(x)} {word(y)}\n" for x, y in entry.sample.landmarks[0])
        text = f"version: 1\nn_points: 5\n{{\n{points}}}\n"
        (self._root / f"{entry.stem}.pts").write_text(text, encoding="utf-8")


class MtflWriter(LandmarksWriter):
    """landmarks.txt, a line a picture: all x, then all y."""

    words = True

    def begin(self, root: Path, content: Content, files: ExitStack) -> None:
        self._file = create(root / "landmarks.txt", files)

    def add(self, entry: Entry, group: str) -> None:
        numbers = " ".join(map(word, entry.sample.landmarks[0].T.ravel()))
        self._file.write(f"{self.folder}/{entry.picture} {numbers}\n")
