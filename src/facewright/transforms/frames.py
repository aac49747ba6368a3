"""Pictures with one face or none, as a localiser is trained on them: squashed whole, or framed anew.

`frame(number)` is a pure function of the seed and the number, as with `CanvasMaker`.
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from facewright.core.boxes import Floats
from facewright.datasets.sample import Dataset, Problem
from facewright.transforms.canvas import CanvasMaker, CanvasStyle, Pool
from facewright.transforms.crops import CropStyle, crop_square
from facewright.transforms.place import Labels, Pixels

Faceless = Literal["noise", "real"]
WHOLE = (np.nan,) * 4


class WholeStyle(BaseModel):
    """Whole pictures squashed to a square and otherwise left as they are."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
    canvas: int = Field(128, ge=64, multiple_of=32, description="side of the square, pixels")
    negative: float = Field(0.2, ge=0, le=1, description="share of pictures without a face")
    faceless: Faceless = Field(
        "real", description="what these are: uniform noise, or real pictures (none where the pool has none)"
    )


class FrameStyle(CanvasStyle):
    """As a single-picture canvas: the face of any size anywhere in the frame, frames of any shape."""

    canvas: int = Field(128, ge=64, multiple_of=32, description="side of the square, pixels")
    mosaic: float = Field(0.0, ge=0, le=0, description="a frame is one picture")
    copy_paste: float = Field(0.0, ge=0, le=0, description="a frame shows one face")
    hard_negative: float = Field(0.0, ge=0, le=0, description="frames without a face know no alarms")
    faceless: Faceless = Field("real", description="what pictures without a face are: noise, or real ones")
    letterboxed: float = Field(
        0.6, ge=0, le=1, description="share of frames that are not square: black to the right or below"
    )
    narrowest: float = Field(0.5, gt=0.1, le=1, description="least short side of a frame, share of the long")


class Frame(NamedTuple):
    """A square picture and its one face."""

    pixels: Pixels
    """uint8 RGB (S, S, 3)"""
    box: Floats
    """(4,), zeros where there is none"""
    present: int
    """1 a face, 0 none, -1 not known: the face is mostly outside, or too small"""

    @classmethod
    def of(cls, pixels: Pixels, labels: Labels) -> "Frame":
        if len(labels.boxes):
            return cls(pixels, labels.boxes[0], 1)
        return cls(pixels, np.zeros(4, np.float32), -1 if len(labels.ignore) else 0)


class WholeMaker:
    """Makes frame number 0, 1, 2 ... of a pool of single faces: whole pictures, squashed."""

    def __init__(self, pool: Pool, style: WholeStyle, seed: int) -> None:
        self.pool, self.style, self.seed = pool, style, seed
        self._squash = CropStyle(side=style.canvas)

    def frame(self, number: int) -> Frame:
        """The frame of this number; raises PictureError when a picture of the pool cannot be read."""
        rng = np.random.default_rng((self.seed, number))
        side = self.style.canvas
        if rng.random() < self.style.negative:
            if self.style.faceless == "noise":
                return Frame.of(_noise(side, rng), Labels.none())
            if without := self.pool.draw_faceless(rng):
                return Frame.of(crop_square(without.read(), WHOLE, self._squash), Labels.none())
        sample = self.pool.draw(rng)
        picture = sample.read()
        height, width = picture.shape[:2]
        scale = np.array([side / width, side / height] * 2, np.float32)
        return Frame(crop_square(picture, WHOLE, self._squash), sample.boxes[0] * scale, 1)


class FrameMaker(CanvasMaker):
    """Makes frame number 0, 1, 2 ... of a pool of single faces: the face anywhere in a frame of any shape."""

    style: FrameStyle

    def __init__(self, pool: Pool, style: FrameStyle, seed: int) -> None:
        super().__init__(pool, style, seed)
        # With noise real pictures without faces lie behind short ones, but do not stand alone.
        self._alone = style.negative if style.faceless == "noise" else 0.0
        if self._alone:
            self.style = style.model_copy(update={"negative": 0.0})

    def frame(self, number: int) -> Frame:
        """The frame of this number; raises PictureError when a picture of the pool cannot be read."""
        rng = np.random.default_rng((self.seed, number))
        style, side = self.style, self.style.canvas
        if self._alone and rng.random() < self._alone:
            return Frame.of(_noise(side, rng), Labels.none())
        pixels = np.zeros((side, side, 3), np.uint8)
        height = width = side
        if rng.random() < style.letterboxed:
            short = round(side * rng.uniform(style.narrowest, 1))
            height, width = (side, short) if rng.random() < 0.5 else (short, side)
        inner = np.zeros((height, width, 3), np.uint8)
        labels = self._tile(inner, rng)
        self._occlude(inner, labels, number)
        pixels[:height, :width] = self._photometric(inner, rng)  # what a letterbox adds stays black
        return Frame.of(pixels, labels)


def single_faces(dataset: Dataset) -> Dataset:
    """The pictures that hold exactly one face; how many others were left out is said among its problems.

    A picture in which more is known to be ignored than one annotated face stays: its face is the one meant.
    """
    places: Sequence[int] = [i for i, sample in enumerate(dataset) if len(sample.boxes) == 1]
    chosen = dataset.subset(places)
    left = len(dataset) - len(places)
    if not left:
        return chosen
    said = Problem(dataset.name, f"{left} of {len(dataset)} pictures hold no face or several; left out")
    return Dataset(chosen.name, chosen.samples, (*chosen.problems, said))


def _noise(side: int, rng: np.random.Generator) -> Pixels:
    """Uniform random colours: what the description calls a picture without a face."""
    return rng.integers(0, 256, (side, side, 3), np.uint8)
