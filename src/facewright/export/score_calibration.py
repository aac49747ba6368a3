"""A detector's scores made what people take them for: of the detections that score .8, 80 % are right.

The loss teaches a score to be the overlap that is expected of a box, so that a sure find says .7. What is
fitted here is a line through the logits (Platt scaling). It keeps the order of all detections, so precision
over recall stays as it is, and it is worked into the last convolutions, so that a file has not one node more.

How often a score is right depends on the pictures: .4 is mostly a face in a crowd and mostly none in a wood.
So the mix is fixed and said, and does not follow from how many pictures a set happens to have: half of the
pictures are faceless, and within either half each set counts the same. The scores are those of one look
at each picture; the threshold is chosen, and figures are measured, with the close-ups that are in use.
"""

import copy
import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from facewright.core.errors import DataError
from facewright.core.faces import Faces
from facewright.core.logits import Doubles, logit, sigmoid
from facewright.datasets.negatives import annotated
from facewright.datasets.sample import Sample
from facewright.inference.card import ScoreCalibration
from facewright.metrics.curves import believable
from facewright.metrics.evaluation import score_error
from facewright.metrics.matching import match_all
from facewright.models.detector import FaceDetector
from facewright.tasks.calibrate import SURE, platt

FACELESS = 0.5
"""share of the mix's pictures; 0 where no faceless ones are given"""


class Judged(NamedTuple):
    """The detections of one set by which scores can be judged."""

    faceless: bool
    pictures: int
    scores: Doubles
    """(N,)"""
    right: NDArray[np.bool_]
    """(N,)"""


def judged(samples: Sequence[Sample], faces: Sequence[Faces]) -> Judged:
    """What the detections in a set's samples, in pictures of known size, say of their scores.

    A picture in which faces may be that nobody annotated is left out: there a detection cannot be wrong.
    """
    known = [
        (sample, found)
        for sample, found in zip(samples, faces, strict=True)
        if annotated(sample, found.width or 0, found.height or 0)
    ]
    scores, right = believable(match_all([s for s, _ in known], [f for _, f in known]))
    return Judged(not any(len(s.boxes) for s, _ in known), len(known), scores, right)


def fit_scores(sets: Mapping[str, Judged]) -> ScoreCalibration:
    """The line through the logits that makes what is right likeliest, in the mix that the module tells of.

    sets: by name, detections down to `EVALUATION_MIN_SCORE`. Raises DataError where none is right or
    none wrong, and where higher scores are right less often: no rising line can be fitted to those.
    """
    sets = {name: one for name, one in sets.items() if one.pictures}
    sides = [[one for one in sets.values() if one.faceless == faceless] for faceless in (False, True)]
    share = FACELESS if all(sides) else float(not sides[0])
    weights, scores, right = [], [], []
    for one in sets.values():
        of_side = share if one.faceless else 1 - share
        weights.append(np.full(len(one.scores), of_side / len(sides[one.faceless]) / one.pictures))
        scores.append(one.scores)
        right.append(one.right)
    nothing = np.zeros(0)
    said, yes = np.concatenate([nothing, *scores]), np.concatenate([nothing, *right]) > 0
    if not sides[0]:
        raise DataError(
            "no validation picture with faces is fully annotated, so that no score can be calibrated; add "
            "some to data.validation, or give --min-score"
        )
    if not yes.any():
        raise DataError(
            f"of {len(yes)} detections in the validation pictures none is right, so that no score can be "
            "calibrated; train longer, or give --min-score"
        )
    if yes.all():
        raise DataError(
            f"of {len(yes)} detections in the validation pictures none is wrong, so that no score can be "
            "calibrated; add pictures without faces to data.validation_faceless, or give --min-score"
        )
    counts = np.concatenate(weights)
    logits = logit(said, within=SURE)
    slope, offset = platt(logits, yes, counts)
    if not slope > 0:
        raise DataError(
            "higher scores are not right more often on the validation pictures, so that they cannot be "
            "calibrated; train longer, or give --min-score"
        )
    return ScoreCalibration(
        slope=slope,
        offset=offset,
        error_before=_error(said, yes, counts),
        error_after=_error(sigmoid(slope * logits + offset), yes, counts),
        detections=len(yes),
        right=int(yes.sum()),
        pictures={name: one.pictures for name, one in sets.items()},
        faceless=share,
    )


def _error(scores: Doubles, right: NDArray[np.bool_], weights: Doubles) -> float | None:
    """None for NaN, which JSON does not have."""
    error = score_error(scores, right, weights)
    return None if math.isnan(error) else error


def fold_scores(network: nn.Module, found: ScoreCalibration) -> FaceDetector:
    """A copy of a `FaceDetector` whose score logit is slope * logit + offset, and all else the same."""
    assert isinstance(network, FaceDetector)
    folded = copy.deepcopy(network)
    with torch.no_grad():
        for head in folded.heads:
            *_, last = head.children()
            assert isinstance(last, nn.Conv2d) and last.bias is not None
            last.weight[0] *= found.slope
            last.bias[0] = found.slope * last.bias[0] + found.offset
    return folded
