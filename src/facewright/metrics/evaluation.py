"""The whole judgement of a detector on a set of pictures, and the protocol it follows."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facewright.core.faces import Faces
from facewright.datasets.sample import Sample
from facewright.inference.card import Card
from facewright.metrics.average_precision import MAX_DETECTIONS, average_precision
from facewright.metrics.curves import Curve, Operating, believable, curve
from facewright.metrics.landmarks import LandmarkError, landmark_error
from facewright.metrics.matching import IOU, PictureMatch, match_all
from facewright.metrics.reliability import Bin, calibration_error, reliability
from facewright.metrics.scale import LONG_SIDE, SIZES, face_sizes, scale_of

Doubles = NDArray[np.float64]
EVALUATION_MIN_SCORE = 0.02
"""a network that is judged gives all faces down to this score: a higher one would cut the curves short"""
CALIBRATION_BINS = 10
BELIEVED_FROM = 0.1
"""Scores that are compared with what is right begin here. Below are nineteen in twenty detections, which
nobody is shown: with them the calibration error of any detector is next to nothing."""
CLOSE_UPS = (
    "Close-ups: as in use, also sees one or two small copies, each at most five times smaller than the one "
    "before and of at least 80 pixels, for faces that fill the picture; merged by non-maximum suppression."
)
FALSE_ALARM_RATES = (0.1, 1.0)
"""false alarms a picture at which recall is reported"""


@dataclass(frozen=True, slots=True)
class SizeResult:
    """The faces of one size."""

    faces: int
    ap50: float
    recall: float
    """at the threshold of use"""
    recall_at: dict[float, float]
    """false alarms a picture (of any size) -> recall"""


@dataclass(frozen=True, eq=False, slots=True)
class Evaluation:
    """Every figure of one detector on one set; shares are 0 to 1, NaN where there is nothing to measure."""

    pictures: int
    faces: int
    """true faces"""
    ignore_regions: int
    detections: int
    ignored: int
    """detections that lie in ignore regions"""
    ap50: float
    ap75: float
    ap: float
    """mean over IoU .5, .55 ... .95"""
    in_use: Operating
    """at the threshold of use"""
    at_false_alarms: dict[float, Operating]
    """false alarms a picture -> the best that can be had at that rate"""
    sizes: dict[str, SizeResult]
    landmarks: LandmarkError
    curve: Curve
    calibration: list[Bin]
    """of all detections in no ignore region"""
    calibration_error: float
    """of those among them that score at least `BELIEVED_FROM`: mean of |mean score - share right|"""
    matches: list[PictureMatch]
    """one for each picture"""
    scales: list[float]
    """one for each picture: the factor to the scale on which sizes are said"""

    def to_dict(self) -> dict[str, Any]:
        """Plain numbers for JSON, unrounded, NaN as None; the curve at COCO's 101 recalls."""
        grid = np.linspace(0, 1, 101)
        at = np.searchsorted(self.curve.recall, grid) if self.faces else np.zeros(0, int)
        at = at[at < len(self.curve.recall)]
        points = {
            name: getattr(self.curve, name)[at].tolist()
            for name in ("thresholds", "recall", "precision", "false_alarms")
        }
        return _plain(
            {
                "pictures": self.pictures,
                "faces": self.faces,
                "ignore_regions": self.ignore_regions,
                "detections": self.detections,
                "ignored": self.ignored,
                "ap50": self.ap50,
                "ap75": self.ap75,
                "ap": self.ap,
                "in_use": self.in_use._asdict(),
                "at_false_alarms": {str(rate): at._asdict() for rate, at in self.at_false_alarms.items()},
                "sizes": {
                    name: {
                        "faces": s.faces,
                        "ap50": s.ap50,
                        "recall": s.recall,
                        "recall_at": {str(rate): recall for rate, recall in s.recall_at.items()},
                    }
                    for name, s in self.sizes.items()
                },
                "landmarks": self.landmarks._asdict(),
                "curve": points,
                "calibration": [b._asdict() for b in self.calibration],
                "calibration_error": self.calibration_error,
            }
        )


def lowest_score(card: Card) -> float:
    """The score down to which a model file gives its detections when it is judged.

    What a calibrated network's own `EVALUATION_MIN_SCORE` became, so that calibrating changes no curve. But
    where several sizes are merged, boxes are weighed by their scores (`inference.scales.vote`): those curves
    it does change.
    """
    found = card.score_calibration
    return EVALUATION_MIN_SCORE if found is None else found.of(EVALUATION_MIN_SCORE)


def score_error(scores: Doubles, right: NDArray[np.bool_], weights: Doubles | None = None) -> float:
    """The calibration error of detections' scores (N,); weights (N,): how much each counts."""
    shown = scores >= BELIEVED_FROM
    return calibration_error(
        scores[shown], right[shown], CALIBRATION_BINS, None if weights is None else weights[shown]
    )


