"""What finds faces, asked about pictures that are moved, enlarged and recoloured."""

from collections.abc import Iterator

import numpy as np

from facewright.core.boxes import Floats, area, iou
from facewright.core.draw import IGNORED, draw_boxes
from facewright.doctor.checking import check
from facewright.doctor.evaluation.found import candidates, found
from facewright.doctor.evaluation.kinds import Finder
from facewright.doctor.evaluation.misread import misread
from facewright.doctor.evaluation.scenes import PLACES, moved, scenes_of, scores_of, zoomed
from facewright.doctor.finding import Evidence

FEWEST = 12
"""boxes or faces, for a share of them to mean something"""
MOST_SIZES = 3
"""of boxes that are said to be few: of a finder that gives each face its size, twelve boxes have about ten"""
SMALLEST = 2.0
"""pixels: boxes below it are none, shares of the picture for example"""
SIZE_STEP = 0.02
"""logarithm of a size: closer ones count as the same"""
SAME_FACE, REPEATED = 0.6, 0.1
"""IoU of two boxes that must be one face's, and share of boxes that may be such a second one. Faces that are
two overlap by less; suppression at the usual .3 to .5 leaves none"""
LEANS = 0.5
"""share of the faces found in the middle that must be found in a corner too"""
AGAIN = 0.5
"""share of faces that must be found again in a picture twice as large"""
BETTER, MOSTLY = 0.15, 0.75
"""mean score that another order of channels must gain, and share of faces that must gain, for an alarm"""
PRECISE, HIDES = 0.9, 2.0
"""precision at which a lower threshold is proposed, and how many times the faces it must find"""


@check(
    "finder-few-sizes",
    "error",
    Finder,
    about="All boxes have one of a few fixed sizes, as windows of fixed size do: a face of another size "
    "gets a box that does not fit, or none.",
    cure="Look at a pyramid of the picture in steps of at most 1.25, and merge windows, or regress the box.",
    cheap=False,
)
def few_sizes(finder: Finder) -> Iterator[Evidence]:
    sizes: list[float] = []
    for picture, _ in scenes_of(finder):
        for factor in (0.7, 1.0, 1.6):
            seen = zoomed(picture, factor)
            boxes, _ = found(finder, seen)
            inside = (boxes[:, :2] > 0).all(1) & (boxes[:, 2:] < seen.shape[1::-1]).all(1)
            side = np.sqrt(area(boxes[inside]))
            sizes += side[side >= SMALLEST].tolist()
    different = len(np.unique(np.round(np.log(sizes) / SIZE_STEP)))
    if len(sizes) >= FEWEST and different <= MOST_SIZES:
        kinds = sorted({round(size) for size in sizes})
        yield Evidence(
            f"{len(sizes)} boxes in pictures of three scales have {different} sizes: "
            f"{', '.join(map(str, kinds))} pixels.",
            {"boxes": len(sizes), "sizes": kinds},
        )


@check(
    "finder-repeats",
    "error",
    Finder,
    about="A face gets several boxes, because overlapping ones are not suppressed: every second one is a "
    "false alarm.",
    cure="Keep the best of boxes that overlap by more than about .45 (core.boxes.nms).",
    cheap=False,
)
def repeats(finder: Finder) -> Iterator[Evidence]:
    count = second = 0
    shown, most = None, 0
    for picture, _ in scenes_of(finder):
        boxes, scores = found(finder, picture)
        order = np.argsort(-scores, kind="stable")
        overlap = np.tril(iou(boxes[order], boxes[order]), k=-1)
        here = int((overlap > SAME_FACE).any(axis=1).sum())
        count, second = count + len(boxes), second + here
        if here > most:
            most, shown = here, draw_boxes(picture, boxes, IGNORED)
    if second >= 3 and second > REPEATED * count:
        yield Evidence(
            f"{second} of {count} boxes lie on a better one, with an IoU above {SAME_FACE}.",
            {"boxes": count, "repeated": second},
            shown,
        )


@check(
    "finder-leans",
    "error",
    Finder,
    about="Faces are found in the middle of the picture and missed off it: the network has no sense of "
    "place, or has learnt from faces in the middle only.",
    cure="Keep the map of places up to the output, and train with the face anywhere in the frame.",
    cheap=False,
)
def leans(finder: Finder) -> Iterator[Evidence]:
    if misread(finder) is not None:  # which says why
        return
    hits = np.zeros(len(PLACES))
    faces, shown = 0, None
    for scene in scenes_of(finder):
        for face in range(len(scene[1])):
            frames = [moved(scene, face, place) for place in PLACES]
            here = [scores_of(found(finder, frame), box, 0.4)[0] > 0 for frame, box in frames]
            faces, hits = faces + 1, hits + here
            if shown is None and here[0] and not any(here[1:]):
                frame, box = frames[1]
                shown = draw_boxes(draw_boxes(frame, box), found(finder, frame)[0], IGNORED, dashed=True)
    middle, corners = hits[0], float(hits[1:].mean())
    if middle >= FEWEST and middle >= 0.5 * faces and corners < LEANS * middle:
        yield Evidence(
            f"Of {faces} faces {middle:.0f} are found in the middle of a picture, and the same ones only "
            f"{corners:.0f} times in its corners.",
            {"faces": faces, "middle": int(middle), "corners": corners},
            shown,
        )


