"""The crops that attributes are learnt from: whole pictures of one face each, and tighter framings of them.

`crop(number)` is a pure function of the seed and the number, so any worker can make any crop, and a run that
was interrupted goes on with exactly the crops that it would have seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from facewright.datasets.sample import Sample
from facewright.transforms.crops import CropStyle, cut_window
from facewright.transforms.place import Pixels

Region = tuple[float, float, float, float]
"""x0, y0, x1, y1 as shares of a picture's width and height"""
WHOLE: Region = (0.0, 0.0, 1.0, 1.0)


@dataclass(frozen=True, eq=False)
class FaceSet:
    """Pictures of one face each, what is known of them, and how tightly they may be framed."""

    samples: Sequence[Sample]
    labels: NDArray[np.int8]
    """(N, A): 1 yes, 0 no, -1 unknown"""
    weight: float = 1.0
    """how often it is drawn, beside the other sets"""
    tight: Region = WHOLE
    """the tightest framing; a crop's is drawn between the whole picture and this one"""


class LabelledCrop(NamedTuple):
    pixels: Pixels
    """uint8 RGB (side, side, 3)"""
    labels: NDArray[np.int8]
    """(A,)"""


class CropMaker:
    """Makes crop number 0, 1, 2 ... of the sets in a style; its margin is of no use here."""

    def __init__(self, sets: Sequence[FaceSet], style: CropStyle, seed: int) -> None:
        self._sets, self._style, self._seed = sets, style, seed
        weights = np.array([faces.weight for faces in sets], float)
        self._shares = weights / weights.sum()

    def crop(self, number: int) -> LabelledCrop:
        """The crop of this number; raises PictureError when a picture cannot be read."""
        rng = np.random.default_rng((self._seed, number))
        faces = self._sets[int(rng.choice(len(self._sets), p=self._shares))]
        index = int(rng.integers(len(faces.samples)))
        region = _between(WHOLE, faces.tight, rng.random())
        pixels = frame(faces.samples[index].read(), region, self._style, rng)
        return LabelledCrop(pixels, faces.labels[index])


def frame(picture: Pixels, region: Region, style: CropStyle, rng: np.random.Generator) -> Pixels:
    """A region of a picture squashed to the square, jittered by the style: uint8 RGB (side, side, 3).

    Shrunk with antialiasing before anything else, as the exported file does it: without jitter the two agree.
    """
    height, width = picture.shape[:2]
    spans = np.array([region[2] - region[0], region[3] - region[1]])
    size = np.maximum(np.round(style.side / spans), 1).astype(int)
    if (width, height) != tuple(size):
        shrunk = Image.fromarray(picture).resize((int(size[0]), int(size[1])), Image.Resampling.BILINEAR)
        picture = np.asarray(shrunk)
    centre = np.array([region[0] + region[2], region[1] + region[3]]) / 2 * size
    return cut_window(picture, centre, np.full(2, float(style.side)), style, rng)


def _between(outer: Region, inner: Region, share: float) -> Region:
    x0, y0, x1, y1 = ((1 - share) * a + share * b for a, b in zip(outer, inner, strict=True))
    return x0, y0, x1, y1
