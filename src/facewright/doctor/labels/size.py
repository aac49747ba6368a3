"""The hypothesis that boxes sit on the faces and are much larger or smaller than these."""

from collections.abc import Sequence

import numpy as np

from facewright.core.boxes import Floats, cxcywh_to_xyxy, xyxy_to_cxcywh
from facewright.doctor.labels.fitting import FEWEST, Moved
from facewright.doctor.labels.hypotheses import Hypothesis, same

LEAST, MOST = 0.6, 1.9
"""of a face's width or height: boxes between these are a habit. Whole heads with hair and hood are 1.6, and
1.8 in a quarter of masks-colour; tight ones .92"""
NEAR = 0.35
"""of a face's width and height: how far its box's middle may be from its own"""


def sized(stated: Sequence[Floats], faces: Sequence[Floats]) -> Moved | None:
    """The boxes as large as the faces are, about their middles, both (N, 4) of each picture; None for boxes
    whose size is a habit of drawing, or where it is not known."""
    factor = _times(stated, faces)
    if factor is None or (factor.min() >= LEAST and factor.max() <= MOST):
        return None
    wide, high = factor.tolist()
    words = f"{wide:.2g} times as wide and {high:.2g} times as high as the faces that they sit on"
    return Hypothesis("labels-size", words, same), _shrunk(stated, factor)


def as_large(stated: Sequence[Floats], faces: Sequence[Floats]) -> Sequence[Floats]:
    """The boxes as large as the faces are, about their middles, whatever the habit; both (N, 4) of each
    picture. As stated where their size is not known."""
    factor = _times(stated, faces)
    return stated if factor is None else _shrunk(stated, factor)


def _times(stated: Sequence[Floats], faces: Sequence[Floats]) -> Floats | None:
    """(2,) how many times as wide and high as the faces boxes are, both (N, 4) of each picture, the median;
    None where fewer than FEWEST pictures tell."""
    found = [_ratios(b, f) for b, f in zip(stated, faces, strict=True)]
    if sum(len(ratios) > 0 for ratios in found) < FEWEST:
        return None
    factor: Floats = np.median(np.concatenate(found), axis=0)
    return factor


def _shrunk(stated: Sequence[Floats], factor: Floats) -> list[Floats]:
    return [
        cxcywh_to_xyxy(np.concatenate([b[:, :2], b[:, 2:] / factor], axis=1))
        for b in map(xyxy_to_cxcywh, stated)
    ]


def _ratios(stated: Floats, faces: Floats) -> Floats:
    """(N, 2) width and height of boxes as multiples of those of the face in whose middle they alone are."""
    boxes, found = xyxy_to_cxcywh(stated), xyxy_to_cxcywh(faces)
    boxes = boxes[(boxes[:, 2:] > 0).all(axis=1)]
    apart = np.abs(boxes[None, :, :2] - found[:, None, :2]) / found[:, None, 2:]
    near = (apart < NEAR).all(axis=2)
    which, own = np.nonzero(near & (near.sum(axis=1, keepdims=True) == 1))
    return boxes[own, 2:] / found[which, 2:]
