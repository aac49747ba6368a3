"""The crops that attributes are learnt from: whole pictures of one face each, and tighter framings of them.

`crop(number)` is a pure function of the seed and the number, so any worker can make any crop, and a run that
was interrupted goes on with exactly the crops that it would have seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pydantic import Field, model_validator

from facewright.datasets.sample import Sample
from facewright.transforms.crops import CropStyle, cut_window
from facewright.transforms.place import Pixels

Region = tuple[float, float, float, float]
"""x0, y0, x1, y1 as shares of a picture's width and height"""
WHOLE: Region = (0.0, 0.0, 1.0, 1.0)
MOST = 0.5
"""of a crop that is mixed with another one at most this much is the other's, drawn uniformly from 0 on"""


class FaceStyle(CropStyle):
    """How crops are cut, changed, and mixed with one another; the margin is of no use here."""

    mixup: float = Field(0.0, ge=0, le=1, description="share of crops that another one is blended into")
    cutmix: float = Field(
        0.0, ge=0, le=1, description="share of crops that a piece of another one is put into"
    )

    @model_validator(mode="after")
    def _share(self) -> Self:
        if self.mixup + self.cutmix > 1:
            raise ValueError(
                f"mixup and cutmix are {self.mixup + self.cutmix:g} together, more than all crops"
            )
        return self


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
    labels: NDArray[np.float32]
    """(A,): 1 yes, 0 no, between them as much of a yes as the crop holds, -1 unknown"""


class CropMaker:
    """Makes crop number 0, 1, 2 ... of the sets in a style."""

    def __init__(self, sets: Sequence[FaceSet], style: FaceStyle, seed: int) -> None:
        self._sets, self._style, self._seed = sets, style, seed
        weights = np.array([faces.weight for faces in sets], float)
        self._shares = weights / weights.sum()

    def crop(self, number: int) -> LabelledCrop:
        """The crop of this number; raises PictureError when a picture cannot be read."""
        rng = np.random.default_rng((self._seed, number))
        crop, mixed = self._one(rng), rng.random()
        if mixed < self._style.mixup:
            return blended(crop, self._one(rng), rng.uniform(0, MOST))
        if mixed < self._style.mixup + self._style.cutmix:
            return pasted(crop, self._one(rng), rng.uniform(0, MOST), rng)
        return crop

    def _one(self, rng: np.random.Generator) -> LabelledCrop:
        faces = self._sets[int(rng.choice(len(self._sets), p=self._shares))]
        index = int(rng.integers(len(faces.samples)))
        region = _between(WHOLE, faces.tight, rng.random())
        pixels = frame(faces.samples[index].read(), region, self._style, rng)
        return LabelledCrop(pixels, faces.labels[index].astype(np.float32))


def blended(crop: LabelledCrop, other: LabelledCrop, share: float) -> LabelledCrop:
    """Both over one another, `share` of it the other (Zhang et al., "mixup", 2018)."""
    pixels = (1 - share) * crop.pixels.astype(np.float32) + share * other.pixels
    return LabelledCrop(pixels.round().astype(np.uint8), _mixed_labels(crop, other, share))


def pasted(crop: LabelledCrop, other: LabelledCrop, share: float, rng: np.random.Generator) -> LabelledCrop:
    """A square, about `share` of the area, from the same place of the other (Yun et al., "CutMix", 2019)."""
    side = len(crop.pixels)
    length = round(side * share**0.5)
    x, y = rng.integers(0, side - length + 1, 2)
    pixels = crop.pixels.copy()
    pixels[y : y + length, x : x + length] = other.pixels[y : y + length, x : x + length]
    return LabelledCrop(pixels, _mixed_labels(crop, other, (length / side) ** 2))


def _mixed_labels(crop: LabelledCrop, other: LabelledCrop, share: float) -> NDArray[np.float32]:
    known = (crop.labels >= 0) & (other.labels >= 0)
    return np.where(known, (1 - share) * crop.labels + share * other.labels, -1).astype(np.float32)


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
