"""The score from which a detection is shown as a face, when the user says nothing else."""

import math
from collections.abc import Sequence

import numpy as np

from facewright.core.errors import DataError
from facewright.core.faces import Faces
from facewright.datasets.sample import Sample
from facewright.metrics.curves import curve
from facewright.metrics.matching import match_all


def choose_threshold(samples: Sequence[Sample], faces: Sequence[Faces]) -> float:
    """The threshold with the best F1 over all of `samples` together, rounded down to two decimals.

    F1, the harmonic mean of precision and recall, takes a missed face as seriously as a false alarm. `faces`
    are the detections in each sample down to a low score. Raises DataError where nothing can be chosen from.
    """
    points = curve(match_all(samples, faces))
    both = points.precision + points.recall
    if not both.size or not np.nanmax(both, initial=0.0) > 0:
        raise DataError(
            "no face of the validation pictures is found at any score; train longer, or give --min-score"
        )
    f1 = np.divide(2 * points.precision * points.recall, both, out=np.zeros_like(both), where=both > 0)
    return math.floor(100 * points.thresholds[f1.argmax()]) / 100
