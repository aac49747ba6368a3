"""Boxes that a known mistake explains: one check for each, all by the verdict of the same look."""

from collections.abc import Iterator

from facewright.doctor.checking import Check, check
from facewright.doctor.data import Data
from facewright.doctor.finding import Evidence, Severity
from facewright.doctor.labels.show import NAMES, SHOWN, sheet
from facewright.doctor.labels.verdict import Verdict, verdict

_LEARNT = "A model trained on it learns to point beside the faces."


def named(data: Data, fault: str) -> Iterator[Evidence]:
    """What speaks for the fault with this id, where that is the verdict on the set's boxes."""
    found = verdict(data)
    if found is not None and found.explained.hypothesis.fault == fault:
        yield _evidence(found)


def _check(id: str, about: str, cure: str, severity: Severity = "error") -> Check[Data]:
    @check(id, severity, Data, about=f"{about} {_LEARNT}", cure=cure)
    def look(data: Data) -> Iterator[Evidence]:
        yield from named(data, id)

    return look


def _evidence(found: Verdict) -> Evidence:
    hypothesis, moved, (stated, other) = found.explained
    better = [view for view, gain in zip(found.told, other - stated, strict=True) if gain > 0]
    best = (stated - other).argsort(kind="stable")[:SHOWN]
    numbers = {
        "pictures_compared": len(found.told),
        "pictures_with_boxes": found.total,
        "explained_better": len(better),
        "mean_iou_stated": round(float(stated.mean()), 3),
        "mean_iou_explained": round(float(other.mean()), 3),
        "names": [view.glimpse.sample.name for view in better[:NAMES]],
    }
    boxes = f"{found.where}the boxes"
    return Evidence(
        f"{boxes[0].upper()}{boxes[1:]} are {hypothesis.words}: taken so, they fit the faces found "
        f"better in {len(better)} of {len(found.told)} pictures, "
        f"mean IoU {other.mean():.2f} instead of {stated.mean():.2f}.",
        numbers,
        sheet([found.told[i] for i in best], [moved[i] for i in best], "stated: orange, so: green"),
    )


PLACEMENT: tuple[Check[Data], ...] = (
    _check(
        "labels-shifted",
        "Each picture has the boxes of the one before or after it: the lists of pictures and of labels are "
        "out of step by one.",
        "Pair pictures and labels by their names, not by their place in two sorted lists.",
    ),
    _check(
        "labels-transposed",
        "x and y of the boxes are swapped, or widths and heights, as when rows and columns of an array are "
        "taken for x and y.",
        "Swap the two back where the labels are read.",
    ),
    _check(
        "labels-mirrored",
        "The boxes are those of the mirrored pictures: pictures or labels were flipped, and not both.",
        "Flip pictures and boxes together, or neither.",
    ),
    _check(
        "labels-upside-down",
        "The boxes count y from the lower border, as plots and some tools do, or pictures were flipped and "
        "labels were not.",
        "Take the picture's height minus y, and swap the two, where the labels are read.",
    ),
    _check(
        "labels-turned",
        "The boxes were made for the pictures turned otherwise: for the pixels as stored while EXIF turns "
        "them, or the other way round.",
        "Apply EXIF's orientation to pictures and to boxes, or label the pictures anew the right way up.",
    ),
    _check(
        "labels-centre-as-corner",
        "The centres of the boxes are taken for their upper left corners.",
        "Read the labels as centre and size (cx, cy, w, h), as YOLO writes them.",
    ),
    _check(
        "labels-corner-as-centre",
        "The upper left corners of the boxes are taken for their centres.",
        "Read the labels as corner and size (x, y, w, h), as COCO writes them, or as two corners.",
    ),
    _check(
        "labels-other-size",
        "The boxes were made for pictures of another size.",
        "Multiply the boxes by the pictures' size over the size that they were labelled at.",
    ),
    _check(
        "labels-wrong-side",
        "The boxes are shares, and not of the sides that they are multiplied by: x was divided by something "
        "else than the picture's width, or y by something else than its height.",
        "Divide x and widths by the picture's width, y and heights by its height.",
    ),
    _check(
        "labels-offset",
        "All boxes are moved alike, or scaled and moved: the padding or the resizing of a network's input "
        "was left in them, or a border of the pictures was cut off.",
        "Subtract the padding from the boxes, then divide them by the factor, where the labels are read.",
    ),
    _check(
        "labels-size",
        "The boxes sit on the faces and are much larger or smaller: a half was written for a whole, a size "
        "doubled, or they are boxes of more than a face. Few such boxes count as found elsewhere.",
        "Mend the sizes where the labels are written; if they are meant so, box_scale= makes boxes of faces "
        "of them.",
        "warning",
    ),
)
