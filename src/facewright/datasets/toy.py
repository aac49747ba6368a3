"""The toy set: people drawn by a few hundred lines, as many as wanted, with nothing to download.

Each picture is a pure function of (seed, index), so that a set of any length is the same on every machine,
and its boxes, landmarks and attributes are exact, because the same numbers give the drawing.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from facewright.core.errors import UsageError
from facewright.datasets.sample import Dataset, Sample
from facewright.datasets.toy_face import ATTRIBUTES, Look, Pose, attributes, face_box, landmarks, random_look
from facewright.datasets.toy_pen import Pen
from facewright.datasets.toy_person import draw_person
from facewright.datasets.toy_scene import draw_scene

VERSION = 2
"""Counted up when a drawing changes, so that caches of the older ones are rebuilt."""
MOST = 10**9
"""pictures in a set; all differ"""
SMALLEST, LARGEST = 12.0, 0.8
"""Height of a face: pixels, share of the picture's side."""


def read(path: Path, *, seed: int = 0, size: int = 256, people: bool = True) -> Dataset:
    """`toy:COUNT?seed=0&size=256`: for this set, `path` is how many pictures. Raises UsageError.

    people: `toy:COUNT?people=false` draws the rooms, the open air and the things alone.
    """
    count = str(path)
    if not count.isdecimal() or not 1 <= int(count) <= MOST:
        raise UsageError(
            f"toy:{count}: is no number of pictures from 1 to {MOST:,}; write for example toy:500"
        )
    if size < 32:
        raise UsageError(f"toy: size={size} is too small to draw faces in; use at least 32")
    if seed < 0:
        raise UsageError(f"toy: seed={seed} is negative; use 0 or more")
    without = "" if people else "&people=false"
    return Dataset(
        f"toy:{count}?seed={seed}&size={size}{without}", ToySamples(int(count), seed, size, people)
    )


@dataclass(frozen=True, slots=True)
class ToySamples(Sequence[Sample]):
    """So many square pictures of `size` pixels, each drawn when it is asked for. Pickles as four values."""

    pictures: int
    seed: int = 0
    size: int = 256
    people: bool = True

    @property
    def fingerprint(self) -> str:
        return f"toy {VERSION} {self.pictures} {self.seed} {self.size}{'' if self.people else ' empty'}"

    def __len__(self) -> int:
        return self.pictures

    def __getitem__(self, index):  # type: ignore[no-untyped-def]
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(self.pictures))]
        return draw_sample(self.seed, range(self.pictures)[index], self.size, people=self.people)

    def __iter__(self) -> Iterator[Sample]:
        return (self[index] for index in range(self.pictures))


def draw_sample(seed: int, index: int, size: int = 256, *, people: bool = True) -> Sample:
    """Picture `index` of the toy set with this seed, `size` x `size` pixels."""
    rng = np.random.default_rng([seed, index])
    pen = Pen(size, size)
    draw_scene(pen, rng)
    grey = bool(rng.random() < 0.12)
    crowd = _people(rng, size) if people else []
    for look, pose, figure in reversed(crowd):  # far ones first
        draw_person(pen, look, pose, figure=figure)
    pixels = _photograph(pen.finish(), rng, grey)
    count = len(crowd)
    boxes = np.array([face_box(look, pose) for look, pose, _ in crowd], np.float32).reshape(count, 4)
    points = np.array([landmarks(look, pose) for look, pose, _ in crowd], np.float32).reshape(count, 5, 2)
    known = [attributes(look, grey=grey) for look, _, _ in crowd]
    name = f"toy-{seed}-{index:06d}"
    return Sample(
        name,
        pixels,
        np.clip(boxes, 0, size),
        points,
        {key: np.array([values[key] for values in known], np.int8) for key in ATTRIBUTES},
        group=name,
    )


_Person = tuple[Look, Pose, bool]


def _people(rng: np.random.Generator, size: int) -> list[_Person]:
    """Who is in the picture, near (large) ones first; no face more than a little behind another person."""
    wanted = int(rng.choice(13, p=_COUNTS))
    if not wanted:
        return []
    largest = LARGEST * size / math.sqrt(wanted)
    smallest = min(SMALLEST, largest)
    heights = np.sort(np.exp(rng.uniform(math.log(smallest), math.log(largest), wanted)))[::-1]
    people: list[_Person] = []
    taken = np.zeros((0, 4))
    for height in heights:
        look = random_look(rng)
        roll = math.radians(float(np.clip(rng.normal(0, 11), -30, 30)))
        yaw = math.radians(rng.uniform(-26, 26))
        unit = height / 2
        centred = Pose(0, 0, unit, roll, yaw)
        around, points = face_box(look, centred), landmarks(look, centred)
        grounded = rng.random() < 0.6
        for x, y in rng.uniform(0, size, (16, 2)).tolist():
            box = around + [x, y, x, y]
            figure = size - y > 4.2 * unit  # there is room for legs
            if figure and grounded and y + 6 * unit < 0.66 * size:
                continue  # hanging in the air
            # Up to a tenth of a face may be cut off by the edge, but no landmark.
            outside = np.maximum(np.maximum(-box[:2], box[2:] - size), 0) / (box[2:] - box[:2])
            marks = points + [x, y]
            if outside.max() > 0.1 or marks.min() < 0 or marks.max() > size or _covered(box, taken) > 0.1:
                continue
            pose = Pose(x, y, unit, roll, yaw)
            people.append((look, pose, figure))
            taken = np.concatenate([taken, _room_of(pose, figure, size)])
            break
    return people


_COUNTS = np.array([12, 26, 16, 11, 8, 6, 5, 4, 3, 3, 2, 2, 2]) / 100
"""Chance of 0 to 12 people."""


def _room_of(pose: Pose, figure: bool, size: int) -> NDArray[np.float64]:
    """(2, 4) what a person hides: the head with its hair, the body."""
    x, y, u = pose.x, pose.y, pose.unit
    bottom = y + 6.2 * u if figure else size
    return np.array(
        [[x - 1.2 * u, y - 1.7 * u, x + 1.2 * u, y + 1.2 * u], [x - 1.5 * u, y + u, x + 1.5 * u, bottom]]
    )


def _covered(box: NDArray[np.float64], others: NDArray[np.float64]) -> float:
    """The largest share of the box that one of the others covers."""
    if not len(others):
        return 0.0
    low, high = np.maximum(box[:2], others[:, :2]), np.minimum(box[2:], others[:, 2:])
    shared = np.clip(high - low, 0, None).prod(axis=1)
    return float(shared.max() / (box[2:] - box[:2]).prod())


def _photograph(image: Image.Image, rng: np.random.Generator, grey: bool) -> NDArray[np.uint8]:
    """Uneven light, some grain, at times no colour."""
    light = rng.normal(0.97, 0.06) + rng.normal(0, 0.06, (3, 3))
    field = Image.fromarray(np.float32(light)).resize(image.size, Image.Resampling.BILINEAR)
    if grey:
        image = image.convert("L").convert("RGB")
    pixels = np.asarray(image, np.float32) * np.asarray(field)[..., None]
    if rng.random() < 0.5:
        grain = rng.standard_normal(pixels.shape[:2], np.float32) * np.float32(rng.uniform(1, 5))
        pixels += grain[..., None]
    return np.clip(pixels, 0, 255).astype(np.uint8)
