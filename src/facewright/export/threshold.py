"""The score from which a detection is shown as a face, when the user says nothing else."""

import math
from collections.abc import Sequence

import numpy as np

from facewright.core.errors import DataError
from facewright.core.faces import Faces
from facewright.datasets.sample import Sample
from facewright.inference.card import Task
from facewright.metrics.curves import curve, first_too_many
from facewright.metrics.matching import match_all

MOST_FALSE_ALARMS: dict[Task, float] = {"detection": 0.02, "localisation": 0.01}
"""a faceless picture, at the default threshold; a localiser has one answer a picture, and has it right"""
DEVIATIONS = 0.6745
"""standard ones, on one side: three to one that a limit is kept. To be surer costs recall where faceless
pictures are few: at one deviation detector-nano's went from .630 to .557"""


def choose_threshold(samples: Sequence[Sample], faces: Sequence[Faces], task: Task = "detection") -> float:
    """The threshold with the best F1 over all of `samples` together, in steps of a hundredth, rounded down;
    raised as far as needed for at most `MOST_FALSE_ALARMS` on the pictures among them that hold no face, with
    room for luck (`allowed_alarms`). Above .9, where calibrated scores crowd, steps are of a thousandth.

    F1, the harmonic mean of precision and recall, takes a missed face as seriously as a false alarm. `faces`
    are the detections in each sample down to a low score. Raises DataError where nothing can be chosen from,
    and where faceless pictures raise alarms at every score.
    """
    points = curve(match_all(samples, faces))
    both = points.precision + points.recall
    if not both.size or not np.nanmax(both, initial=0.0) > 0:
        raise DataError(
            "no face of the validation pictures is found at any score; train longer, or give --min-score"
        )
    f1 = np.divide(2 * points.precision * points.recall, both, out=np.zeros_like(both), where=both > 0)
    best = float(points.thresholds[f1.argmax()])
    faceless = [f for s, f in zip(samples, faces, strict=True) if s.faceless]
    loud = first_too_many(faceless, allowed_alarms(len(faceless), MOST_FALSE_ALARMS[task]))
    return max(math.floor(_steps(best) * best) / _steps(best), 0.0 if loud is None else _above(loud))


def allowed_alarms(pictures: int, rate: float) -> int:
    """The most false alarms on so many faceless pictures that speak for at most `rate` a picture.

    What was seen on some pictures may be luck: counted is the rate that is not exceeded with odds of three to
    one. For .02 a picture 3 are allowed on 256 pictures, which would be 5 without odds, and 1 from 135 on.
    On fewer than 70 even none does not speak for .02; none is allowed then, too.
    """
    allowed = 0
    while _upper_limit(allowed + 1) <= rate * pictures:
        allowed += 1
    return allowed


def _upper_limit(count: int) -> float:
    """Of what is expected where `count` was seen, `DEVIATIONS` up (Gehrels 1986, equation 9)."""
    n = count + 1
    return n * (1 - 1 / (9 * n) + DEVIATIONS / (3 * n**0.5)) ** 3


def _above(score: float) -> float:
    """The first step above a score. Raises DataError where that is no score any more."""
    step = (math.floor(_steps(score) * score) + 1) / _steps(score)
    if step >= 1:
        raise DataError(
            "the faceless pictures raise alarms at every score: look at them, or give --min-score"
        )
    return step


def _steps(score: float) -> int:
    return 1000 if score >= 0.9 else 100
