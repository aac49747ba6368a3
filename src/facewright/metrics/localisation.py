"""How well the one face of a picture is found, and whether the answer leans to the middle.

A localiser may answer the middle of the picture whatever it sees and still score well where photographers
centre faces. So IoU is also told by how far from the middle the face is, beside the best box that is always
the same: what does not rise above that box has learnt nothing.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facewright.core.boxes import Floats, iou
from facewright.core.errors import DataError
from facewright.core.faces import Faces
from facewright.datasets.sample import Sample
from facewright.metrics.average_precision import ap50
from facewright.metrics.matching import IOU, check_boxes

BIN = 0.1
"""width of a bin of distance, in halves of the picture's diagonal"""
LEAST_FACES = 30
"""in a bin, for it to count when the curve is called flat or not: fewer say too little"""

Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class LeanBin:
    """The faces whose centre lies from `low` to `high` from the picture's: 0 in the middle, 1 in a corner."""

    low: float
    high: float
    faces: int
    iou: float
    constant: float
    """IoU of the constant box there"""


@dataclass(frozen=True, eq=False, slots=True)
class Localisation:
    """Every figure of one localiser on one set; shares are 0 to 1, NaN where there is nothing to measure."""

    pictures: int
    faces: int
    """pictures with exactly one, by which boxes are judged"""
    left_out: int
    """pictures with several"""
    iou: float
    """mean, of the box given first, however unsure"""
    hits: float
    """share of faces with IoU above .5"""
    ap50: float
    faceless: int
    """pictures without a face"""
    false_faces: float
    """share of these in which one is found at the threshold of use"""
    missed: float
    """share of faces that no box reaches the threshold for"""
    lean: list[LeanBin]
    constant_box: list[float]
    """x0, y0, x1, y1 as shares of the picture: the one box that has the greatest mean IoU with these faces"""
    constant_iou: float

    @property
    def flatness(self) -> float:
        """Greatest difference between the bins' IoUs, of bins with `LEAST_FACES`; NaN below two such bins."""
        means = [b.iou for b in self.lean if b.faces >= LEAST_FACES]
        return max(means) - min(means) if len(means) > 1 else math.nan

    def to_dict(self) -> dict[str, Any]:
        """Plain numbers for JSON, unrounded, NaN as None."""
        values = {name: getattr(self, name) for name in self.__slots__ if name != "lean"}
        values["flatness"] = self.flatness
        bins = [{name: getattr(b, name) for name in LeanBin.__slots__} for b in self.lean]
        plain = {name: None if value != value else value for name, value in values.items()}
        return plain | {"lean": bins}


def judge(samples: Sequence[Sample], faces: Sequence[Faces], *, threshold: float = 0.5) -> Localisation:
    """Judge the one box that a localiser gave for each picture, in the same order.

    The boxes should come whatever their score; `faces` must know their picture's size. Pictures with several
    faces are left out, and false faces are counted on pictures without any. Raises DataError when a face's
    box is not known, ValueError when the sequences differ in length.
    """
    check_boxes(samples)
    pairs = list(zip(samples, faces, strict=True))
    single = [(s, f) for s, f in pairs if len(s.boxes) == 1]
    none = [f for s, f in pairs if s.faceless]
    used = [(s, f) for s, f in pairs if len(s.boxes) <= 1]
    overlaps = best_overlaps(*_unzipped(single))
    truth = relative_boxes(*_unzipped(single))
    box = constant_box(truth)
    constant = iou(truth, box)[:, 0].astype(np.float64)
    return Localisation(
        pictures=len(pairs),
        faces=len(single),
        left_out=len(pairs) - len(used),
        iou=_mean(overlaps),
        hits=_mean(overlaps > IOU),
        ap50=ap50(*_unzipped(used)) if single else math.nan,
        faceless=len(none),
        false_faces=_mean(np.array([found_at(f, threshold) for f in none])),
        missed=_mean(np.array([not found_at(f, threshold) for _, f in single])),
        lean=lean(centre_distances(truth, _unzipped(single)[1]), overlaps, constant),
        constant_box=box[0].tolist(),
        constant_iou=_mean(constant),
    )


