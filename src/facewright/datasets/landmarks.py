"""Landmarks: 68 points -> five; five -> the tight box, forehead to chin, that is the house's convention."""

import math

import numpy as np
from numpy.typing import ArrayLike

from facewright.core.boxes import Floats
from facewright.datasets.labels import BadLabel


def five_of_68(points: ArrayLike) -> Floats:
    """300-W's 68 points (68, 2) -> left eye, right eye, nose, left and right mouth corner, shape (5, 2).

    An eye's centre is the mean of its six contour points; left is left as the viewer sees it.
    """
    p = np.asarray(points, np.float64).reshape(68, 2)
    return np.stack([p[36:42].mean(0), p[42:48].mean(0), p[30], p[48], p[54]]).astype(np.float32)


def ellipse_box(cx: float, cy: float, along: float, across: float, angle: float) -> Floats:
    """The smallest upright box around an ellipse, shape (4,).

    `along` and `across` are its semi-axes in pixels; `angle` is that of the first to the x axis, in radians.
    """
    cos, sin = math.cos(angle), math.sin(angle)
    dx, dy = math.hypot(along * cos, across * sin), math.hypot(along * sin, across * cos)
    return np.array([cx - dx, cy - dy, cx + dx, cy + dy], np.float32)


def tight_box(landmarks: ArrayLike) -> Floats:
    """The tight box of a face from its five landmarks, shape (4,), in any picture (it may overhang).

          eyes o---o   -      d = max(|eyes - mouth|, .95 |eye - eye|)
                 |     | d    centre: .36 d from the eyes towards the mouth
         mouth  o-o    -      height 2.6 d, width .83 of the height

    These lie between what people drew in the sets of this project (as wide as 2.26 d, as tall as 2.47 d)
    and in WIDER FACE, whose boxes hold the whole forehead. For a head that is not upright it is the upright
    box around the ellipse with these axes, along the head.
    Raises BadLabel when eyes and mouth all lie on one spot.
    """
    # In plain numbers: of ten of them numpy takes ten times as long, and CelebA has 202,599 faces.
    left, right, _, *mouth = np.asarray(landmarks, np.float64).reshape(5, 2).tolist()
    eyes = [(a + b) / 2 for a, b in zip(left, right, strict=True)]
    across = [b - a for a, b in zip(left, right, strict=True)]
    down = [(a + b) / 2 - eye for a, b, eye in zip(*mouth, eyes, strict=True)]
    d = max(math.hypot(*down), 0.95 * math.hypot(*across))
    if not d > 0:
        raise BadLabel("eyes and mouth lie on one spot")
    if math.hypot(*down) == 0:
        down = [-across[1], across[0]]  # square to the eyes: all that is left to tell where down is
    cx, cy = (eye + 0.36 * d * step / math.hypot(*down) for eye, step in zip(eyes, down, strict=True))
    half = 2.6 * d / 2
    return ellipse_box(cx, cy, half, 0.83 * half, math.atan2(down[1], down[0]))
