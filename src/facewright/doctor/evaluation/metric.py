"""Metrics of boxes, asked about detections whose worth is known beforehand."""

import math
from collections.abc import Iterator, Sequence

import numpy as np

from facewright.core.boxes import Floats, as_boxes, resize, xywh_to_xyxy
from facewright.core.faces import Faces
from facewright.doctor.checking import check
from facewright.doctor.evaluation.kinds import Figures, Metric
from facewright.doctor.finding import Evidence

PICTURES, WIDTH, HEIGHT = 12, 640, 480
PERFECT = 0.999
"""COCO's precision is computed at 101 recalls and may lack a rounding"""
RISE = 0.005
"""that is no rounding: one detection of the some thirty is more"""
BLIND = 0.5
"""a figure that gives as much to boxes that all miss their small faces does not see where boxes are"""
BESIDE = {
    "by one and a half times its size to the right and down": (1.5, 1.5),
    "by twice its size to the right and down": (2.0, 2.0),
    "by 2.2 times its size to the right and down": (2.2, 2.2),
    "by twice its size to the right": (2.0, 0.0),
    "by twice its size down": (0.0, 2.0),
}
"""ways to miss. Two lengths below zero that are multiplied are a large overlap from about two sizes on, where
an overlap is not held at zero"""
Truths = Sequence[Floats]


@check(
    "metric-not-perfect",
    "error",
    Metric,
    about="The truth itself, given as detections, does not score 1: what the metric measures is something "
    "else, and no detector can reach it.",
    cure="Put the truth through the metric, picture by picture, and see where it loses.",
)
def not_perfect(metric: Metric) -> Iterator[Evidence]:
    truths = _truths(metric)
    figures = metric.score(_all_found(truths), truths)
    if below := {name: value for name, value in figures.items() if not value >= PERFECT}:
        yield Evidence(f"The truth itself scores {_said(below)}.", dict(below))


@check(
    "metric-out-of-bounds",
    "error",
    Metric,
    about="A figure that should lie between 0 and 1 leaves these bounds, or is NaN, on detections that may "
    "occur.",
    cure="Divide by what the figure can reach at most, and say what it is where there is nothing to divide "
    "by.",
)
def out_of_bounds(metric: Metric) -> Iterator[Evidence]:
    truths = _truths(metric)
    found = _all_found(truths)
    for said, these in (
        ("nothing is found", [_faces(as_boxes([]), []) for _ in truths]),
        ("every face is found three times", [_again(faces, 2) for faces in found]),
        ("only false faces are found", _all_found([boxes[::-1] * np.float32(0.37) for boxes in truths])),
    ):
        figures = metric.score(these, truths)
        undefined = not any(map(len, these))  # a precision of nothing may well be NaN
        if outside := {
            name: value
            for name, value in figures.items()
            if not (0 <= value <= 1 + 1e-6 or (undefined and math.isnan(value)))
        }:
            yield Evidence(f"When {said}, the metric says {_said(outside)}.", dict(outside))
            return


