"""Antialiased shapes for the toy set: everything is a polygon or a line, drawn large and shrunk once."""

import math
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Points = NDArray[np.float64]
Colour = tuple[int, ...]
"""RGB, or RGB with opacity"""
OVERSAMPLE = 3
INK: Colour = (44, 34, 38)


class Pen:
    """Draws in pixels of the final picture (edges, not indices) on a canvas OVERSAMPLE times as large."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self.image = Image.new("RGB", (width * OVERSAMPLE, height * OVERSAMPLE))
        self._draw = ImageDraw.Draw(self.image, "RGBA")

    def polygon(self, points: Points, fill: Colour) -> None:
        # Pillow means the middle of a pixel by its index: half a pixel less than the edge.
        self._draw.polygon((points * OVERSAMPLE - 0.5).ravel().tolist(), fill=fill)

    def line(self, points: Points, fill: Colour, width: float) -> None:
        """With round ends and joints."""
        scaled = points * OVERSAMPLE - 0.5
        thick = max(1, round(width * OVERSAMPLE))
        self._draw.line(scaled.ravel().tolist(), fill=fill, width=thick, joint="curve")
        if thick > 2:
            for x, y in (scaled[0], scaled[-1]):
                r = thick / 2 - 0.5
                self._draw.ellipse((x - r, y - r, x + r, y + r), fill=fill)

    def rectangle(self, x0: float, y0: float, x1: float, y1: float, fill: Colour) -> None:
        self.polygon(np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]]), fill)

    def backdrop(self, colours: NDArray[np.uint8]) -> None:
        """Fill all with a smooth (rows, columns, 3) field of colours."""
        smooth = Image.fromarray(colours).resize((self.width, self.height), Image.Resampling.BICUBIC)
        self.image.paste(smooth.resize(self.image.size, Image.Resampling.NEAREST))  # shrunk again at the end

    def text(self, x: float, y: float, text: str, fill: Colour, size: float) -> None:
        """Centred at x, y; size is the height of the letters in pixels."""
        where = (x * OVERSAMPLE, y * OVERSAMPLE)
        # Sizes in steps, so that few fonts are ever loaded.
        self._draw.text(
            where, text, fill=fill, font=_font(max(1, round(size * OVERSAMPLE / 8)) * 8), anchor="mm"
        )

    def finish(self) -> Image.Image:
        return self.image.reduce(OVERSAMPLE)


@cache
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """The font that Pillow carries."""
    return ImageFont.load_default(size)


def ellipse(x: float, y: float, rx: float, ry: float, start: float = 0, stop: float = 2 * math.pi) -> Points:
    """(N, 2) points from angle `start` to `stop`; 0 is right, a quarter turn is down."""
    return _arc(start, stop) * (rx, ry) + (x, y)


@lru_cache(64)
def _arc(start: float, stop: float) -> Points:
    """Of the unit circle."""
    angle = np.linspace(start, stop, 28)
    return np.stack([np.cos(angle), np.sin(angle)], axis=1)


def smooth(points: Points) -> Points:
    """The closed outline with its corners cut twice: round, and inside the sharp one."""
    for _ in range(2):
        following = np.roll(points, -1, axis=0)
        points = np.stack([0.75 * points + 0.25 * following, 0.25 * points + 0.75 * following], axis=1)
        points = points.reshape(-1, 2)
    return points


def shade(colour: Colour, factor: float) -> tuple[int, int, int]:
    """Darker below 1, nearer to white above."""
    if factor <= 1:
        r, g, b = (round(v * factor) for v in colour[:3])
    else:
        r, g, b = (round(255 - (255 - v) * (2 - factor)) for v in colour[:3])
    return r, g, b
