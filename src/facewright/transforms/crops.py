"""Square crops: one face with its surroundings, or a window without one, as small networks look at them."""

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import BaseModel, ConfigDict, Field

from facewright.datasets.negatives import free_window
from facewright.datasets.sample import Sample
from facewright.transforms.photometric import Photometric
from facewright.transforms.place import Pixels, warp_pixels


class CropStyle(BaseModel):
    """How crops are cut and changed; shares are probabilities. The defaults change nothing."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
    side: int = Field(64, ge=8, le=1024, description="of the square crop, pixels")
    margin: float = Field(
        0.15, ge=-0.4, le=2, description="around a box, on every side: share of its longer side"
    )
    shift: float = Field(
        0.0, ge=0, le=1, description="largest shift along an axis, share of the window's side"
    )
    zoom: float = Field(0.0, ge=0, le=2, description="largest growth of the window, .2: 1 / 1.2 to 1.2")
    aspect: float = Field(0.0, ge=0, le=1, description="largest stretch of one axis against the other")
    degrees: float = Field(0.0, ge=0, le=180, description="a turned crop is turned at most this much")
    turned: float = Field(1.0, ge=0, le=1, description="share of crops that are turned")
    mirror: float = Field(0.0, ge=0, le=1, description="share of crops that are mirrored left to right")
    strength: float = Field(0.0, ge=0, le=1, description="of colour, blur, noise and compression")
    grey: float = Field(0.0, ge=0, le=1, description="share of crops turned grey")
    erase: float = Field(0.0, ge=0, le=1, description="share of crops in which one rectangle is painted over")

    @property
    def still(self) -> "CropStyle":
        """The same window without any change: what validation looks at."""
        return CropStyle(side=self.side, margin=self.margin)

    @property
    def reach(self) -> float:
        """How far a changed crop may reach: the side of a square around it, in sides of its window."""
        angle = np.radians(min(self.degrees, 45) if self.turned else 0)
        growth = (1 + self.zoom) * (1 + self.aspect) ** 0.5 * (np.cos(angle) + np.sin(angle))
        return float(growth + 2 * self.shift)


def crop_square(
    picture: Pixels, box: ArrayLike, style: CropStyle, rng: np.random.Generator | None = None
) -> Pixels:
    """The square window around `box` as uint8 RGB (side, side, 3).

    picture: uint8 RGB (H, W, 3). box: x0, y0, x1, y1 in its pixels; the window is the box's longer side with
    the margin around it. NaN: the whole picture, squashed to a square, without a margin. `rng` draws the
    style's changes; without one there are none. What lies outside the picture repeats its border.
    """
    x0, y0, x1, y1 = np.asarray(box, np.float64)
    if np.isnan(x0 + y0 + x1 + y1):
        centre, size = np.array(picture.shape[1::-1]) / 2, np.array(picture.shape[1::-1], float)
    else:
        centre = np.array([x0 + x1, y0 + y1]) / 2
        size = np.full(2, max(x1 - x0, y1 - y0, 1.0) * (1 + 2 * style.margin))
    return cut_window(picture, centre, size, style, rng)


def faceless_window(sample: Sample, style: CropStyle, rng: np.random.Generator) -> Pixels | None:
    """A random square window that touches no face, changed by the style: uint8 RGB (side, side, 3), or None.

    None for a picture full of faces, in which no such window was found. Raises DataError for a picture with
    faces that nobody annotated, PictureError for one that cannot be read.
    """
    picture = sample.read()
    window = free_window(sample, picture.shape[1], picture.shape[0], rng)
    if window is None:
        return None
    # Changes may not turn or shift a face into the crop; where there is none, they may reach over the border.
    reach = style.reach if len(sample.boxes) or len(sample.ignore) else 1.0
    return cut_window(picture, (window[:2] + window[2:]) / 2, (window[2:] - window[:2]) / reach, style, rng)


def cut_window(
    picture: Pixels,
    centre: NDArray[np.floating],
    size: NDArray[np.floating],
    style: CropStyle,
    rng: np.random.Generator | None,
) -> Pixels:
    """The window of `size` (width, height) about `centre` (x, y), jittered: uint8 RGB (side, side, 3).

    A window that is no square is squashed; the style's margin is not added.
    """
    crop = np.empty((style.side, style.side, 3), np.uint8)
    linear = np.diag(style.side / size)
    if rng is not None:
        # Always the same draws, whatever the style: a key changed changes nothing else of a crop.
        move, grow, stretch = rng.uniform(-1, 1, 2), rng.uniform(-1, 1), rng.uniform(-1, 1)
        turn, turned, mirrored = rng.uniform(-1, 1), rng.random(), rng.random()
        centre = centre + style.shift * move * size
        zoom, aspect = (1 + style.zoom) ** grow, (1 + style.aspect) ** (stretch / 2)
        flip = -1 if mirrored < style.mirror else 1
        angle = np.radians(style.degrees * turn) if turned < style.turned else 0.0
        rotation = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        linear = rotation @ linear @ np.diag([flip * aspect / zoom, 1 / (aspect * zoom)])
    matrix = np.concatenate([linear, (style.side / 2 - linear @ centre)[:, None]], axis=1)
    warp_pixels(picture, matrix, crop, replicate=True)
    if rng is None:
        return crop
    if rng.random() < style.erase:
        _erase(crop, rng)
    if style.strength or style.grey:
        crop = _photometric(style.strength, style.grey)(crop, rng)
    return crop


def _erase(crop: Pixels, rng: np.random.Generator) -> None:
    """Paint over a random rectangle, in place (Zhong et al., "Random Erasing Data Augmentation", 2020)."""
    side = crop.shape[0]
    share, aspect = rng.uniform(0.03, 0.2), np.exp(rng.uniform(-1, 1))
    width, height = (np.sqrt([share * aspect, share / aspect]) * side).round().astype(int).clip(1, side)
    x, y = rng.integers(0, side - width + 1), rng.integers(0, side - height + 1)
    crop[y : y + height, x : x + width] = rng.integers(0, 256, 3)


@lru_cache(maxsize=8)
def _photometric(strength: float, grey: float) -> Photometric:
    """Building a pipeline takes longer than cutting a hundred crops."""
    return Photometric(strength, grey)


def grey(crops: Pixels) -> Pixels:
    """uint8 RGB (..., 3) without its colour: the luma of ITU-R BT.601 in all three channels."""
    luma = crops @ np.array([0.299, 0.587, 0.114], np.float32)
    return np.repeat(luma.round().astype(np.uint8)[..., None], 3, axis=-1)