@check(
    "metric-counts-twice",
    "error",
    Metric,
    about="A face counts as found as often as it is found, or one detection finds several faces, so that a "
    "detector that repeats itself scores better.",
    cure="Match greedily, best score first: each face and each detection once, and a second find is a false "
    "alarm.",
)
def counts_twice(metric: Metric) -> Iterator[Evidence]:
    truths = _truths(metric)
    some = _half(_all_found(truths))
    once = metric.score(some, truths)
    again = metric.score([_again(faces, 2) for faces in some], truths)
    if more := _risen(once, again):
        said = ", ".join(f"{name} from {once[name]:.3f} to {again[name]:.3f}" for name in more)
        yield Evidence(
            f"When each detection is given three times instead of once, the score rises: {said}.",
            {name: [once[name], again[name]] for name in more},
        )
    elif metric.most_faces != 1:
        truths = [np.concatenate([boxes, boxes + 4]).astype(np.float32) for boxes in truths]
        figures = metric.score(_all_found([boxes[: len(boxes) // 2] for boxes in truths]), truths)
        if all(value >= PERFECT for value in figures.values()):
            yield Evidence(
                f"When two faces lie on one another and one is found, the metric says {_said(figures)}.",
                dict(figures),
            )


@check(
    "metric-blind-to-place",
    "error",
    Metric,
    about="Boxes that all lie beside their small faces score nearly as well as right ones, as under a mean "
    "squared error of coordinates: the metric cannot tell a detector from a guess.",
    cure="Judge boxes by their overlap with the truth: mean IoU, or average precision at stated IoUs. Width "
    "and height of an overlap are 0 where they would be less.",
)
def blind_to_place(metric: Metric) -> Iterator[Evidence]:
    truths = [resize(boxes, 0.5) for boxes in _truths(metric)]
    for said, sizes in BESIDE.items():
        beside = [boxes + np.tile(sizes * (boxes[:, 2:] - boxes[:, :2]), 2) for boxes in truths]
        figures = metric.score(_all_found(beside), truths)
        if blind := {name: value for name, value in figures.items() if value > BLIND}:
            yield Evidence(
                f"When every box misses its face {said}, the metric says {_said(blind)}.", dict(blind)
            )
            return


@check(
    "metric-order-decides",
    "error",
    Metric,
    about="The score depends on the order of the pictures, or of a picture's detections, so that one model "
    "has many.",
    cure="Sort detections by score before they are matched, and pool all pictures before dividing.",
)
def order_decides(metric: Metric) -> Iterator[Evidence]:
    truths = _truths(metric)
    found = _mixed(metric, truths)
    first = metric.score(found, truths)
    for said, these, those in (
        ("the pictures come in another order", found[::-1], truths[::-1]),
        ("a picture's detections come in another order", [faces[::-1] for faces in found], truths),
        ("a picture's true boxes come in another order", found, [boxes[::-1] for boxes in truths]),
    ):
        if changed := _changed(first, metric.score(these, those)):
            yield Evidence(f"When {said}, {changed[0]} changes.", {"figures": changed})


@check(
    "metric-batch-decides",
    "error",
    Metric,
    about="The score is a mean of the scores of batches, which is another number for every batch size: a "
    "precision or recall of a few pictures is not part of that of all.",
    cure="Gather counts or detections over the whole set, and divide once at the end.",
    needs=("batched",),
)
def batch_decides(metric: Metric) -> Iterator[Evidence]:
    assert metric.batched is not None
    truths = _truths(metric)
    found = _mixed(metric, truths)
    by_size = {size: metric.batched(found, truths, size) for size in (1, 5, PICTURES)}
    changed = {n for size in (1, 5) for n in _changed(by_size[size], by_size[PICTURES])}
    for name in sorted(changed):
        values = {size: figures[name] for size, figures in by_size.items()}
        said = ", ".join(f"{value:.3f} by {size}" for size, value in values.items())
        yield Evidence(
            f"{name} of the same detections depends on how many pictures are taken at a time: {said}.",
            {"figure": name, "values": list(values.values()), "batches": list(values)},
        )


@check(
    "metric-forgives-misses",
    "error",
    Metric,
    about="Pictures in which nothing is found are left out, so that a detector gains by keeping silent.",
    cure="Count the faces of every picture, also of those without a detection.",
)
def forgives_misses(metric: Metric) -> Iterator[Evidence]:
    truths = _truths(metric)
    found = _all_found(truths)
    for i in range(0, PICTURES, 2):
        found[i] = _faces(as_boxes([]), [])
    figures = metric.score(found, truths)
    if figures and all(value >= PERFECT for value in figures.values()):
        yield Evidence(
            f"When nothing is found in every second picture, the metric says {_said(figures)}.", dict(figures)
        )


@check(
    "metric-forgives-false-faces",
    "warning",
    Metric,
    about="No figure falls when faces are found where there are none: a lower threshold always looks better.",
    cure="Report precision, average precision, or recall at a stated number of false alarms beside it.",
)
def forgives_false_faces(metric: Metric) -> Iterator[Evidence]:
    if metric.most_faces == 1:
        return  # it is judged by the one box that is given first
    truths = _truths(metric)
    found = _half(_all_found(truths))
    false = [boxes * np.float32(0.37) for boxes in truths]
    more = [
        _faces(np.concatenate([faces.boxes, boxes]), [*faces.scores, *[0.97] * len(boxes)])
        for faces, boxes in zip(found, false, strict=True)
    ]
    before, after = metric.score(found, truths), metric.score(more, truths)
    if before and all(after[name] >= value - RISE for name, value in before.items()):
        yield Evidence(
            f"When a sure false face is added for every true one, no figure falls: {_said(after)}.",
            dict(after),
        )


CHECKS = (
    not_perfect,
    out_of_bounds,
    counts_twice,
    blind_to_place,
    order_decides,
    batch_decides,
    forgives_misses,
    forgives_false_faces,
)


def _truths(metric: Metric) -> list[Floats]:
    """Of each picture one to four faces (as many as there may be) in a row, apart from one another."""
    random = np.random.default_rng(0)
    most = metric.most_faces or 4
    truths = []
    for i in range(PICTURES):
        count = 1 + i % most
        x = np.arange(count) * 150 + random.uniform(20, 40, count)
        size = random.uniform(40, 110, (count, 2))
        truths.append(xywh_to_xyxy(np.column_stack([x, random.uniform(20, 350, count), size])))
    return truths


def _all_found(boxes: Truths) -> list[Faces]:
    """These very boxes, each with another score."""
    counts = np.cumsum([0, *map(len, boxes)])
    total = max(int(counts[-1]), 1)
    return [
        _faces(these, 0.95 - 0.4 * (start + np.arange(len(these))) / total)
        for these, start in zip(boxes, counts[:-1], strict=True)
    ]


def _faces(boxes: Floats, scores: Sequence[float] | np.ndarray) -> Faces:
    return Faces(boxes, np.asarray(scores, np.float32), width=WIDTH, height=HEIGHT)


def _half(found: list[Faces]) -> list[Faces]:
    """Every second face of all pictures."""
    out, before = [], 0
    for faces in found:
        out.append(faces[(before + np.arange(len(faces))) % 2 == 0])
        before += len(faces)
    return out


def _again(faces: Faces, times: int) -> Faces:
    """The same with copies beside it, a pixel off and a little less sure."""
    boxes = np.concatenate([faces.boxes + i for i in range(times + 1)]).astype(np.float32)
    return _faces(boxes, np.concatenate([faces.scores - 0.01 * i for i in range(times + 1)]))


def _mixed(metric: Metric, truths: Truths) -> list[Faces]:
    """Detections of all kinds: right, loose, twice, wrong and missing; of a localiser one a picture."""
    random = np.random.default_rng(1)
    out = []
    for boxes in truths:
        loose = boxes + random.normal(0, 6, boxes.shape)
        wrong = boxes * np.float32(0.37)
        these = np.concatenate([loose[random.random(len(loose)) < 0.8], loose[:1] + 2, wrong[:1]])
        if metric.most_faces == 1:
            these = these[random.integers(len(these))][None]
        out.append(_faces(these.astype(np.float32), random.uniform(0.3, 0.95, len(these))))
    return out


def _risen(before: Figures, after: Figures) -> list[str]:
    return [name for name, value in before.items() if after[name] > value + RISE]


def _changed(before: Figures, after: Figures) -> list[str]:
    return [name for name, value in before.items() if not abs(after[name] - value) < RISE]


def _said(figures: Figures) -> str:
    return ", ".join(f"{name} {value:.3f}" for name, value in figures.items())
