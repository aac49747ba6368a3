"""The hypothesis whose numbers are not known beforehand: all boxes multiplied by one factor and moved by one
vector, as a network's input is when its resizing and its padding are not undone.
"""

from collections.abc import Iterable, Sequence

import numpy as np

from facewright.core.boxes import Floats, area, cxcywh_to_xyxy, xyxy_to_cxcywh
from facewright.doctor.labels.fitting import FEWEST, GAIN, Moved, fits
from facewright.doctor.labels.hypotheses import Hypothesis, same

APART = 0.1
"""of the widest distance of two boxes: two that are closer say nothing of a factor"""


def offset(stated: Sequence[Floats], faces: Sequence[Floats]) -> Moved | None:
    """What moves and scales the stated boxes onto the faces, both (N, 4) of each picture.

    None where boxes off by a share of their own size, as those of heads are for faces, do as well: that is
    another habit of drawing boxes, and no fault.
    """
    _, said, seen = largest(stated, faces)
    if not len(said):
        return None
    boxes = [xyxy_to_cxcywh(some) for some in stated]
    sizes, shares = (
        np.median(ratio, axis=0) for ratio in (seen[:, 2:] / said[:, 2:], (seen - said)[:, :2] / said[:, 2:])
    )

    def reached(middles: Iterable[Floats]) -> float:
        """Mean IoU of boxes with these middles, their sizes as well as can be: the middles decide."""
        turned = [
            cxcywh_to_xyxy(np.concatenate([middle, b[:, 2:] * sizes], axis=1))
            for middle, b in zip(middles, boxes, strict=True)
        ]
        return float(fits(stated, turned, faces).other.mean())

    moves = [(f, np.median(seen[:, :2] - f * said[:, :2], axis=0)) for f in (1.0, _factor(said, seen))]
    by_move = [reached(b[:, :2] * f + vector for b in boxes) for f, vector in moves]
    which = int(by_move[1] > by_move[0] + GAIN)
    if by_move[which] <= reached(b[:, :2] + b[:, 2:] * shares for b in boxes) + GAIN:
        return None
    factor, vector = moves[which]
    words = f"moved by ({', '.join(str(round(v)) for v in (-vector / factor).tolist())}) pixels"
    if which:
        words = f"multiplied by {1 / factor:.3g} and then {words}"
    move = np.tile(vector, 2)
    return Hypothesis("labels-offset", words, same), [(b * factor + move).astype(np.float32) for b in stated]


def largest(stated: Sequence[Floats], faces: Sequence[Floats]) -> tuple[list[int], Floats, Floats]:
    """Of each picture the largest box and the largest face: (N, 4) each, middle and size; whose they are.

    These are the surest to be one face's, above all where there are as many faces as boxes.
    """
    some = [i for i, (b, f) in enumerate(zip(stated, faces, strict=True)) if area(b).any() and area(f).any()]
    even = [i for i in some if len(stated[i]) == len(faces[i])]
    which = even if len(even) >= FEWEST else some
    pairs = [(stated[i][area(stated[i]).argmax()], faces[i][area(faces[i]).argmax()]) for i in which]
    both = np.array(pairs, np.float32).reshape(-1, 2, 4)
    return which, xyxy_to_cxcywh(both[:, 0]), xyxy_to_cxcywh(both[:, 1])


def _factor(said: Floats, seen: Floats) -> float:
    """Of distances between middles: the median over all pairs, which a few wrong ones do not change."""
    first, second = np.triu_indices(len(said), 1)
    before, after = ((side[first, :2] - side[second, :2]).ravel() for side in (said, seen))
    far = np.abs(before) > APART * np.abs(before).max(initial=0)
    factor = float(np.median(after[far] / before[far])) if far.any() else 1.0
    return factor if factor > 0 else 1.0
