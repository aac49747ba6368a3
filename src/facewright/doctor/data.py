"""`Data`: a set of pictures with its labels, and `Glimpse`, what one look at a picture of it tells.

    Data("mine", Dataset("mine", [Sample("a.jpg", Path("a.jpg"), boxes, no_landmarks(len(boxes))), ...]))

The look is shared by all checks: each picture is decoded once, small, when the first check asks.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property, wraps
from typing import TypeVar
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image

from facewright.core.errors import PictureError
from facewright.core.opening import explained, opened
from facewright.core.pictures import load_picture, resize_picture
from facewright.datasets.duplicates import Hashes, difference_hash
from facewright.datasets.sample import Dataset, Sample
from facewright.doctor.subject import Subject

T = TypeVar("T")
SMALL = 128
"""long side of the picture that a glimpse keeps, pixels: a thousand take 50 MB"""
_BATCH = 64


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What a picture's file says besides its pixels."""

    format: str
    """Pillow's name, such as "JPEG" """
    mode: str
    """Pillow's name of how colours are stored, such as "RGB" or "L" (grey)"""
    orientation: int
    """of EXIF, 1 (upright) to 8; 5 and more are turned by a quarter"""
    quality: int | None
    """of JPEG, about 1 to 100, as libjpeg counts; None for other formats"""


@dataclass(frozen=True, eq=False, slots=True)
class Glimpse:
    """One picture of a set: its labels and a small copy, or why it could not be read."""

    index: int
    """in the data set"""
    sample: Sample
    error: str
    """why it could not be read; empty where it could"""
    width: int
    """of the full upright picture, the one that the labels are pixels of; 0 where it could not be read"""
    height: int
    picture: NDArray[np.uint8]
    """(h, w, 3) RGB, at most SMALL long; (0, 0, 3) where it could not be read"""
    hash: Hashes
    """(4,) uint64, see datasets/duplicates.py; zeros where it could not be read"""
    file: FileFacts | None
    """None for a picture that is no file, and for one that could not be read"""


@dataclass(frozen=True, eq=False)
class Data(Subject):
    """A data set to be examined."""

    dataset: Dataset
    limit: int = 1000
    """pictures looked at, evenly spread over the set"""
    progress: Callable[[int, int], object] = lambda done, total: None
    """told of (pictures looked at, pictures to look at)"""

    @cached_property
    def glimpses(self) -> Sequence[Glimpse]:
        """One for each picture looked at, in the order of the set; those that could not be read too."""
        indices = spread_indices(len(self.dataset), self.limit)
        found: list[Glimpse] = []
        for glimpse in _look(self.dataset, indices):
            found.append(glimpse)
            self.progress(len(found), len(indices))
        return found

    @cached_property
    def readable(self) -> Sequence[Glimpse]:
        """The glimpses of pictures that could be read."""
        return [glimpse for glimpse in self.glimpses if not glimpse.error]

    @property
    def whole(self) -> bool:
        """Every picture of the set is looked at."""
        return len(self.dataset) <= self.limit


def once(look: Callable[[Data], T]) -> Callable[[Data], T]:
    """Computed for each `Data` once and kept as long as that: what several checks ask of the same set."""
    known: WeakKeyDictionary[Data, T] = WeakKeyDictionary()

    @wraps(look)
    def kept(data: Data) -> T:
        if data not in known:
            known[data] = look(data)
        return known[data]

    return kept


def spread_indices(count: int, limit: int) -> list[int]:
    """At most `limit` indices below `count`, evenly spread."""
    if count <= limit:
        return list(range(count))
    return np.linspace(0, count - 1, limit).round().astype(int).tolist()


def glimpse_at(dataset: Dataset, index: int) -> Glimpse:
    """Look at one picture of a set."""
    sample = dataset[index]
    try:
        full = load_picture(sample.picture, size=2 * SMALL)  # averaged down, not decimated: less noise
        facts = _file_facts(sample)
    except PictureError as error:
        nothing = np.zeros((0, 0, 3), np.uint8), np.zeros(4, np.uint64)
        return Glimpse(index, sample, str(error), 0, 0, *nothing, None)
    small = resize_picture(full.array, SMALL)
    return Glimpse(index, sample, "", full.width, full.height, small, difference_hash(full.array), facts)


def _look(dataset: Dataset, indices: Sequence[int]) -> Iterator[Glimpse]:
    with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
        for start in range(0, len(indices), _BATCH):
            yield from pool.map(lambda i: glimpse_at(dataset, i), indices[start : start + _BATCH])


def _file_facts(sample: Sample) -> FileFacts | None:
    if isinstance(sample.picture, np.ndarray):
        return None
    with opened(sample.picture, None) as (image, name), explained(name):
        orientation = image.getexif().get(ExifTags.Base.Orientation, 1)
        upright = not isinstance(orientation, int) or not 1 <= orientation <= 8
        return FileFacts(image.format or "", image.mode, 1 if upright else orientation, _jpeg_quality(image))


def _jpeg_quality(image: Image.Image) -> int | None:
    """From the mean of the brightness table, as libjpeg scales the standard's: by 50 / q, or 2 - q / 50."""
    tables: dict[int, list[int]] | None = getattr(image, "quantization", None)
    if not tables or 0 not in tables:
        return None
    percent = 100 * float(np.mean(tables[0])) / _MEAN_OF_STANDARD
    return round(5000 / percent if percent > 100 else 100 - percent / 2)


_MEAN_OF_STANDARD = 57.625
"""of the 64 entries of the brightness table in annex K of the JPEG standard, which is quality 50"""
