"""Which views of a picture are looked at: whole, in tiles for tiny faces, small for close-ups, turned.

A network finds faces of a certain range of sizes in what it sees. Overlapping tiles move tiny faces into it,
a smaller copy those that fill the frame, and turning brings up heads that are not.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from numbers import Integral
from typing import Literal

import numpy as np

from facewright.core.errors import UsageError
from facewright.inference.views import View

OVERLAP = 0.2
"""of tiles, as a share of one: a face up to about `(1 - 2 * CUT) * OVERLAP` of a tile is whole in one"""
STEP = 8.0
"""At most so many times smaller is the next size at which a picture is seen: faces that are too large for the
overlap (128 pixels of 640) have 16 there, and are found."""
SMALLEST_CLOSE_UP = 80
"""long side of a close-up in pixels, at least: where a face that goes beyond the frame is found best"""
CLOSER = 5
"""At most so many times smaller is the next close-up: faces that are too large in one (250 pixels) are not
yet too small in the next."""
LARGE = 32.0
"""pixels, of the faces that close-ups tell; smaller ones the whole picture shows better"""
MOST_TILES = 64
TURNS = {1: (0,), 4: (0, 90, 180, 270), 8: (0, 90, 180, 270, 45, 135, 225, 315)}


@dataclass(frozen=True)
class Views:
    """How thoroughly pictures are looked at; without arguments once, whole.

    tiles: "auto", tiles of the network's size that show the picture at full resolution, with sizes between
        when it is very large; or so many along its long side; or none. rotations: 1, 4 (quarter turns) or 8
        (every 45 degrees) ways round. close_ups: also small copies, for faces that fill the frame.
    Raises UsageError for other values.
    """

    tiles: int | Literal["auto"] | None = None
    rotations: int = 1
    close_ups: bool = False

    def __post_init__(self) -> None:
        whole = isinstance(self.tiles, Integral) and not isinstance(self.tiles, bool)
        if self.tiles not in (None, "auto") and not (whole and 1 <= int(self.tiles or 0) <= MOST_TILES):
            raise UsageError(
                f"tiles takes auto, or how many along the long side, 1 to {MOST_TILES}, not {self.tiles!r}"
            )
        if not isinstance(self.rotations, Integral) or self.rotations not in TURNS:
            raise UsageError(f"rotations takes 1, 4 or 8 ways round, not {self.rotations!r}")

    def needs(self, size: int | None) -> int | None:
        """Long side in pixels that a picture must be read with for a network that sees `size`; None: all."""
        if self.tiles is None or size is None:
            return size
        return None if self.tiles == "auto" else math.ceil(_across(self.tiles, size))

    def of(self, width: int, height: int, size: int | None, enlarge: bool = False) -> list[View]:
        """Every view of a picture of these pixels, the whole one first.

        size: long side that the network sees, None for full; enlarge: what is smaller is enlarged to it.
        """
        long_side = max(width, height)
        seen = long_side if size is None or (long_side < size and not enlarge) else size
        whole = _view(width, height, (0, 0, width, height), seen / long_side)
        views = [whole]
        if self.tiles is not None and size is not None:
            for across in self._sizes(long_side, size, enlarge):
                views += _tiles(width, height, size, across / long_side)
        if self.close_ups:
            views += [_close_up(whole, times) for times in _close_ups(seen)]
        return [replace(view, turn=turn) for turn in TURNS[self.rotations] for view in views]

    def _sizes(self, long_side: int, size: int, enlarge: bool) -> Iterator[float]:
        """Long sides of the whole picture at which it is seen in tiles, largest first."""
        largest = float(long_side) if self.tiles == "auto" else _across(int(self.tiles or 1), size)
        if not enlarge:
            largest = min(largest, long_side)
        steps = math.ceil(math.log(max(largest / size, 1), STEP) - 1e-9)
        yield from (size * (largest / size) ** (step / steps) for step in range(steps, 0, -1))


def _across(tiles: int, size: int) -> float:
    """Long side of a picture that so many tiles of `size` cover, with their overlap."""
    return size * (tiles - (tiles - 1) * OVERLAP)


def _close_ups(seen: int) -> Iterator[int]:
    """How many times smaller each close-up is than the picture as it is seen: whole numbers."""
    times = 1
    while (closer := min(CLOSER, seen // times // SMALLEST_CLOSE_UP)) > 1:
        times *= closer
        yield times


def _close_up(whole: View, times: int) -> View:
    """Where the picture is seen as it is, each pixel is the mean of a block; what fills none is left out."""
    width, height = (max(1, side // times) for side in whole.size)
    if whole.size == whole.of and min(whole.size) >= times:
        seen = width * times, height * times
        whole = View(seen, (0, 0, *seen), seen)
    return replace(whole, size=(width, height), smallest=LARGE, blocks=True)


def _tiles(width: int, height: int, size: int, scale: float) -> list[View]:
    """Tiles of `size` pixels as seen, of a picture of these pixels that is shown `scale` times as large."""
    side = size / scale
    tiles = [(x0, y0, x1, y1) for y0, y1 in _spans(height, side) for x0, x1 in _spans(width, side)]
    return [
        _view(width, height, tile, min(scale, size / max(tile[2] - tile[0], tile[3] - tile[1])))
        for tile in tiles  # whole pixels: a little larger than `side`, and so shown a little smaller
    ]


def _spans(length: int, side: float) -> list[tuple[int, int]]:
    """Where tiles of `side` lie along `length`, evenly, all in it, overlapping by at least `OVERLAP`."""
    whole = min(math.ceil(side), length)
    step = max(1, math.floor(side * (1 - OVERLAP)))
    count = 1 + math.ceil((length - whole) / step)
    return [(int(start), int(start) + whole) for start in np.linspace(0, length - whole, count)]


def _view(width: int, height: int, region: tuple[int, int, int, int], scale: float) -> View:
    x0, y0, x1, y1 = region
    return View((width, height), region, (max(1, round((x1 - x0) * scale)), max(1, round((y1 - y0) * scale))))
