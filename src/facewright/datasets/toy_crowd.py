"""A picture of as many drawn faces as wanted, for timing: anyone can make it again."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from facewright.datasets.sample import Sample
from facewright.datasets.toy import MOST, ToySamples

MARGIN = 0.6
"""of a face's size, left around it"""


def crowd(count: int, width: int = 640, height: int = 480, seed: int = 0) -> NDArray[np.uint8]:
    """A picture (height, width, 3) with `count` drawn faces, in rows, as large as there is room for."""
    columns = int(np.ceil(np.sqrt(max(count, 1) * width / height)))
    rows = max(-(-count // columns), 1)
    tile = min(width // columns, height // rows, height // 2)
    picture = np.full((height, width, 3), 110, np.uint8)
    faces = (
        sample for sample in ToySamples(MOST, seed, 160) if len(sample.boxes)
    )  # drawn as they are asked for
    for number in range(count):
        y, x = (number // columns) * tile, (number % columns) * tile
        picture[y : y + tile, x : x + tile] = face_square(next(faces), tile)
    return picture


def face_square(sample: Sample, side: int) -> NDArray[np.uint8]:
    """The square around a sample's first face, as `side` x `side` pixels."""
    box = sample.boxes[0]
    x, y = (box[:2] + box[2:]) / 2
    half = float((box[2:] - box[:2]).max()) * (1 + MARGIN) / 2
    x0, y0, x1, y1 = (round(float(edge)) for edge in (x - half, y - half, x + half, y + half))
    square = Image.fromarray(sample.read()).crop((x0, y0, x1, y1))
    return np.asarray(square.resize((side, side), Image.Resampling.BILINEAR))
