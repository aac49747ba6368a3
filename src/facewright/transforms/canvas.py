"""The canvases that a detector is trained on: close-ups and crowds made of real pictures.

`canvas(number)` is a pure function of the seed and the number, so any worker can make any canvas, and a run
that was interrupted goes on with exactly the canvases that it would have seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, NamedTuple

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from facewright.core.boxes import Floats
from facewright.datasets.sample import Sample
from facewright.transforms.distractors import FIRST, Kind, draw_distractors
from facewright.transforms.occlusion import occlude_faces
from facewright.transforms.paste import PasteStyle, paste_faces
from facewright.transforms.photometric import Photometric
from facewright.transforms.place import (
    Labels,
    Pixels,
    Placement,
    covers,
    cut_labels,
    place_labels,
    place_pixels,
)

Tiles = Annotated[int, Field(ge=1, le=8)]  # eight a side of the smallest canvas are 8 pixels each
Pasted = Annotated[int, Field(ge=1, le=20)]
PASTED, OCCLUDED = 1, 2
"""Streams of random numbers of their own: a canvas with faces pasted in or covered is otherwise the same."""


class CanvasStyle(BaseModel):
    """How canvases are made; shares are probabilities."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
    canvas: int = Field(256, ge=64, multiple_of=32, description="side of the square canvas, pixels")
    mosaic: float = Field(0.5, ge=0, le=1, description="share of canvases that are mosaics of many pictures")
    tiles: tuple[Tiles, Tiles] = Field((2, 5), description="fewest and most tiles a side in a mosaic")
    negative: float = Field(0.15, ge=0, le=1, description="share of tiles and single canvases without a face")
    distractor: float = Field(
        0.1, ge=0, le=1, description="share of faceless tiles with letters, dots, discs drawn in"
    )
    distractors: tuple[Kind, ...] = Field(
        FIRST, min_length=1, description="what is drawn in: letters, dots, discs; text, signs, halftone"
    )
    hard_negative: float = Field(
        0.0, ge=0, le=1, description="share of faceless tiles that show a false alarm of data.hard"
    )
    copy_paste: float = Field(
        0.0, ge=0, le=1, description="share of canvases onto which faces of other pictures are pasted"
    )
    pasted: tuple[Pasted, Pasted] = Field(
        (1, 4), description="fewest and most faces pasted onto such a canvas"
    )
    occlusion: float = Field(
        0.0, ge=0, le=1, description="share of faces partly covered by a mask, by glasses or by some thing"
    )
    truncation: float = Field(
        0.0,
        ge=0,
        le=0.25,
        description="a face may lie beyond the border of its tile by this share of its size",
    )
    smallest: float = Field(
        7, gt=0, description="faces under this size (square root of the area) are ignored, px"
    )
    largest: float = Field(0.95, gt=0, description="size of the largest face aimed at, share of the canvas")
    enlarge: float = Field(2.5, ge=1, description="a picture is enlarged at most this much")
    degrees: float = Field(25, ge=0, le=180, description="a turned picture is turned at most this much")
    turned: float = Field(0.4, ge=0, le=1, description="share of pictures that are turned")
    strength: float = Field(1.0, ge=0, le=1, description="of colour, blur, noise and compression")
    grey: float = Field(0.2, ge=0, le=1, description="share of canvases turned grey")

    @field_validator("tiles", "pasted")
    @classmethod
    def _in_order(cls, pair: tuple[int, int], info: ValidationInfo) -> tuple[int, int]:
        if pair[0] > pair[1]:
            what = "tiles a side" if info.field_name == "tiles" else "faces"
            raise ValueError(f"must be the fewest {what} and then the most")
        return pair


class Canvas(NamedTuple):
    pixels: Pixels
    """uint8 RGB (S, S, 3)"""
    labels: Labels


@dataclass
class Pool:
    """Samples drawn by weight: first a set, then one of its samples. `fill` are faceless pictures.

    `hard` are faceless pictures too, and their boxes are false alarms of a detector (datasets/alarms.py).
    """

    sets: Sequence[Sequence[Sample]]
    weights: Sequence[float]
    fill: Sequence[Sample]
    hard: Sequence[Sample] = ()

    def draw(self, rng: np.random.Generator) -> Sample:
        weights = np.asarray(self.weights, float)
        chosen = self.sets[int(rng.choice(len(self.sets), p=weights / weights.sum()))]
        return chosen[int(rng.integers(len(chosen)))]

    def draw_faceless(self, rng: np.random.Generator) -> Sample | None:
        return self.fill[int(rng.integers(len(self.fill)))] if len(self.fill) else None


