"""Windows with a face and windows without, by number: what a face-or-not network is trained on.

`window(number)` is a pure function of the seed and the number, so any worker can make any window, and a run
that was interrupted goes on with exactly the windows that it would have seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from facewright.core.boxes import area
from facewright.core.errors import DataError, PictureError
from facewright.core.pictures import picture_size
from facewright.datasets.negatives import annotated
from facewright.datasets.sample import Dataset, Problem, Sample
from facewright.transforms.crops import CropStyle, crop_square, faceless_window
from facewright.transforms.place import Pixels

WHOLE = np.full(4, np.nan, np.float32)
SMALLEST_FACE = 16.0
"""square root of a face's area, pixels of the picture: what is smaller shows nothing when it is enlarged"""
PICTURES_TRIED = 100
"""without finding room for a window, before the set is said to have none"""


class Window(NamedTuple):
    pixels: Pixels
    """uint8 RGB (side, side, 3)"""
    face: bool


@dataclass(frozen=True, eq=False)
class Source:
    """Windows of one kind from one set; those with `face` show one face each."""

    dataset: Dataset
    """what `faces_of` and `windows_of` leave of a set"""
    face: bool
    crops: bool = False
    """its pictures are crops already, taken whole"""

    def cut(self, sample: Sample, style: CropStyle, rng: np.random.Generator, still: bool) -> Pixels | None:
        """A window of one of its samples; None where a picture full of faces has no room for one without."""
        change = None if still else rng
        if self.crops:
            return crop_square(sample.read(), WHOLE, style, change)
        if not self.face:
            return faceless_window(sample, style.still if still else style, rng)
        boxes = sample.boxes[_shown(sample)]
        return crop_square(sample.read(), boxes[rng.integers(len(boxes))], style, change)


def faces_of(dataset: Dataset, crops: bool = False) -> Source:
    """The samples with a face large enough to be shown. Raises DataError where there is none."""
    return Source(_those(dataset, "face", [bool(_shown(sample).any()) for sample in dataset]), True, crops)


def windows_of(dataset: Dataset, crops: bool = False) -> Source:
    """The samples to take windows without a face from: of crops those that show none, of pictures all.

    Raises DataError where there is none, and for a set whose faces are not all annotated.
    """
    if not crops and not _all_annotated(dataset):
        raise DataError(
            f"{dataset.name}: not all of its faces are annotated, so that a window beside them may show one; "
            "give sets without faces, or fully annotated ones, as faceless"
        )
    kept = [not (crops and len(sample.boxes)) for sample in dataset]
    return Source(_those(dataset, "window without a face", kept), False, crops)


class WindowMaker:
    """Window 0, 2, 4 ... shows a face, window 1, 3, 5 ... none: an even batch holds as many of each."""

    def __init__(
        self,
        faces: Sequence[Source],
        faceless: Sequence[Source],
        weights: Sequence[float],
        style: CropStyle,
        seed: int,
    ) -> None:
        """weights: how often each source is drawn, those of `faces` and then those of `faceless`."""
        self.style, self.seed = style, seed
        self.sources = list(faces), list(faceless)
        parts = np.asarray(weights[: len(faces)], float), np.asarray(weights[len(faces) :], float)
        self.shares = tuple(part / part.sum() for part in parts)

    def window(self, number: int) -> Window:
        """The window of this number. Raises PictureError when a picture cannot be read, DataError for a set
        whose faces are not all annotated, or that leaves no room for a window without a face."""
        rng = np.random.default_rng((self.seed, number))
        kind = number % 2
        source = self.sources[kind][int(rng.choice(len(self.sources[kind]), p=self.shares[kind]))]
        return Window(_draw(source, self.style, rng), source.face)


def sources_of(dataset: Dataset, crops: bool = False) -> list[Source]:
    """All that a set is good for: faces where it holds some, and windows without where all are annotated."""
    with_face = [sample for sample in dataset if len(sample.boxes)]
    found = [faces_of(dataset, crops)] if with_face else []
    if crops:
        return found + ([windows_of(dataset, crops)] if len(with_face) < len(dataset) else [])
    if _all_annotated(dataset):
        found.append(windows_of(dataset))
    return found


def _all_annotated(dataset: Dataset) -> bool:
    """As far as the first picture with a face tells: annotating all faces is a habit of a set."""
    first = next((sample for sample in dataset if len(sample.boxes)), None)
    return first is None or annotated(first, *picture_size(first.picture))


def still_windows(
    source: Source, style: CropStyle, seed: int, limit: int, unread: list[Problem] | None = None
) -> Pixels:
    """(N, side, side, 3), unchanged windows to judge by: faces one a sample, at most `limit`, evenly spread.

    Without a face always `limit`, as a picture has many windows; of crops at most as many as there are. Pure
    functions of the seed and their numbers. Pictures that cannot be read are left out and told to `unread`;
    where it is None they raise PictureError.
    """
    samples = source.dataset.spread(limit)
    count = len(samples) if source.face or source.crops else limit
    windows, told = [np.zeros((0, style.side, style.side, 3), np.uint8)], set()
    for number in range(count):
        rng, sample = np.random.default_rng((seed, number)), samples[number % len(samples)]
        try:
            cut = source.cut(sample, style, rng, True)
            windows.append((_draw(source, style, rng, still=True) if cut is None else cut)[None])
        except PictureError as error:
            if unread is None:
                raise
            if sample.name not in told:
                unread.append(Problem(sample.name, str(error)))
            told.add(sample.name)
    return np.concatenate(windows)


def _draw(source: Source, style: CropStyle, rng: np.random.Generator, still: bool = False) -> Pixels:
    for _ in range(PICTURES_TRIED):
        sample = source.dataset[int(rng.integers(len(source.dataset)))]
        if (pixels := source.cut(sample, style, rng, still)) is not None:
            return pixels
    raise DataError(
        f"{source.dataset.name}: {PICTURES_TRIED} pictures have no room for a window without a face; "
        "take faceless windows from another set"
    )


def _shown(sample: Sample) -> np.ndarray:
    """(N,) which faces are large enough, or fill the picture somehow."""
    return np.isnan(sample.boxes).any(axis=1) | (area(sample.boxes) >= SMALLEST_FACE**2)


def _those(dataset: Dataset, what: str, kept: Sequence[bool]) -> Dataset:
    chosen = [i for i, keep in enumerate(kept) if keep]
    if not chosen:
        raise DataError(f"{dataset.name}: holds no {what}; give a set that does")
    return dataset.subset(chosen)
