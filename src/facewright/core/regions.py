"""Ellipses and upright rectangles as regions of the plane, and how far they overlap.

    ___ b              An ellipse has semi-axes a and b, the first at `angle` (radians) to the x axis,
 .-'   '-.             which points right as y points down. A rectangle has half its width and height
/    +--a-\\-           for a and b, and the angle 0.
 '-.___.-'
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Doubles = NDArray[np.float64]

ROWS = 256
"""horizontal lines along which an overlap is measured: IoUs are right to about a hundred-thousandth"""
_ANGLES = (np.arange(ROWS) + 0.5) / ROWS * np.pi - np.pi / 2
_PLACES = np.sin(_ANGLES)  # closer to each other at the ends, where the width of a round region changes fast
_WEIGHTS = np.cos(_ANGLES) / np.cos(_ANGLES).sum() * 2


@dataclass(frozen=True, eq=False, slots=True)
class Regions:
    """N ellipses or rectangles. Raises ValueError when the shapes of the arrays do not fit together."""

    rows: Doubles
    """(N, 5): a, b, angle, centre x, centre y"""
    elliptic: NDArray[np.bool_]
    """(N,): which are ellipses"""

    def __post_init__(self) -> None:
        if self.rows.shape != (len(self.elliptic), 5):
            raise ValueError(f"rows must have shape ({len(self.elliptic)}, 5), not {self.rows.shape}")

    @classmethod
    def ellipses(cls, rows: ArrayLike) -> "Regions":
        """Of (N, 5): a, b, angle, centre x, centre y; FDDB's order."""
        values = np.asarray(rows, np.float64).reshape(-1, 5)
        return cls(values, np.ones(len(values), bool))

    @classmethod
    def boxes(cls, rows: ArrayLike) -> "Regions":
        """Of (N, 4): x, y, width, height."""
        x, y, width, height = np.asarray(rows, np.float64).reshape(-1, 4).T
        values = np.stack([width / 2, height / 2, np.zeros_like(x), x + width / 2, y + height / 2], axis=1)
        return cls(values, np.zeros(len(values), bool))

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, key: NDArray[Any]) -> "Regions":
        """Those of a mask or of indices, (K,)."""
        return Regions(self.rows[key], self.elliptic[key])

    def half_sides(self) -> tuple[Doubles, Doubles]:
        """Of the upright boxes around them, (N,) each."""
        a, b, angle = self.rows[:, :3].T
        cos, sin = np.cos(angle), np.sin(angle)
        return (
            np.where(self.elliptic, np.hypot(a * cos, b * sin), a),
            np.where(self.elliptic, np.hypot(a * sin, b * cos), b),
        )


def iou(a: Regions, b: Regions, size: tuple[float, float] | None = None) -> Doubles:
    """Intersection over union of every pair, (N, M); 0 for what has no area.

    size: width and height of the picture, outside of which nothing counts; None for no such limit.
    """
    out = np.zeros((len(a), len(b)))
    if not out.size:
        return out
    i, j = np.nonzero(_near(a, b))
    shared = _shared(a[i], b[j], size)
    own = [_shared(regions, regions, size) for regions in (a, b)]
    union = own[0][i] + own[1][j] - shared
    out[i, j] = np.divide(shared, union, out=np.zeros_like(shared), where=union > 0)
    return np.minimum(out, 1)


def _near(a: Regions, b: Regions) -> NDArray[np.bool_]:
    """(N, M): which pairs have overlapping boxes around them."""
    near = np.ones((len(a), len(b)), bool)
    for axis, (own, other) in enumerate(zip(a.half_sides(), b.half_sides(), strict=True), start=3):
        near &= abs(a.rows[:, None, axis] - b.rows[None, :, axis]) < own[:, None] + other[None, :]
    return near


def _shared(a: Regions, b: Regions, size: tuple[float, float] | None) -> Doubles:
    """Area (N,) that each of `a` shares with the one of `b` in its place: the widths of both, added up."""
    spans = [(r.rows[:, 4] - r.half_sides()[1], r.rows[:, 4] + r.half_sides()[1]) for r in (a, b)]
    low, high = np.maximum(spans[0][0], spans[1][0]), np.minimum(spans[0][1], spans[1][1])
    if size is not None:
        low, high = np.maximum(low, 0), np.minimum(high, size[1])
    half = np.clip(high - low, 0, None) / 2
    y = (low + half)[:, None] + half[:, None] * _PLACES
    lefts, rights = zip(_widths(a, y), _widths(b, y), strict=True)
    left, right = np.maximum(*lefts), np.minimum(*rights)
    if size is not None:
        left, right = np.maximum(left, 0), np.minimum(right, size[0])
    return half * (np.clip(right - left, 0, None) @ _WEIGHTS)


def _widths(regions: Regions, y: Doubles) -> tuple[Doubles, Doubles]:
    """From where to where each region reaches along horizontal lines y (N, K): (N, K) each."""
    a, b, angle, cx, cy = (column[:, None] for column in regions.rows.T)
    with np.errstate(divide="ignore", invalid="ignore"):  # no area: NaN, which is no width below
        cos, sin = np.cos(angle), np.sin(angle)
        dy = y - cy
        # (u / a)^2 + (v / b)^2 = 1 along the axes is p dx^2 + 2 q dx dy + r dy^2 = 1 in the picture
        p = (cos / a) ** 2 + (sin / b) ** 2
        q = cos * sin * (1 / a**2 - 1 / b**2)
        rest = 1 - dy**2 / ((a * sin) ** 2 + (b * cos) ** 2)
        middle = cx - np.where(regions.elliptic[:, None], q / p * dy, 0)
        reach = np.where(regions.elliptic[:, None], np.sqrt(np.clip(rest, 0, None) / p), a)
    empty = ~(np.minimum(a, b) > 0)
    middle, reach = np.where(empty, cx, middle), np.where(empty, 0, reach)
    return middle - reach, middle + reach