class CanvasMaker:
    """Makes canvas number 0, 1, 2 ... of a pool in a style."""

    def __init__(self, pool: Pool, style: CanvasStyle, seed: int) -> None:
        self.pool, self.style, self.seed = pool, style, seed
        self._photometric = Photometric(style.strength, style.grey)

    def canvas(self, number: int) -> Canvas:
        """The canvas of this number; raises PictureError when a picture of the pool cannot be read."""
        rng = np.random.default_rng((self.seed, number))
        side = self.style.canvas
        pixels = np.empty((side, side, 3), np.uint8)
        if rng.random() < self.style.mosaic:
            columns, rows = (_cuts(side, int(rng.integers(self.style.tiles[0], self.style.tiles[1] + 1)), rng)
                             for _ in range(2))  # fmt: skip
        else:
            columns = rows = [0, side]
        parts = []
        for top, bottom in pairwise(rows):
            for left, right in pairwise(columns):
                labels = self._tile(pixels[top:bottom, left:right], rng)
                parts.append(_shift(labels, left, top))
        labels = Labels.join(parts)
        if self.style.copy_paste:
            labels = self._paste(pixels, labels, np.random.default_rng((self.seed, number, PASTED)))
        self._occlude(pixels, labels, number)
        return Canvas(self._photometric(pixels, rng), labels)

    def _paste(self, pixels: Pixels, labels: Labels, rng: np.random.Generator) -> Labels:
        style = self.style
        if rng.random() >= style.copy_paste:
            return labels
        how = PasteStyle(style.pasted, style.smallest, style.enlarge, style.degrees, style.turned)
        return paste_faces(pixels, labels, self.pool.draw, how, rng)

    def _occlude(self, pixels: Pixels, labels: Labels, number: int) -> None:
        if self.style.occlusion:
            rng = np.random.default_rng((self.seed, number, OCCLUDED))
            occlude_faces(pixels, labels, self.style.occlusion, self._thing, rng)

    def _thing(self, rng: np.random.Generator) -> Pixels:
        """What to cut a thing out of that stands before a face: a faceless picture, or else one colour."""
        faceless = self.pool.draw_faceless(rng)
        if faceless is None:
            return np.full((8, 8, 3), rng.integers(0, 256, 3), np.uint8)
        return faceless.read()

    def _tile(self, pixels: Pixels, rng: np.random.Generator) -> Labels:
        """Fill `pixels`, a view into the canvas, with one picture, over a faceless one where it is short."""
        if rng.random() < self.style.negative and len(self.pool.fill):
            # An alarm stands in a tile where a face would, as large as a face would be.
            if self.pool.hard and self.style.hard_negative and rng.random() < self.style.hard_negative:
                self._picture(pixels, self.pool.hard[int(rng.integers(len(self.pool.hard)))], rng)
            else:
                self._background(pixels, rng)
            if rng.random() < self.style.distractor:
                _draw_into(pixels, rng, self.style.distractors)
            return Labels.none()
        sample = self.pool.draw(rng)
        placement = self._picture(pixels, sample, rng)
        labels = place_labels(Labels(sample.boxes, sample.landmarks, sample.ignore), placement)
        return cut_labels(labels, pixels.shape[1], pixels.shape[0], self.style.smallest)

    def _picture(self, pixels: Pixels, sample: Sample, rng: np.random.Generator) -> Placement:
        """Draw a sample into `pixels`, over a faceless one where it is short, and tell how it lies there."""
        picture = sample.read()
        placement = self._placement(sample, picture.shape, pixels.shape[:2], rng)
        if not covers(picture.shape, placement, pixels.shape):
            self._background(pixels, rng)
        _place_into(pixels, picture, placement)
        return placement

    def _background(self, pixels: Pixels, rng: np.random.Generator) -> None:
        """Part of a faceless picture, or one colour where the pool has none."""
        colour = rng.integers(0, 256, 3)
        faceless = self.pool.draw_faceless(rng)
        if faceless is None:
            pixels[:] = colour
            return
        picture = faceless.read()
        height, width = picture.shape[:2]
        cover = max(pixels.shape[0] / height, pixels.shape[1] / width)
        scale = cover * np.exp(rng.uniform(0, np.log(2)))
        x, y = _centre_within(rng, (width, height), (pixels.shape[1], pixels.shape[0]), scale)
        mirror = bool(rng.random() < 0.5)
        placement = Placement(scale, x, y, pixels.shape[1] / 2, pixels.shape[0] / 2, 0, mirror)
        if not covers(picture.shape, placement, pixels.shape):  # by a rounding error
            pixels[:] = colour
        _place_into(pixels, picture, placement)

    def _placement(
        self, sample: Sample, shape: tuple[int, ...], target: tuple[int, int], rng: np.random.Generator
    ) -> Placement:
        """Choose a face and the size that it is to have, then a place: all sizes are seen equally often."""
        style, (height, width) = self.style, target
        side = min(height, width)
        mirror = bool(rng.random() < 0.5)
        degrees = float(rng.uniform(-style.degrees, style.degrees)) if rng.random() < style.turned else 0.0
        if len(sample.boxes) == 0:
            scale = float(np.exp(rng.uniform(np.log(0.5), np.log(1.5)))) * max(height, width) / max(shape[:2])
            scale = min(scale, style.enlarge)
            x, y = _centre_within(rng, (shape[1], shape[0]), (width, height), scale)
            return Placement(scale, x, y, width / 2, height / 2, degrees, mirror)
        box = sample.boxes[int(rng.integers(len(sample.boxes)))]
        own = float(np.sqrt(np.prod(box[2:] - box[:2])))
        wanted = np.exp(
            rng.uniform(np.log(style.smallest), np.log(max(style.largest * side, style.smallest + 1)))
        )
        # Not smaller than a quarter of the canvas: a stamp in the middle of another picture teaches little.
        scale = float(np.clip(wanted / own, 0.25 * side / max(shape[:2]), style.enlarge))
        x, y = (float(c) for c in (box[:2] + box[2:]) / 2)
        margin = (0.5 - style.truncation) * scale * own
        to_x, to_y = (_within(rng, margin, length) for length in (width, height))
        across = shape[1] - x if mirror else x
        return Placement(
            scale,
            x,
            y,
            _covering(to_x, across * scale, shape[1] * scale, width),
            _covering(to_y, y * scale, shape[0] * scale, height),
            degrees,
            mirror,
        )