def found_at(faces: Faces, threshold: float) -> bool:
    """Whether any face reaches the threshold."""
    return bool((faces.scores >= threshold).any())


def best_overlaps(samples: Sequence[Sample], faces: Sequence[Faces]) -> Doubles:
    """IoU of each picture's one face with the box of the highest score, 0 where there is no box; (N,)."""
    overlaps = np.zeros(len(samples))
    for i, (sample, found) in enumerate(zip(samples, faces, strict=True)):
        if len(found):
            overlaps[i] = iou(sample.boxes, found.boxes[[np.argmax(found.scores)]])[0, 0]
    return overlaps


def relative_boxes(samples: Sequence[Sample], faces: Sequence[Faces]) -> Floats:
    """The one face of each picture as shares of the picture, (N, 4)."""
    boxes = [s.boxes[0] / ([f.width, f.height] * 2) for s, f in zip(samples, faces, strict=True)]
    return np.array(boxes, np.float32).reshape(-1, 4)


def centre_distances(relative: Floats, faces: Sequence[Faces]) -> Doubles:
    """How far each face's centre lies from its picture's, in halves of the diagonal: (N,), 0 to 1."""
    sizes = np.array([[f.width, f.height] for f in faces], np.float64).reshape(-1, 2)
    away = ((relative[:, :2] + relative[:, 2:]) / 2 - 0.5) * sizes
    return np.linalg.norm(away, axis=1) / np.linalg.norm(sizes / 2, axis=1)


def lean(distances: Doubles, overlaps: Doubles, constant: Doubles) -> list[LeanBin]:
    """Mean IoU, of the localiser and of the constant box, by distance (all (N,)); empty bins are left out."""
    which = np.minimum((distances / BIN).astype(int), round(1 / BIN) - 1)
    out = []
    for i in np.unique(which).tolist():
        here = which == i
        out.append(
            LeanBin(
                round(i * BIN, 6),
                round((i + 1) * BIN, 6),
                int(here.sum()),
                float(overlaps[here].mean()),
                float(constant[here].mean()),
            )
        )
    return out


def constant_box(truth: Floats) -> Floats:
    """The box with the greatest mean IoU with all of `truth` (N, 4), shape (1, 4).

    It is fitted to the very faces that are judged, so that it is the strongest of all constant answers.
    Begins with the best of the boxes themselves, then moves its edges by ever smaller steps. Without boxes:
    the whole picture.
    """
    if len(truth) == 0:
        return np.array([[0, 0, 1, 1]], np.float32)
    candidates = truth[:: max(len(truth) // 500, 1)]
    best = candidates[[int(np.argmax(iou(candidates, truth).mean(axis=1)))]]
    moves = np.concatenate([np.eye(4), -np.eye(4)]).astype(np.float32)
    step, reached = 0.1, float(iou(best, truth).mean())
    while step > 1e-4:
        tried = best + step * moves
        means = iou(tried, truth).mean(axis=1)
        if means.max() > reached:
            best, reached = tried[[int(np.argmax(means))]], float(means.max())
        else:
            step /= 2
    return best


def check_single(dataset: Sequence[Sample], name: str) -> None:
    """Raise DataError where no picture could be judged: every one holds several faces."""
    if all(len(sample.boxes) > 1 for sample in dataset):
        raise DataError(f"{name}: every picture holds several faces; a localiser is judged on one or none")


def _unzipped(pairs: Sequence[tuple[Sample, Faces]]) -> tuple[list[Sample], list[Faces]]:
    return [s for s, _ in pairs], [f for _, f in pairs]


def _mean(values: NDArray[Any]) -> float:
    return float(values.mean()) if len(values) else math.nan
