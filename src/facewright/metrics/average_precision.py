"""Average precision by COCO's own rules, computed by faster-coco-eval.

Two things differ from COCO's defaults, both to suit pictures of crowds: up to `MAX_DETECTIONS` detections a
picture count (COCO keeps 100 and so hides faces), and the ranges of sizes are given. Ignore regions are
COCO's crowd annotations: a detection of which such a region covers enough is neither right nor wrong.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from facewright.core.faces import Faces
from facewright.datasets.sample import Sample
from facewright.metrics.matching import check_boxes

MAX_DETECTIONS = 1000
"""per picture, best scores first"""
COCO_THRESHOLDS = tuple(np.linspace(0.5, 0.95, 10).tolist())
ALL_SIZES = {"all": (0.0, math.inf)}


def average_precision(
    samples: Sequence[Sample],
    faces: Sequence[Faces],
    *,
    thresholds: Sequence[float] = COCO_THRESHOLDS,
    sizes: Mapping[str, tuple[float, float]] = ALL_SIZES,
    scales: Sequence[float] | None = None,
) -> dict[str, dict[float, float]]:
    """Range of sizes -> IoU threshold -> AP with COCO's 101 recall points; NaN where it holds no face.

    `sizes` are ranges of sqrt(width * height) in pixels after each picture's boxes were multiplied by its
    factor in `scales` (default: as they are). A face outside a range, and a detection outside it that finds
    no face in it, count for nothing there. Raises ValueError when the sequences differ in length,
    DataError when a face's box is not known.
    """
    check_boxes(samples)
    from faster_coco_eval import COCO, COCOeval_faster

    annotations: list[dict[str, Any]] = []
    results: list[dict[str, Any]] = []
    scales = [1.0] * len(samples) if scales is None else scales
    for picture, (sample, found, scale) in enumerate(zip(samples, faces, scales, strict=True), start=1):
        for boxes, crowd in ((sample.boxes, 0), (sample.ignore, 1)):
            for box in _xywh(boxes, scale):
                number = len(annotations) + 1
                annotations.append(
                    _annotation(picture, box) | {"id": number, "iscrowd": crowd, "ignore": crowd}
                )
        for box, score in zip(_xywh(found.boxes, scale), found.scores.tolist(), strict=True):
            results.append(_annotation(picture, box) | {"score": score})
    pictures = [{"id": i} for i in range(1, len(samples) + 1)]
    if not any(not a["iscrowd"] for a in annotations):
        return {name: dict.fromkeys(thresholds, math.nan) for name in sizes}
    truth = COCO(
        {
            "info": {},
            "images": pictures,
            "annotations": annotations,
            "categories": [{"id": 1, "name": "face"}],
        }
    )
    evaluator = COCOeval_faster(truth, truth.loadRes(results), "bbox")
    evaluator.params.iouThrs = np.asarray(thresholds)
    evaluator.params.maxDets = [MAX_DETECTIONS]
    # Its ranges hold their upper border; ours do not, so that no face is of two sizes.
    evaluator.params.areaRng = [
        [low**2, np.nextafter(min(high, 1e5) ** 2, 0)] for low, high in sizes.values()
    ]
    evaluator.params.areaRngLbl = list(sizes)
    evaluator.evaluate()
    evaluator.accumulate()
    precision = np.asarray(
        evaluator.eval["precision"]
    )  # thresholds, recalls, categories, sizes, max detections
    table = precision[:, :, 0, :, 0].mean(axis=1)  # -1 throughout where there is no truth
    table = np.where(table < 0, np.nan, table)
    return {name: dict(zip(thresholds, table[:, i].tolist(), strict=True)) for i, name in enumerate(sizes)}


def ap50(truth: Sequence[Sample], detections: Sequence[Faces]) -> float:
    """AP at IoU .5 and nothing else: fast enough for a few hundred pictures after every epoch."""
    return average_precision(truth, detections, thresholds=(0.5,))["all"][0.5]


def _xywh(boxes: Any, scale: float) -> list[list[float]]:
    """Corner boxes -> COCO's x, y, width, height, in double precision as COCO computes."""
    b = np.asarray(boxes, np.float64).reshape(-1, 4) * scale
    return np.concatenate([b[:, :2], b[:, 2:] - b[:, :2]], axis=1).tolist()


def _annotation(picture: int, box: list[float]) -> dict[str, Any]:
    return {"image_id": picture, "category_id": 1, "bbox": box, "area": box[2] * box[3]}