def evaluate(samples: Sequence[Sample], faces: Sequence[Faces], *, threshold: float = 0.5) -> Evaluation:
    """Judge the `faces` that a detector found in `samples`, picture by picture in the same order.

    The detections should reach down to `lowest_score`, after non-maximum suppression; `threshold` is
    the score that is used in practice. Reads no picture where `Faces` knows its size. Raises ValueError
    when the sequences differ in length.
    """
    if len(samples) != len(faces):
        raise ValueError(f"{len(samples)} samples but detections for {len(faces)} pictures")
    matches = match_all(samples, faces)
    scales = [scale_of(sample, found) for sample, found in zip(samples, faces, strict=True)]
    points = curve(matches)
    scores, right = believable(matches)
    at_rates = {rate: points.at_false_alarms(rate) for rate in FALSE_ALARM_RATES}
    precisions = average_precision(samples, faces, sizes={"all": (0.0, math.inf)} | SIZES, scales=scales)
    overall = list(precisions["all"].values())  # at .5, .55 ... .95
    return Evaluation(
        pictures=len(samples),
        faces=sum(len(s.boxes) for s in samples),
        ignore_regions=sum(len(s.ignore) for s in samples),
        detections=sum(len(f) for f in faces),
        ignored=sum(int(m.ignored.sum()) for m in matches),
        ap50=overall[0],
        ap75=overall[5],
        ap=float(np.mean(overall)),
        in_use=points.at_threshold(threshold),
        at_false_alarms=at_rates,
        sizes=_by_size(samples, matches, scales, precisions, threshold, at_rates),
        landmarks=landmark_error(samples, faces, matches),
        curve=points,
        calibration=reliability(scores, right, CALIBRATION_BINS),
        calibration_error=score_error(scores, right),
        matches=matches,
        scales=scales,
    )


def protocol(threshold: float, size: int | None = None, *, close_ups: bool = False) -> list[str]:
    """The rules behind the figures, one sentence a line.

    size: the long side that the detector saw; close_ups: whether it saw small copies too.
    """
    seen = (
        [f"Detector: sees each picture with a long side of at most {size} pixels, never enlarged."]
        if size
        else []
    )
    if close_ups:
        seen.append(CLOSE_UPS)
    return seen + [
        f"Detections: after non-maximum suppression, scores from {EVALUATION_MIN_SCORE} up (calibrated ones: "
        f"from what that became), at most {MAX_DETECTIONS} a picture.",
        f"Match: best score first, at IoU >= {IOU}; each face is found once, a second find is a false alarm.",
        "Ignore regions: a detection at least half inside one that finds no face is neither right nor wrong.",
        "AP: COCO's (101 recall points, faster-coco-eval); AP@.5:.95 is the mean over IoU .5, .55 ... .95.",
        "Recall at R false alarms a picture: the lowest threshold that gives at most R, over all pictures.",
        f"In use: at the threshold {threshold:g}.",
        f"Calibration error: mean of |mean score - share right| in {CALIBRATION_BINS} bins of score, of "
        f"detections from {BELIEVED_FROM} up in no ignore region (where none can be wrong).",
        f"Face size: sqrt(width x height) of the true box with the picture's long side shrunk to {LONG_SIDE} "
        "(never enlarged): small < 32 <= medium < 96 <= large.",
        "Landmark NME: mean distance of the five points / sqrt(width x height) of the true box; found faces.",
    ]


def _by_size(
    samples: Sequence[Sample],
    matches: Sequence[PictureMatch],
    scales: Sequence[float],
    precisions: dict[str, dict[float, float]],
    threshold: float,
    at_rates: dict[float, Operating],
) -> dict[str, SizeResult]:
    nothing = np.zeros(0)
    sizes = np.concatenate(
        [nothing, *(face_sizes(s.boxes, scale) for s, scale in zip(samples, scales, strict=True))]
    )
    best = np.concatenate([nothing, *(_found_scores(m) for m in matches)])
    out = {}
    for name, (low, high) in SIZES.items():
        scores = best[(sizes >= low) & (sizes < high)]
        at = {rate: _share(scores >= point.threshold) for rate, point in at_rates.items()}
        out[name] = SizeResult(len(scores), precisions[name][0.5], _share(scores >= threshold), at)
    return out


def _found_scores(match: PictureMatch) -> np.ndarray:
    """(T,): the score with which each true face was found, -1 where it was not."""
    scores = np.full(len(match.finder), -1.0)
    scores[match.finder >= 0] = match.scores[match.finder[match.finder >= 0]]
    return scores


def _share(flags: np.ndarray) -> float:
    return float(flags.mean()) if len(flags) else float("nan")


def _plain(value: Any) -> Any:
    """NaN -> None, all through: JSON has no NaN."""
    if isinstance(value, dict):
        return {key: _plain(v) for key, v in value.items()}
    if isinstance(value, list):
        return [_plain(v) for v in value]
    return None if isinstance(value, float) and math.isnan(value) else value
