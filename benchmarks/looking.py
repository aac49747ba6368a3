"""Every detector is shown the same pixels."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from facewright.core.faces import Faces
from facewright.core.pictures import load_picture, resize_picture
from facewright.datasets.sample import Sample
from facewright.metrics.evaluation import EVALUATION_MIN_SCORE
from peers import Found


def at_size(samples: Sequence[Sample], size: int) -> list[Sample]:
    """The samples, pictures read, with long sides of at most `size` pixels (never enlarged)."""
    return [_at_size(sample, size) for sample in samples]


def find_all(detector: Found, samples: Sequence[Sample]) -> list[Faces]:
    """What a detector finds in each, down to the score that a curve needs. Their pictures are arrays."""
    found = []
    lowest = getattr(detector, "lowest", EVALUATION_MIN_SCORE)  # ours may be calibrated
    for sample in samples:
        picture = sample.read()
        pixels = picture if detector.rgb else np.ascontiguousarray(picture[..., ::-1])
        found.append(detector.find(pixels, lowest))
    return found


def _at_size(sample: Sample, size: int) -> Sample:
    picture = load_picture(sample.picture, size=size)
    array = resize_picture(picture.array, size)
    ratio = [array.shape[1] / picture.width, array.shape[0] / picture.height]
    scale = np.tile(np.array(ratio, np.float32), 2)
    return replace(
        sample,
        picture=array,
        boxes=sample.boxes * scale,
        landmarks=sample.landmarks * scale[:2],
        ignore=sample.ignore * scale,
    )
