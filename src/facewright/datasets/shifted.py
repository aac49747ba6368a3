"""Photos of one face reframed so that it may be anywhere: whether a localiser leans to the middle shows here.

shifted:helen/val?seed=1&copies=2    each photo of the set twice, framed anew
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from facewright.core.boxes import Floats
from facewright.core.errors import DataError
from facewright.datasets.sample import Dataset, Problem, Sample

SMALLEST, LARGEST = 0.65, 1.0
"""sides of the new frame, as shares of the photo's"""
ROOM = 1.25
"""a frame has at least this many times the face's width and height"""


@dataclass(frozen=True, eq=False, slots=True)
class ShiftedSamples(Sequence[Sample]):
    """`copies` frames of each photo, photo by photo; each is a function of the seed and its number alone.

    A frame has its photo's shape and `SMALLEST` to `LARGEST` of its size. The centre of the face is drawn
    uniformly from all places at which the whole face is in the frame; what the photo does not reach repeats
    its border.
    """

    photos: Sequence[Sample]
    seed: int
    copies: int

    def __len__(self) -> int:
        return len(self.photos) * self.copies

    def __getitem__(self, index):  # type: ignore[no-untyped-def]
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        number = range(len(self))[index]
        return _framed(self.photos[number // self.copies], self.seed, number, number % self.copies)

    def __iter__(self) -> Iterator[Sample]:
        return (self[i] for i in range(len(self)))


def read(path: Path, *, seed: int = 0, copies: int = 1) -> Dataset:
    """The photos with exactly one annotated face of the set `path` (a DATA string without options), reframed.

    Raises DataError when there is none.
    """
    from facewright.datasets.open import open_dataset  # which opens this set by this function

    if copies < 1:
        raise DataError(f"shifted:{path}: copies must be 1 or more, not {copies}")
    if seed < 0:
        raise DataError(f"shifted:{path}: seed must be 0 or more, not {seed}")
    return shifted(open_dataset(str(path)), seed, copies)


def shifted(dataset: Dataset, seed: int, copies: int = 1) -> Dataset:
    """`copies` new frames of each of its photos that has exactly one annotated face with a known box.

    How many photos were left out is said among the problems. Raises DataError when none is left.
    """
    photos = [s for s in dataset if len(s.boxes) == 1 and np.isfinite(s.boxes).all()]
    if not photos:
        raise DataError(
            f"{dataset.name}: holds no picture with exactly one face, which is what shifted: takes"
        )
    problems = list(dataset.problems)
    if left := len(dataset) - len(photos):
        problems.append(
            Problem(dataset.name, f"{left} of {len(dataset)} pictures hold no face or several; left out")
        )
    return Dataset(dataset.name, ShiftedSamples(photos, seed, copies), tuple(problems))


def _framed(photo: Sample, seed: int, number: int, copy: int) -> Sample:
    pixels = photo.read()
    height, width = pixels.shape[:2]
    x0, y0, size_x, size_y = frame(photo.boxes[0], width, height, np.random.default_rng((seed, number)))
    columns = np.arange(x0, x0 + size_x).clip(0, width - 1)
    rows = np.arange(y0, y0 + size_y).clip(0, height - 1)
    shift = np.array([x0, y0], np.float32)

    def moved(boxes: Floats) -> Floats:
        return boxes - np.tile(shift, 2)

    return replace(
        photo,
        name=f"{photo.name}#{copy}",
        picture=np.ascontiguousarray(pixels[rows][:, columns]),
        boxes=moved(photo.boxes),
        landmarks=photo.landmarks - shift,
        ignore=moved(photo.ignore),
    )


def frame(box: Floats, width: int, height: int, rng: np.random.Generator) -> tuple[int, int, int, int]:
    """A new frame for a photo of `width` x `height` with its face at `box` (4,): left, top, width, height.

    Whole pixels; it holds the whole face, and may reach over the photo's border.
    """
    share = rng.uniform(SMALLEST, LARGEST)
    places = []
    for low, high, length in ((box[0], box[2], width), (box[1], box[3], height)):
        size = max(round(share * length), int(np.ceil(ROOM * (high - low))))
        # From the face at the frame's far end to the face at its near end.
        first, last = int(np.ceil(high - size)), int(np.floor(low))
        places.append((int(rng.integers(first, last + 1)), size))
    (x, size_x), (y, size_y) = places
    return x, y, size_x, size_y
