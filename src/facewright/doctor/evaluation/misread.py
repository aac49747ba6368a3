"""Does a finder say where faces are in the way that others read? Asked of scenes whose faces are known."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from facewright.core.boxes import iou
from facewright.core.draw import IGNORED, TRUTH, draw_boxes
from facewright.doctor.checking import check
from facewright.doctor.evaluation.found import finite, found, said
from facewright.doctor.evaluation.kinds import Finder
from facewright.doctor.evaluation.scenes import Scene, scenes_of, scores_of, widened, zoomed
from facewright.doctor.finding import Evidence
from facewright.doctor.labels.explanation import Explanation, explanation
from facewright.doctor.labels.hypotheses import HYPOTHESES, Hypothesis
from facewright.doctor.labels.show import upright

FEWEST = 6
"""faces that must tell"""
OF_PIXELS = ("labels-not-pixels", "labels-other-size", "labels-offset")
"""faults of labels which in a finder are a resizing that is not undone"""
EXCHANGED = Hypothesis(
    "labels-inverted", "told by their lower right corner first", lambda b, w, h: b[:, [2, 3, 0, 1]]
)


class Misread(NamedTuple):
    """What a finder's boxes are, as it seems, where they are not corners in pixels of the picture."""

    explained: Explanation
    shown: NDArray[np.uint8]
    """a picture with boxes as they are given, and as they are meant"""

    @property
    def evidence(self) -> Evidence:
        hypothesis, _, (stated, other) = self.explained
        better = int((other > stated).sum())
        return Evidence(
            f"The boxes are {hypothesis.words}: taken so, they fit the true faces better in {better} of "
            f"{len(other)} pictures, mean IoU {other.mean():.2f} instead of {stated.mean():.2f}.",
            {
                "pictures_compared": len(other),
                "explained_better": better,
                "mean_iou_stated": float(stated.mean()),
                "mean_iou_explained": float(other.mean()),
            },
            self.shown,
        )


@lru_cache(maxsize=1)  # the checks below ask the same subject, one after the other
def misread(finder: Finder) -> Misread | None:
    """The best of all hypotheses about its boxes; None where they are right, or nobody can know."""
    scenes = scenes_of(finder)
    # Padding is seen only beside pictures that are no squares.
    return _misread(finder, scenes) or _misread(finder, [widened(scene) for scene in scenes])


def _misread(finder: Finder, scenes: Sequence[Scene]) -> Misread | None:
    told = [(*scene, found(finder, scene[0])[0]) for scene in scenes]
    told = [one for one in told if len(one[1]) and len(one[2])]
    if not told:
        return None
    stated, truths = [boxes for _, _, boxes in told], [truth for _, truth, _ in told]
    tried = (
        (one, [one.turn(boxes, *picture.shape[1::-1]) for picture, _, boxes in told])
        for one in (*HYPOTHESES, EXCHANGED)
    )
    explained = explanation(stated, truths, tried)
    if explained is None:
        return None
    best = int(explained.fits.other.argmax())
    shown = draw_boxes(told[best][0], upright(explained.moved[best]), TRUTH)
    return Misread(explained, draw_boxes(shown, upright(stated[best]), IGNORED, dashed=True))


@check(
    "finder-not-finite",
    "error",
    Finder,
    about="Boxes or scores are NaN or infinite: whatever compares them drops or keeps them by chance.",
    cure="Look for the first step whose output is not finite: a size that is the exponential of a large "
    "number, a division by zero, weights that went astray.",
    cheap=False,
)
def not_finite(finder: Finder) -> Iterator[Evidence]:
    count, wrong = _counted(finder)
    if wrong:
        yield Evidence(
            f"{wrong} of {count} boxes have a place or a score that is NaN or infinite.",
            {"boxes": count, "not_finite": wrong},
        )


@check(
    "finder-wrong-boxes",
    "error",
    Finder,
    about="Boxes are told otherwise than by two corners x0, y0, x1, y1, or are those of the picture turned "
    "or mirrored: whoever reads them as others' boxes is led beside the faces.",
    cure="Give x0, y0, x1, y1: the upper left corner first, x before y, x to the right and y down.",
    cheap=False,
)
def wrong_boxes(finder: Finder) -> Iterator[Evidence]:
    seen = misread(finder)
    if seen is not None and seen.explained.hypothesis.fault not in OF_PIXELS:
        yield seen.evidence


@check(
    "finder-wrong-pixels",
    "error",
    Finder,
    about="Boxes are told in the pixels of the network's input, or as shares, and not in those of the "
    "picture.",
    cure="Undo the resizing: subtract the padding, then divide boxes by the factor by which the picture was "
    "made to fit.",
    cheap=False,
)
def wrong_pixels(finder: Finder) -> Iterator[Evidence]:
    seen = misread(finder)
    if seen is not None and seen.explained.hypothesis.fault in OF_PIXELS:
        yield seen.evidence
        return
    same = grown = 0
    for picture, _ in scenes_of(finder):
        boxes, after = (found(finder, one)[0] for one in (picture, zoomed(picture, 2.0)))
        if len(boxes) and len(after):
            same += int((iou(boxes, after).max(1) > 0.7).sum())
            grown += int((iou(2 * boxes, after).max(1) > 0.7).sum())
    if same >= FEWEST and same > 4 * grown:
        yield Evidence(
            f"In pictures twice as large {same} faces get the same boxes as before, and {grown} boxes twice "
            f"as large.",
            {"same": same, "grown": grown},
        )


@check(
    "finder-finds-none",
    "error",
    Finder,
    about="Not one face is found in the pictures that it is for.",
    cure="Follow one picture through: how its pixels are scaled, the order of channels, how boxes are "
    "decoded, the threshold.",
    needs=("scenes",),
    cheap=False,
)
def finds_none(finder: Finder) -> Iterator[Evidence]:
    scenes = scenes_of(finder)
    faces = sum(len(truth) for _, truth in scenes)
    count, wrong = _counted(finder)
    if faces < FEWEST or wrong or misread(finder) is not None:  # which say why
        return
    if not any(scores_of(found(finder, picture), truth).any() for picture, truth in scenes):
        boxes = f"none of its {count} boxes lies on one" if count else "it gives no box at all"
        yield Evidence(
            f"It finds none of {faces} faces in {len(scenes)} pictures: {boxes}.",
            {"faces": faces, "pictures": len(scenes), "boxes": count},
        )


def _counted(finder: Finder) -> tuple[int, int]:
    """Boxes in all scenes, and how many of them are not finite, or their score is not."""
    answers = [said(finder, picture) for picture, _ in scenes_of(finder)]
    count = sum(len(boxes) for boxes, _ in answers)
    return count, count - sum(len(boxes) for boxes, _ in map(finite, answers))


CHECKS = (not_finite, wrong_boxes, wrong_pixels, finds_none)
