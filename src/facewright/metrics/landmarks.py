"""How exactly the landmarks are placed."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from facewright.core.faces import Faces
from facewright.datasets.sample import Sample
from facewright.metrics.matching import PictureMatch
from facewright.metrics.scale import face_sizes


class LandmarkError(NamedTuple):
    """Normalised mean error of the landmarks: 0.05 is 5 % of a face's size; NaN when no face was judged."""

    nme: float
    faces: int
    """faces that were found and whose five true landmarks are known"""


def landmark_error(
    samples: Sequence[Sample], faces: Sequence[Faces], matches: Sequence[PictureMatch]
) -> LandmarkError:
    """Mean distance of the five landmarks / sqrt(width * height) of the true box, over the found faces."""
    errors = [error for own in face_errors(samples, faces, matches) for error in own]
    return LandmarkError(float(np.mean(errors)) if errors else float("nan"), len(errors))


def face_errors(
    samples: Sequence[Sample], faces: Sequence[Faces], matches: Sequence[PictureMatch]
) -> list[list[float]]:
    """Of each picture the errors of its found faces whose landmarks are known."""
    errors: list[list[float]] = []
    for sample, found, match in zip(samples, faces, matches, strict=True):
        if found.landmarks is None:
            errors.append([])
            continue
        truth = np.asarray(sample.landmarks, np.float32).reshape(-1, 5, 2)
        known = np.isfinite(truth).all(axis=(1, 2)) & (match.finder >= 0)
        distances = np.linalg.norm(found.landmarks[match.finder[known]] - truth[known], axis=2).mean(axis=1)
        errors.append((distances / face_sizes(sample.boxes)[known]).tolist())
    return errors