@check(
    "finder-size-decides",
    "warning",
    Finder,
    about="The same picture twice as large gives other faces: the finder knows faces of a few sizes only.",
    cure="Train with faces of all sizes, or bring every picture to the size that the finder was trained for.",
    cheap=False,
)
def size_decides(finder: Finder) -> Iterator[Evidence]:
    faces = again = 0
    for picture, truth in scenes_of(finder):
        before = scores_of(found(finder, picture), truth) > 0
        there = scores_of(found(finder, zoomed(picture, 2.0)), 2 * truth) > 0
        faces, again = faces + int(before.sum()), again + int((before & there).sum())
    if faces >= FEWEST and again < AGAIN * faces:
        yield Evidence(
            f"Of {faces} faces that are found, {again} are found again when the picture is twice as large.",
            {"faces": faces, "again": again},
        )


@check(
    "finder-channels-swapped",
    "error",
    Finder,
    about="Faces are found better when red and blue are exchanged: the finder was trained on the other "
    "order, as with OpenCV's BGR.",
    cure="Give pictures in the order of training; convert BGR to RGB on reading.",
    cheap=False,
)
def channels_swapped(finder: Finder) -> Iterator[Evidence]:
    pairs: list[tuple[Floats, Floats]] = []
    for picture, truth in scenes_of(finder):
        other = np.ascontiguousarray(picture[:, :, ::-1])
        pairs.append((scores_of(found(finder, picture), truth), scores_of(found(finder, other), truth)))
    before, after = (np.concatenate([np.zeros(0), *side]) for side in zip(*pairs, strict=True))
    seen = (before > 0) | (after > 0)
    if seen.sum() < FEWEST:
        return
    gain, share = float((after - before)[seen].mean()), float((after > before)[seen].mean())
    if gain > BETTER and share > MOSTLY:
        yield Evidence(
            f"With red and blue exchanged {share:.0%} of {seen.sum()} faces score higher, by {gain:.2f} on "
            f"average.",
            {"faces": int(seen.sum()), "higher": share, "gain": gain},
        )


@check(
    "finder-threshold-hides",
    "warning",
    Finder,
    about="The threshold hides most of the faces that the finder does find, though a lower one would give "
    "hardly a false face.",
    cure="Choose the threshold on pictures of the kind it is for, by the false faces that can be borne.",
    needs=("candidates",),
    cheap=False,
)
def threshold_hides(finder: Finder) -> Iterator[Evidence]:
    used, scores, right = 0, [np.zeros(0, np.float32)], [np.zeros(0, bool)]
    for picture, truth in scenes_of(finder):
        used += int((scores_of(found(finder, picture), truth) > 0).sum())
        boxes, likely = candidates(finder, picture)
        scores.append(likely)
        best = iou(boxes, truth).max(1, initial=0)
        right.append(best >= 0.5)
    all_scores, all_right = np.concatenate(scores), np.concatenate(right)
    order = np.argsort(-all_scores, kind="stable")
    hits = np.cumsum(all_right[order])
    precise = np.flatnonzero(hits >= PRECISE * np.arange(1, len(hits) + 1))
    if len(precise) and hits[precise[-1]] >= max(FEWEST, HIDES * used):
        threshold, there = float(all_scores[order][precise[-1]]), int(hits[precise[-1]])
        yield Evidence(
            f"The threshold in use leaves {used} faces; {threshold:.2f} would leave {there}, with less than "
            f"one false face in {round(1 / (1 - PRECISE))}.",
            {"in_use": used, "threshold": threshold, "there": there},
        )


TWICE = 0.5, 0.7311
"""what a logistic function makes of 0 .. 1, which a first one made of logits"""
SCORES = 20
"""boxes that must tell"""


@check(
    "finder-scores-squeezed",
    "error",
    Finder,
    about="No score is below .5 or above .73, however low the threshold: the logistic function (sigmoid) is "
    "applied twice, in the model and again after it. Thresholds mean nothing, and whatever is no face scores "
    ".5.",
    cure="Apply it once: in the exported graph, or in what reads its output.",
    needs=("candidates",),
    cheap=False,
)
def scores_squeezed(finder: Finder) -> Iterator[Evidence]:
    scores = np.concatenate([np.zeros(0), *(candidates(finder, p)[1] for p, _ in scenes_of(finder))])
    lowest, highest = scores.min(initial=1), scores.max(initial=0)
    if len(scores) >= SCORES and lowest >= TWICE[0] and highest <= TWICE[1]:
        yield Evidence(
            f"The scores of all {len(scores)} boxes are {lowest:.2f} to {highest:.2f}.",
            {"boxes": len(scores), "lowest": float(lowest), "highest": float(highest)},
        )


CHECKS = (
    scores_squeezed,
    few_sizes,
    repeats,
    leans,
    size_decides,
    channels_swapped,
    threshold_hides,
)