def _covering(to: float, before: float, length: float, window: float) -> float:
    """Shift a placement so that a long picture covers the window and a short one lies inside it, on one axis.

    `to` is where the anchor shall land, `before` how much of the picture lies before the anchor.
    """
    slack = window - length
    return float(np.clip(to - before, min(slack, 0.0), max(slack, 0.0))) + before


def _cuts(side: int, count: int, rng: np.random.Generator) -> list[int]:
    """Borders of `count` strips of about equal width, shaken so that no border sits on the network's grid."""
    step = side / count
    inner = [round(step * (i + rng.uniform(-0.25, 0.25))) for i in range(1, count)]
    return [0, *inner, side]


def _within(rng: np.random.Generator, margin: float, length: int) -> float:
    """A place for a face's centre, at least `margin` from both ends where there is room."""
    return float(rng.uniform(margin, length - margin)) if length > 2 * margin else length / 2


def _centre_within(
    rng: np.random.Generator, size: tuple[int, int], window: tuple[int, int], scale: float
) -> tuple[float, float]:
    """A random point of a picture such that a window around it stays inside; the middle where it cannot."""
    halves = [w / scale / 2 for w in window]
    x, y = (rng.uniform(h, s - h) if s > 2 * h else s / 2 for s, h in zip(size, halves, strict=True))
    return float(x), float(y)


def _place_into(view: Pixels, picture: Pixels, placement: Placement) -> None:
    """cv2 wants a contiguous target, and a tile is a view into the canvas."""
    tile = np.ascontiguousarray(view)
    place_pixels(np.ascontiguousarray(picture), placement, tile)
    view[:] = tile


def _draw_into(view: Pixels, rng: np.random.Generator, kinds: Sequence[Kind]) -> None:
    tile = np.ascontiguousarray(view)
    draw_distractors(tile, rng, kinds)
    view[:] = tile


def _shift(labels: Labels, x: int, y: int) -> Labels:
    offset = np.array([x, y], np.float32)
    boxes: list[Floats] = [b + np.tile(offset, 2) for b in (labels.boxes, labels.ignore)]
    return Labels(boxes[0], labels.landmarks + offset, boxes[1])
