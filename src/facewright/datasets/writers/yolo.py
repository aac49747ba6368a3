"""YOLO text labels, with the five landmarks as YOLO-pose where there are any."""

from contextlib import ExitStack
from pathlib import Path

import numpy as np

from facewright.datasets.writers.writer import Content, Entry, Writer

DIGITS = 9
"""of shares: less than a ten thousandth of a pixel in any picture of up to 100,000"""


class YoloWriter(Writer):
    """`pose=false` leaves landmarks out, for plain detectors, which take lines of five columns only."""

    says = "boxes and landmarks"

    def __init__(self, *, pose: bool = True) -> None:
        self.landmarks = pose  # type: ignore[misc]  # of this writer, not of the class

    def remarks(self, content: Content) -> list[str]:
        pose = "written as YOLO-pose: landmarks; ?pose=false leaves them out, as plain detectors want it"
        return [pose] if self.landmarks and content.with_landmarks else []

    def begin(self, root: Path, content: Content, files: ExitStack) -> None:
        self._labels = root / "labels"
        self._labels.mkdir()
        self._pose = self.landmarks and content.with_landmarks > 0
        pose = "kpt_shape: [5, 3]\nflip_idx: [1, 0, 2, 4, 3]\n" if self._pose else ""
        (root / "data.yaml").write_text(f"train: images\nnames: [face]\n{pose}", encoding="utf-8")

    def add(self, entry: Entry, group: str) -> None:
        size = np.array(entry.size, np.float64)
        boxes = entry.sample.boxes.astype(np.float64)
        low, high = boxes[:, :2], boxes[:, 2:]
        rows = np.concatenate([(low + high) / 2 / size, (high - low) / size], axis=1)
        lines = [" ".join(["0", *map(_share, row)]) for row in rows]
        if self._pose:
            points = entry.sample.landmarks / size
            lines = [
                f"{line} {_points(five, known)}"
                for line, five, known in zip(lines, points, entry.with_landmarks, strict=True)
            ]
        text = "".join(f"{line}\n" for line in lines)
        (self._labels / f"{entry.stem}.txt").write_text(text, encoding="utf-8")


def _points(five: np.ndarray, known: bool) -> str:
    return " ".join(f"{_share(x)} {_share(y)} 2" for x, y in five) if known else " ".join(["0 0 0"] * 5)


def _share(value: float) -> str:
    return np.format_float_positional(value, precision=DIGITS, trim="-")
