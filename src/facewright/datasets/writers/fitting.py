"""What of a set fits into a format, known before anything is written.

What a format cannot hold is of three kinds:

- *Faces.* A picture whose faces do not all fit, such as two where the format has one, is never written with
  some of them: the set is refused, or such pictures are left out whole.
- *Regions to ignore.* Without them, what is in them counts as background, which nobody said: the set is
  refused, or they are dropped. (Where faces that nobody annotated may be in every picture, its reader can be
  told so all the same: `unannotated=true`.)
- *Landmarks and attributes.* What is written without them is still true: they are left out and counted.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np

from facewright.core import boxes as box_ops
from facewright.core.boxes import Floats
from facewright.core.errors import PictureError
from facewright.datasets.sample import Problem, Sample
from facewright.datasets.writers.pictures import Measured, measure
from facewright.datasets.writers.writer import Content, Entry, Writer

LEAST = 0.99
"""pixels: no reader takes a box that is narrower or lower"""


@dataclass
class Fit:
    """What of a set fits into a format."""

    measured: list[Measured | None] = field(default_factory=list)
    """of each picture; None of one that is not written"""
    content: Content = field(default_factory=Content)
    """of those that are"""
    misfits: Counter[str] = field(default_factory=Counter)
    """why pictures do not fit -> how many"""
    first: dict[str, str] = field(default_factory=dict)
    """why -> name of the first one"""
    slivers: int = 0
    """regions to ignore of less than a pixel, which say nothing and are left out"""
    problems: list[Problem] = field(default_factory=list)
    """pictures that cannot be read"""

    def refusal(self, writer: Writer, kind: str) -> str:
        """Why the set may not be written without loss; empty when it may."""
        parts = [
            f"{count} picture{'s' * (count > 1)} {why} (first {self.first[why]})"
            for why, count in self.misfits.items()
        ]
        if lost := self.dropped(writer):
            parts.append(f"{lost} regions to ignore, which would count as background")
        if not parts:
            return ""
        return f"{kind} holds {writer.says}, not {', '.join(parts)}; --lossy leaves these out"

    def dropped(self, writer: Writer) -> int:
        """Regions to ignore that the format does not hold."""
        return 0 if writer.ignore or self.as_unannotated(writer) else self.content.ignored

    def as_unannotated(self, writer: Writer) -> bool:
        """Whether the regions are said by an option of the reader, as they cover every picture."""
        every = self.content.unannotated == self.content.pictures > 0
        return every and writer.reads_unannotated and not writer.ignore


def fitted(samples: Iterable[Sample], writer: Writer) -> Fit:
    """Measures every picture, and asks the writer of each."""
    fit = Fit()
    for sample in samples:
        try:
            measured = measure(sample.picture)
        except PictureError as error:
            fit.problems.append(Problem(sample.name, f"{error}; left out", "unreadable"))
            fit.measured.append(None)
            continue
        entry, slivers = entry_of(sample, measured)
        fit.slivers += slivers
        if why := _misfit(entry, writer):
            fit.misfits[why] += 1
            fit.first.setdefault(why, sample.name)
            fit.measured.append(None)
            continue
        fit.measured.append(measured)
        count(entry, fit.content)
    return fit


def entry_of(sample: Sample, measured: Measured) -> tuple[Entry, int]:
    """The sample with its boxes cut to the picture, and how many regions to ignore were slivers."""
    boxes = box_ops.clip(sample.boxes, *measured.size)  # NaN stays
    ignore = box_ops.clip(sample.ignore, *measured.size)
    thick = ~_thin(ignore)
    known = np.all(np.isfinite(sample.landmarks), axis=(1, 2))
    landmarks = np.where(known[:, None, None], sample.landmarks, np.float32(np.nan))
    cut = replace(sample, boxes=boxes, ignore=ignore[thick], landmarks=landmarks)
    return Entry(cut, measured.size), int((~thick).sum())


def _misfit(entry: Entry, writer: Writer) -> str:
    if not (writer.unplaced or entry.placed.all()):
        return "with a face whose place is not known"
    if writer.lists_boxes and _thin(entry.sample.boxes).any():
        return "with a box less than a pixel wide or high"
    return writer.misfit(entry)


def _thin(boxes: Floats) -> np.ndarray:
    """(N,): which are less than a pixel wide or high."""
    return np.any(boxes[:, 2:] - boxes[:, :2] < LEAST, axis=1)


def count(entry: Entry, content: Content, times: int = 1) -> None:
    """Adds a picture to what there is; `times=-1` takes it off again."""
    sample, (width, height) = entry.sample, entry.size
    content.pictures += times
    content.faces += times * len(sample.boxes)
    content.placed += times * int(entry.placed.sum())
    content.with_landmarks += times * int(entry.with_landmarks.sum())
    content.ignored += times * len(sample.ignore)
    content.unannotated += times * bool((box_ops.area(sample.ignore) >= 0.99 * width * height).any())
    for name, values in sample.attributes.items():
        known = times * int((np.asarray(values) >= 0).sum())
        content.attributes[name] = content.attributes.get(name, 0) + known
