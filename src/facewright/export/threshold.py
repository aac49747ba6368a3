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


def choose_threshold(samples: Sequence[Sample], faces: Sequence[Faces], task: Task = "detection") -> float:
    """The threshold with the best F1 over all of `samples` together, in steps of a hundredth, rounded down;
    raised as far as needed for at most `MOST_FALSE_ALARMS` on the pictures among them that hold no face.
    Above .9, where calibrated scores crowd, steps are of a thousandth.

    F1, the harmonic mean of precision and recall, takes a missed face as seriously as a false alarm. `faces`
    are the detections in each sample down to a low score. Raises DataError where nothing can be chosen from,
    and where faceless pictures raise alarms at every score.

    The limit is coarse: .02 a picture are 4 false alarms on 200 faceless pictures, and where 4 were seen the
    rate may well be anything from .005 to .05 (Poisson, 95 %). On fewer than 50 pictures it is none at all.
    """
    points = curve(match_all(samples, faces))
    both = points.precision + points.recall
    if not both.size or not np.nanmax(both, initial=0.0) > 0:
        raise DataError(
            "no face of the validation pictures is found at any score; train longer, or give --min-score"
        )
    f1 = np.divide(2 * points.precision * points.recall, both, out=np.zeros_like(both), where=both > 0)
    best = float(points.thresholds[f1.argmax()])
    faceless = [f for s, f in zip(samples, faces, strict=True) if _faceless(s)]
    loud = first_too_many(faceless, MOST_FALSE_ALARMS[task])
    return max(math.floor(_steps(best) * best) / _steps(best), 0.0 if loud is None else _above(loud))


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


def _faceless(sample: Sample) -> bool:
    return len(sample.boxes) == 0 and len(sample.ignore) == 0
