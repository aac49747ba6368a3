"""A printer's half-tone: brightness as dots of different size, on screens turned against each other."""

import numpy as np

from facewright.core.boxes import Floats
from facewright.transforms.place import Pixels

TURNS = (15.0, 75.0, 45.0)
"""degrees of the screens of the three inks, as in print"""


def halftone(canvas: Pixels, rng: np.random.Generator) -> None:
    """Print a patch of `canvas`, in place, with dots 3 to 12 pixels apart: in one ink or in three."""
    height, width = canvas.shape[:2]
    high, wide = (max(8, round(n * rng.uniform(0.4, 1))) for n in (height, width))
    top, left = (int(rng.integers(max(n - m, 0) + 1)) for n, m in ((height, high), (width, wide)))
    view = canvas[top : top + high, left : left + wide]
    pitch = float(np.exp(rng.uniform(np.log(3), np.log(12))))
    tone = np.asarray(view / np.float32(255), np.float32)
    if rng.random() < 0.5:
        ink, paper = np.sort(rng.integers(0, 256, (2, 3)), axis=0).astype(np.float32)
        light = _screened(tone.mean(axis=2, dtype=np.float32), pitch, float(rng.uniform(0, 90)))[..., None]
        printed = ink + (paper - ink) * light
    else:
        printed = 255 * np.stack([_screened(tone[..., i], pitch, TURNS[i]) for i in range(3)], axis=-1)
    view[:] = np.clip(printed, 0, 255).astype(np.uint8)


def _screened(tone: Floats, pitch: float, degrees: float) -> Floats:
    """(H, W) of 0, ink, to 1, paper: as much paper around every place as `tone` (H, W) says there."""
    height, width = tone.shape
    turn = np.radians(degrees)
    step = np.float32(2 * np.pi / pitch)
    cos, sin = np.float32(np.cos(turn)) * step, np.float32(np.sin(turn)) * step
    x, y = np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)[:, None]
    screen = (np.cos(cos * x + sin * y) + np.cos(cos * y - sin * x)) / 4 + 0.5  # 0 to 1
    sharp = pitch / 2  # dots have edges of about a pixel
    return np.clip((tone - screen) * sharp + 0.5, 0, 1).astype(np.float32)
