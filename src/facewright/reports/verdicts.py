"""One picture as several models see it: what each finds, misses and invents, side by side."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from facewright.core.boxes import Floats, as_boxes, coverage
from facewright.core.draw import FACE, IGNORED, TRUTH, WRONG, draw_boxes, draw_faces
from facewright.core.faces import Faces
from facewright.datasets.sample import Sample
from facewright.metrics.matching import PictureMatch
from facewright.reports.cut import Cut, cut_out

TILE = 420
"""long side of a picture, in pixels"""
LEAST = 96.0
"""side of the part shown, in pixels of the picture"""
LEGEND = {"found": FACE, "true face, missed": TRUTH, "false alarm": WRONG, "ignore region": IGNORED}
"""what the boxes' colours say; regions and missed faces are dashed"""


def detection_verdicts(
    sample: Sample,
    places: Floats,
    faces: Sequence[Faces],
    matches: Sequence[PictureMatch],
    thresholds: Sequence[float],
) -> list[NDArray[np.uint8]]:
    """The part of the picture around `places` (K, 4), a copy a detector, with its verdicts in use.

    Raises PictureError when the picture cannot be read any more.
    """
    cut = cut_out(sample.read(), around(places), TILE)
    shown = []
    for found, match, threshold in zip(faces, matches, thresholds, strict=True):
        used = match.scores >= threshold
        missed = ~((match.finder >= 0) & np.append(used, False)[match.finder])
        right, wrong = found[match.right & used], found[match.wrong & used]
        shown.append(_drawn(cut, sample, right, wrong, as_boxes(sample.boxes)[missed]))
    return shown


def localisation_verdicts(
    sample: Sample, faces: Sequence[Faces], overlaps: Sequence[float]
) -> list[NDArray[np.uint8]]:
    """The whole picture, a copy a localiser, with the truth and its first box, red below an IoU of a half."""
    picture = sample.read()
    cut = cut_out(picture, np.array([0, 0, picture.shape[1], picture.shape[0]], np.float32), TILE)
    shown = []
    for found, overlap in zip(faces, overlaps, strict=True):
        best = found[np.argsort(-found.scores, kind="stable")[:1]]
        right, wrong = (best, best[:0]) if overlap > 0.5 else (best[:0], best)
        shown.append(_drawn(cut, sample, right, wrong, as_boxes(sample.boxes)))
    return shown


def around(places: Floats) -> Floats:
    """The box (4,) around all of `places` (K, 4), with room to see where they are."""
    low, high = places[:, :2].min(axis=0), places[:, 2:].max(axis=0)
    half = np.maximum((high - low) / 2 * 1.4 + 8, LEAST / 2)
    half = np.maximum(half, half.max() * 0.8)  # no slivers
    centre = (low + high) / 2
    return np.concatenate([centre - half, centre + half]).astype(np.float32)


def _drawn(cut: Cut, sample: Sample, right: Faces, wrong: Faces, missed: Floats) -> NDArray[np.uint8]:
    ignored = sample.ignore[coverage([cut.window], sample.ignore)[0] < 0.99]  # else nothing to draw around
    shown = draw_boxes(cut.pixels, cut.boxes(ignored), IGNORED, dashed=True)
    shown = draw_boxes(shown, cut.boxes(missed), TRUTH, dashed=True)
    for found, colour in ((right, FACE), (wrong, WRONG)):
        here = found[(coverage(found.boxes, [cut.window]) > 0)[:, 0]]  # labels of the others would crowd in
        shown = draw_faces(shown, Faces(cut.boxes(here.boxes), here.scores), colour=colour)
    return shown
