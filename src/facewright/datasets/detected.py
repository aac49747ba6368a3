"""What a detector calls a face, as labels of photos that have none: to reject, not to learn from.

What matters here is that few faces slip through. So a score is enough that would be far too low to say that
there is a face, and the photo is looked at enlarged, in tiles and in close-ups.
"""

from dataclasses import replace

import numpy as np

from facewright.core.pictures import Picture, Pixels, resize_picture
from facewright.datasets.cutouts import Look
from facewright.datasets.negatives import annotated
from facewright.datasets.sample import Sample, no_landmarks
from facewright.inference.detector import Detector

MODEL = "detector-small"
MIN_SCORE = 0.005
LONG_SIDE = 640
"""pixels that smaller photos are enlarged to, for their tiny faces"""


def thorough(
    model: str = MODEL, min_score: float = MIN_SCORE, *, threads: int | None = None, device: str = "cpu"
) -> Detector:
    """The detector that looks so hard. Raises ModelError, UsageError."""
    return Detector(model, threads=threads, min_score=min_score, tiles="auto", close_ups=True, device=device)


def by_detector(detector: Detector, *, labels: bool = False) -> Look:
    """The `Look` that believes a detector, and with `labels` those too, where they tell faces' places."""

    def look(sample: Sample) -> tuple[Pixels, Sample]:
        pixels = sample.read()
        height, width = pixels.shape[:2]
        seen = Picture(resize_picture(pixels, max(width, height, LONG_SIDE), enlarge=True), width, height)
        found = detector.find(seen).boxes
        boxes, ignore = [found], sample.ignore[:0]
        if labels:
            boxes.append(sample.boxes[np.isfinite(sample.boxes).all(axis=1)])
            if annotated(sample, width, height):
                ignore = sample.ignore
        taken = np.concatenate(boxes)
        return pixels, replace(sample, boxes=taken, landmarks=no_landmarks(len(taken)), ignore=ignore)

    return look
