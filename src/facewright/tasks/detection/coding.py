"""Faces <-> what the network says about them at a point; `decode(encode(truth)) == truth`.

All offsets are in units of `UNIT` strides, about the size of a face that its level is there for, so that
targets are of order one at every level.
"""

import torch
from torch import Tensor

UNIT = 4.0
MOST_GROWTH = 5.0
"""exp() of a wild number early in training must not become infinite: 4 * 64 * e^5 is 38,000 pixels"""


def encode(boxes: Tensor, landmarks: Tensor, points: Tensor) -> Tensor:
    """One face a point -> (..., 14) targets: centre offset, log size, ten landmark offsets.

    boxes (..., 4) x0, y0, x1, y1; landmarks (..., 5, 2), NaN stays NaN; points (..., 3) x, y, stride.
    """
    unit = points[..., 2:] * UNIT
    centre = (boxes[..., :2] + boxes[..., 2:]) / 2
    size = boxes[..., 2:] - boxes[..., :2]
    offsets = (landmarks - points[..., None, :2]) / unit[..., None]
    return torch.cat([(centre - points[..., :2]) / unit, torch.log(size / unit), offsets.flatten(-2)], dim=-1)


def decode(code: Tensor, points: Tensor) -> tuple[Tensor, Tensor]:
    """The inverse: (..., 14) -> boxes (..., 4) and landmarks (..., 5, 2) in pixels of the network's input."""
    unit = points[..., 2:] * UNIT
    centre = code[..., :2] * unit + points[..., :2]
    half = torch.exp(code[..., 2:4].clamp(max=MOST_GROWTH)) * unit / 2
    boxes = torch.cat([centre - half, centre + half], dim=-1)
    landmarks = code[..., 4:].unflatten(-1, (5, 2)) * unit[..., None] + points[..., None, :2]
    return boxes, landmarks
