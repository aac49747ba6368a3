"""Crowds: canvases with 12 to 30 faces of 6 to 40 pixels, cut out of real pictures, over faceless ones.

The named sets hold few small faces, and those of one set only. Here each size is as frequent as another
(uniform in its logarithm; who stands beside a face comes along), and every set gives some. A face keeps its
surroundings: a window of `CONTEXT` times its longer side, or what its picture has of that. It is only ever
shrunk. Every canvas is a pure function of the pool, the seed and its number.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from facewright.core.boxes import Floats, area, intersection
from facewright.core.errors import DataError
from facewright.datasets.open import open_dataset
from facewright.datasets.sample import Sample
from facewright.datasets.sets import read_sets
from facewright.transforms.canvas import Pool
from facewright.transforms.place import Labels, Pixels, Placement, cut_labels, place_labels, place_pixels

SETS = ("street-masks", "masks-colour", "masks-grey", "portraits-grey", "helen", "mtfl")
"""not webcams-grey: its boxes are rough"""
BACKGROUNDS = ("negatives-caltech101", "negatives-imagenet", "negatives-grey")
CANVASES, SEED = 60, 7
WIDTH, HEIGHT = 640, 480
SMALLEST, LARGEST = 6.0, 40.0
"""size of a face, square root of its box's area; a smaller one is a region to ignore"""
BANDS = {"6-12 px": (6.0, 12.0), "12-24 px": (12.0, 24.0), "24-40 px": (24.0, 40.0)}
FACES = (12, 30)
"""fewest and most; the last picture placed may hold a few more"""
CONTEXT = 3.0
COLUMNS, ROWS = 4, 3
"""backgrounds side by side: about as large as they are, and so as sharp as the faces"""
GREY = 4
"""every so many canvases one is grey and has faces of grey sets too; the others have colour ones only"""
TRIES = 300


def crowds(part: str, count: int = CANVASES, seed: int = SEED) -> list[Sample]:
    """The first `count` canvases of the named sets' `part`, "val" or "train"."""
    known = read_sets()
    every = {name: open_dataset(f"{name}/{part}") for name in SETS + BACKGROUNDS}
    pools = []
    for grey in (False, True):
        shown = {name: dataset for name, dataset in every.items() if grey or not known[name].grey}
        faces = [shown[name] for name in SETS if name in shown]
        backgrounds = [sample for name in BACKGROUNDS if name in shown for sample in shown[name]]
        pools.append(Pool(faces, [1.0] * len(faces), backgrounds))
    grey_ones = [number % GREY == GREY - 1 for number in range(count)]
    return [canvas(pools[grey], seed, number, grey) for number, grey in enumerate(grey_ones)]


def canvas(pool: Pool, seed: int, number: int, grey: bool = False) -> Sample:
    """Canvas `number`: its picture an array (480, 640, 3).

    Raises PictureError when a picture cannot be read, DataError when the pool has no faces so large.
    """
    rng = np.random.default_rng((seed, number))
    pixels = _background(pool, rng)
    wanted = int(rng.integers(FACES[0], FACES[1] + 1))
    stamps: list[Stamp] = []
    while sum(len(stamp.labels.boxes) for stamp in stamps) < wanted:
        size = float(np.exp(rng.uniform(np.log(SMALLEST), np.log(LARGEST))))
        tries = (_stamp(pool, size, rng) for _ in range(TRIES))
        stamp = next((stamp for stamp in tries if stamp is not None), None)
        if stamp is None:
            raise DataError(f"crowd {number}: hardly a face of {size:.0f} pixels in these sets; give others")
        stamps.append(stamp)
    taken, parts = np.zeros((0, 4), np.float32), [Labels.none()]
    # the largest first: they find no room among the small ones
    for stamp in sorted(stamps, key=lambda stamp: stamp.pixels.size, reverse=True):
        height, width = stamp.pixels.shape[:2]
        place = _free(width, height, taken, rng)
        if place is not None:
            x, y = place
            pixels[y : y + height, x : x + width] = stamp.pixels
            taken = np.concatenate([taken, np.array([[x, y, x + width, y + height]], np.float32)])
            parts.append(place_labels(stamp.labels, Placement(1, 0, 0, x, y)))
    if grey:
        pixels = np.repeat((pixels @ [0.299, 0.587, 0.114]).round().astype(np.uint8)[..., None], 3, axis=2)
    labels = Labels.join(parts)
    return Sample(f"crowd {number}", pixels, labels.boxes, labels.landmarks, ignore=labels.ignore)


class Stamp(NamedTuple):
    """A part of a picture, shrunk, and its labels."""

    pixels: Pixels
    labels: Labels


def _stamp(pool: Pool, size: float, rng: np.random.Generator) -> Stamp | None:
    """A window around a face that is to be of `size` pixels; None where the one drawn cannot be."""
    sample = pool.draw(rng)
    sizes = np.sqrt(area(sample.boxes))
    enough = np.flatnonzero(sizes >= size)
    if not len(enough):
        return None
    chosen = int(rng.choice(enough))
    picture, box, scale = sample.read(), sample.boxes[chosen], size / float(sizes[chosen])
    side = CONTEXT * float((box[2:] - box[:2]).max())
    whole = np.array(picture.shape[1::-1])
    corner = np.clip(
        (box[:2] + box[2:]) / 2 - side * rng.uniform(0.4, 0.6, 2), 0, np.maximum(whole - side, 0)
    )
    # rounded down: a pixel that the picture reaches in part would show what lies below
    width, height = np.maximum(np.floor(np.minimum(side, whole) * scale).astype(int), 1)
    placement = Placement(scale, float(corner[0]), float(corner[1]), 0, 0)
    pixels = np.zeros((height, width, 3), np.uint8)
    place_pixels(picture, placement, pixels)
    labels = place_labels(Labels(sample.boxes, sample.landmarks, sample.ignore), placement)
    labels = cut_labels(labels, width, height, SMALLEST)
    found = np.sqrt(area(labels.boxes))
    return Stamp(pixels, labels) if len(found) and found.max() <= LARGEST else None


def _background(pool: Pool, rng: np.random.Generator) -> Pixels:
    pixels = np.empty((HEIGHT, WIDTH, 3), np.uint8)
    width, height = WIDTH // COLUMNS, HEIGHT // ROWS
    for x in range(0, WIDTH, width):
        for y in range(0, HEIGHT, height):
            picture = _faceless(pool.fill, rng)
            whole = np.array(picture.shape[1::-1])
            scale = max(width / whole[0], height / whole[1])
            cell = np.zeros((height, width, 3), np.uint8)
            corner = rng.uniform(0, 1, 2) * np.maximum(whole - np.array([width, height]) / scale, 0)
            place_pixels(picture, Placement(scale, float(corner[0]), float(corner[1]), 0, 0), cell)
            pixels[y : y + height, x : x + width] = cell
    return pixels


def _faceless(fill: Sequence[Sample], rng: np.random.Generator) -> Pixels:
    return fill[int(rng.integers(len(fill)))].read()


def _free(width: int, height: int, taken: Floats, rng: np.random.Generator) -> tuple[int, int] | None:
    """A place where nothing lies yet, or None after `TRIES`."""
    x, y = rng.integers(0, WIDTH - width + 1, TRIES), rng.integers(0, HEIGHT - height + 1, TRIES)
    there = np.stack([x, y, x + width, y + height], axis=1)
    free = np.flatnonzero(~(intersection(there, taken) > 0).any(axis=1))
    return (int(x[free[0]]), int(y[free[0]])) if len(free) else None
