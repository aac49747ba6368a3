"""WIDER FACE's protocol (Yang et al., "WIDER FACE: A Face Detection Benchmark", 2016), as its tools do it.

Each detection, best score first, stands for the face that it overlaps most. Where that overlap is at least .5
it finds the face; found again, a face is a false alarm. Where the face is outside the subset, the detection
counts for nothing. Precision and recall are taken at 1,000 thresholds of the score, normalised over all
pictures.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from facewright.datasets.wider_truth import WiderTruth

Doubles = NDArray[np.float64]

IOU = 0.5
THRESHOLDS = 1 - np.arange(1, 1001) / 1000
"""of the normalised score, highest first: .999 to 0"""


@dataclass(frozen=True, eq=False, slots=True)
class SubsetResult:
    """One subset's curve: precision and recall at each of `THRESHOLDS`, and the area under it."""

    faces: int
    ap: float
    """NaN where the subset has no face"""
    precision: Doubles
    """0 where nothing is detected yet"""
    recall: Doubles


def evaluate(truth: WiderTruth, found: Sequence[ArrayLike]) -> dict[str, SubsetResult]:
    """Subset -> its result.

    `found` has for each picture of the truth, in its order, the detections in any order, (N, 5): x, y,
    width, height, score. Raises ValueError when the two differ in length.
    """
    detections = [_best_first(rows) for rows in found]
    scores = _normalised([rows[:, 4] for rows in detections])
    best = [_best_faces(rows[:, :4], boxes) for rows, boxes in zip(detections, truth.boxes, strict=True)]
    results = {}
    for subset, chosen in truth.subsets.items():
        # the tools pass over a picture without any face: its false alarms are not counted
        parts = [
            (score, *_verdicts(faces, keep))
            for score, faces, keep in zip(scores, best, chosen, strict=True)
            if len(keep)
        ]
        results[subset] = _result(parts, truth.faces(subset))
    return results


def overlaps(boxes: ArrayLike, truth: ArrayLike) -> Doubles:
    """IoU (N, M) of x, y, width, height boxes whose last pixel is taken to be x + width: one more counts."""
    a, b = (np.asarray(values, np.float64).reshape(-1, 4) for values in (boxes, truth))
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, :2] + a[:, None, 2:], b[None, :, :2] + b[None, :, 2:])
    sides = np.clip(high - low + 1, 0, None)
    shared = sides[..., 0] * sides[..., 1]
    areas = [(values[:, 2] + 1) * (values[:, 3] + 1) for values in (a, b)]
    return shared / (areas[0][:, None] + areas[1][None, :] - shared)


def average_precision(recall: Doubles, precision: Doubles) -> float:
    """Area under the curve; a precision is the best at its recall or a higher one (PASCAL VOC 2010)."""
    x = np.concatenate([[0.0], recall, [1.0]])
    y = np.concatenate([[0.0], precision, [0.0]])
    envelope = np.maximum.accumulate(y[::-1])[::-1]
    steps = np.flatnonzero(x[1:] != x[:-1])
    return float(np.sum((x[steps + 1] - x[steps]) * envelope[steps + 1]))


def _best_first(rows: ArrayLike) -> Doubles:
    values = np.asarray(rows, np.float64).reshape(-1, 5)
    return values[np.argsort(-values[:, 4], kind="stable")]


def _normalised(scores: Sequence[Doubles]) -> list[Doubles]:
    """To 0 ... 1 over all pictures; 1 throughout where all are equal."""
    every = np.concatenate([np.zeros(0), *scores])
    low, high = (every.min(), every.max()) if len(every) else (0.0, 1.0)
    if low == high:
        return [np.ones_like(values) for values in scores]
    return [(values - low) / (high - low) for values in scores]


def _best_faces(boxes: Doubles, truth: Doubles) -> NDArray[np.intp]:
    """(N,): the face that each detection stands for, or -1."""
    if not len(truth):
        return np.full(len(boxes), -1, np.intp)
    shared = overlaps(boxes, truth)
    return np.where(shared.max(axis=1) >= IOU, shared.argmax(axis=1), -1)


def _verdicts(
    faces: NDArray[np.intp], keep: NDArray[np.bool_]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which detections (N,) of a picture count, and which find a face of the subset for the first time."""
    counts = (faces < 0) | keep[faces]
    first = np.zeros(len(faces), bool)
    hits = np.flatnonzero((faces >= 0) & counts)
    first[hits[np.unique(faces[hits], return_index=True)[1]]] = True
    return counts, first


def _result(
    parts: Sequence[tuple[Doubles, NDArray[np.bool_], NDArray[np.bool_]]], faces: int
) -> SubsetResult:
    scores, counts, first = (
        np.concatenate([np.zeros(0, kind), *(part[i] for part in parts)])
        for i, kind in enumerate((float, bool, bool))
    )
    given, found = _at_least(scores[counts]), _at_least(scores[first])
    precision = np.divide(found, given, out=np.zeros(len(THRESHOLDS)), where=given > 0)
    recall = found / faces if faces else np.full(len(THRESHOLDS), np.nan)
    ap = average_precision(recall, precision) if faces else float("nan")
    return SubsetResult(faces, ap, precision, recall)


def _at_least(scores: Doubles) -> Doubles:
    """How many scores reach each of `THRESHOLDS`."""
    return (len(scores) - np.searchsorted(np.sort(scores), THRESHOLDS, side="left")).astype(np.float64)


def to_dict(results: Mapping[str, SubsetResult]) -> dict[str, Any]:
    """Plain numbers for JSON: subset -> AP, in `wider_face` the curves; None where a subset has no face."""

    def plain(values: Doubles) -> list[float] | None:
        return None if np.isnan(values).any() else values.tolist()

    return {name: None if np.isnan(result.ap) else result.ap for name, result in results.items()} | {
        "wider_face": {
            name: {
                "faces": result.faces,
                "precision": plain(result.precision),
                "recall": plain(result.recall),
            }
            for name, result in results.items()
        }
    }


def protocol(subsets: Mapping[str, SubsetResult]) -> list[str]:
    """The rules behind the figures, one sentence a line."""
    faces = ", ".join(f"{name} {result.faces}" for name, result in subsets.items())
    return [
        f"WIDER FACE: its own protocol on its official ground truth (faces: {faces}).",
        f"WIDER FACE: IoU >= {IOU} with widths and heights one pixel larger, as its tools count; a face "
        "outside the subset is neither right nor wrong; pictures without a face count for nothing.",
        f"WIDER FACE: scores normalised over the whole set, {len(THRESHOLDS)} thresholds, AP as PASCAL VOC.",
    ]
