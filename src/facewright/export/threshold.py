"""The score from which a detection is shown as a face, when the user says nothing else."""

import math
from collections.abc import Sequence

import numpy as np

from facewright.core.errors import DataError
from facewright.core.faces import Faces
from facewright.datasets.sample import Sample
from facewright.inference.card import Task
from facewright.metrics.curves import curve
from facewright.metrics.matching import match_all

MOST_FALSE_ALARMS: dict[Task, float] = {"detection": 0.02, "localisation": 0.01}
"""a faceless picture, at the default threshold; a localiser has one answer a picture, and has it right"""


def choose_threshold(samples: Sequence[Sample], faces: Sequence[Faces], task: Task = "detection") -> float:
    """The threshold with the best F1 over all of `samples` together, in steps of a hundredth, rounded down;
    raised as far as needed for at most `MOST_FALSE_ALARMS` on the pictures among them that hold no face.

    F1, the harmonic mean of precision and recall, takes a missed face as seriously as a false alarm. `faces`
    are the detections in each sample down to a low score. Raises DataError where nothing can be chosen from.

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
    best = math.floor(100 * points.thresholds[f1.argmax()]) / 100
    faceless = [f for s, f in zip(samples, faces, strict=True) if _faceless(s)]
    return max(best, _quiet_from(faceless, MOST_FALSE_ALARMS[task]))


def _quiet_from(faces: Sequence[Faces], most: float) -> float:
    """The lowest hundredth at which these faceless pictures give at most `most` false alarms each."""
    allowed = int(most * len(faces))
    scores = np.sort(np.concatenate([f.scores for f in faces] or [np.zeros(0, np.float32)]))[::-1]
    if len(scores) <= allowed:
        return 0.0
    return min((math.floor(100 * float(scores[allowed])) + 1) / 100, 1.0)


def _faceless(sample: Sample) -> bool:
    return len(sample.boxes) == 0 and len(sample.ignore) == 0
