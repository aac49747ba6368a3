"""Drawn things that are not faces but fool young detectors: letters, dots, rings, signs, half-tone."""

from collections.abc import Sequence
from typing import Literal

import cv2
import numpy as np

from facewright.transforms.halftone import halftone
from facewright.transforms.lettering import draw_sign, draw_text
from facewright.transforms.place import Pixels

Kind = Literal["letters", "dots", "discs", "text", "signs", "halftone"]
FIRST: tuple[Kind, ...] = ("letters", "dots", "discs")
"""those that shipped models were trained with"""

FONTS = (
    cv2.FONT_HERSHEY_SIMPLEX,
    cv2.FONT_HERSHEY_DUPLEX,
    cv2.FONT_HERSHEY_COMPLEX,
    cv2.FONT_HERSHEY_SCRIPT_SIMPLEX,
)
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789&@%8o0O:;.!?"


def draw_distractors(canvas: Pixels, rng: np.random.Generator, kinds: Sequence[Kind] = FIRST) -> None:
    """Draw things of one of the kinds onto `canvas`, in place.

    letters: lines in stroke fonts; dots: a patch of them in rows; discs: a handful, and rings; text: words in
    type at any angle; signs: framed words on panels; halftone: part of the picture as a printer's screen.
    """
    kind = kinds[int(rng.integers(len(kinds)))]
    if kind == "text":
        draw_text(canvas, rng)
    elif kind == "signs":
        draw_sign(canvas, rng)
    elif kind == "halftone":
        halftone(canvas, rng)
    else:
        _draw_simple(canvas, rng, kind)


def _draw_simple(canvas: Pixels, rng: np.random.Generator, kind: Kind) -> None:
    height, width = canvas.shape[:2]
    if kind == "letters":
        for _ in range(int(rng.integers(2, 9))):
            text = "".join(rng.choice(list(LETTERS), int(rng.integers(2, 14))))
            where = (int(rng.integers(-20, width)), int(rng.integers(10, height + 10)))
            scale = float(np.exp(rng.uniform(np.log(0.4), np.log(4))))
            font = int(rng.choice(FONTS))
            cv2.putText(canvas, text, where, font, scale, _colour(rng), max(1, round(scale * 2)), cv2.LINE_AA)
    elif kind == "dots":
        pitch, y0, x0 = (
            int(rng.integers(4, 16)),
            int(rng.integers(height // 2)),
            int(rng.integers(width // 2)),
        )
        colour = _colour(rng)
        for y in range(y0, min(y0 + height // 2, height), pitch):
            for x in range(x0, min(x0 + width // 2, width), pitch):
                cv2.circle(
                    canvas, (x, y), int(rng.integers(1, max(pitch // 2, 2) + 1)), colour, -1, cv2.LINE_AA
                )
    else:
        for _ in range(int(rng.integers(3, 13))):
            axes = rng.integers(4, max(width // 5, 6), 2)
            where = (int(rng.integers(width)), int(rng.integers(height)))
            thickness = int(rng.choice([-1, -1, 1, 3]))
            turn = float(rng.uniform(0, 180))
            cv2.ellipse(
                canvas,
                where,
                (int(axes[0]), int(axes[1])),
                turn,
                0,
                360,
                _colour(rng),
                thickness,
                cv2.LINE_AA,
            )


def _colour(rng: np.random.Generator) -> tuple[int, int, int]:
    r, g, b = rng.integers(0, 256, 3).tolist()
    return r, g, b
