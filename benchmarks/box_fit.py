"""A detector's boxes brought to a set's convention, so that another convention costs it nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from facewright.core.boxes import Floats, clip, cxcywh_to_xyxy, xyxy_to_cxcywh
from facewright.core.faces import Faces
from facewright.datasets.sample import Sample
from facewright.metrics.average_precision import ap50
from facewright.metrics.matching import match_picture

FEWEST_PAIRS = 10
"""below this a detector's boxes stay as they are"""


@dataclass(frozen=True)
class BoxFit:
    """One constant for all pictures and sizes of a set."""

    width: float = 1.0
    """factor"""
    height: float = 1.0
    """factor"""
    down: float = 0.0
    """shift of the centre, as a share of the detector's own box height"""

    def __call__(self, found: Faces) -> Faces:
        b = xyxy_to_cxcywh(found.boxes)
        b[:, 1] += b[:, 3] * self.down
        b[:, 2] *= self.width
        b[:, 3] *= self.height
        return replace(found, boxes=clip(cxcywh_to_xyxy(b), found.width, found.height))


AS_IS = BoxFit()


def fitted(samples: Sequence[Sample], found: Sequence[Faces], threshold: float) -> BoxFit:
    """Medians of the true box over the found one (of those that score `threshold`), if that raises AP here.

    `samples` are of a set's training part, `found` what the detector finds there.
    """
    ratios: list[Floats] = [np.zeros((0, 3), np.float32)]
    for sample, faces in zip(samples, found, strict=True):
        sure = faces[faces.scores >= threshold]
        # a loose match: boxes of another convention overlap the truth by less than the usual half
        match = match_picture(sure.boxes, sure.scores, sample.boxes, iou_threshold=0.3)
        mine = xyxy_to_cxcywh(sure.boxes[match.right])
        true = xyxy_to_cxcywh(sample.boxes)[match.found[match.right]]
        sizes = true[:, 2:] / mine[:, 2:]
        ratios.append(np.column_stack([sizes, (true[:, 1] - mine[:, 1]) / mine[:, 3]]))
    pairs = np.concatenate(ratios)
    if len(pairs) < FEWEST_PAIRS:
        return AS_IS
    fit = BoxFit(*np.median(pairs, axis=0).tolist())
    # a set may mix conventions: a fit that does not help on the very pictures it was made from is no fit
    return fit if ap50(samples, [fit(faces) for faces in found]) > ap50(samples, found) else AS_IS
