"""How well each detector finds the faces of the named sets' validation parts: same pixels for all."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from facewright.core.boxes import Floats, clip, cxcywh_to_xyxy, xyxy_to_cxcywh
from facewright.core.faces import Faces
from facewright.core.pictures import load_picture, resize_picture
from facewright.datasets.open import open_dataset
from facewright.datasets.sample import Dataset, Sample
from facewright.metrics.average_precision import ap50
from facewright.metrics.curves import curve
from facewright.metrics.evaluation import EVALUATION_MIN_SCORE
from facewright.metrics.matching import match_all, match_picture
from peers import Found, Pixels

FACES = (
    "street-masks", "masks-colour", "masks-grey", "webcams-grey", "portraits-grey", "helen", "mtfl",
)  # fmt: skip
NEGATIVES = ("negatives-caltech101", "negatives-imagenet", "negatives-grey")
FIT_PICTURES = 100
"""of each set's training part"""
FEWEST_PAIRS = 10
"""below this a detector's boxes stay as they are"""


@dataclass(frozen=True)
class BoxFit:
    """A detector's boxes brought to a set's convention: one constant for all its pictures and sizes."""

    width: float
    """factor"""
    height: float
    """factor"""
    down: float
    """shift of the centre, as a share of the detector's own box height"""

    def __call__(self, found: Faces) -> Faces:
        b = xyxy_to_cxcywh(found.boxes)
        b[:, 1] += b[:, 3] * self.down
        b[:, 2] *= self.width
        b[:, 3] *= self.height
        return replace(found, boxes=clip(cxcywh_to_xyxy(b), found.width, found.height))


AS_IS = BoxFit(1.0, 1.0, 0.0)


def accuracy(
    detectors: Sequence[Found], sizes: Sequence[int], limit: int, say: Callable[[str], None]
) -> dict[str, Any]:
    """For each long side, detector and set the figures; `limit` pictures a set, spread evenly."""
    val = {name: open_dataset(f"{name}/val").spread(limit) for name in FACES + NEGATIVES}
    train = {name: open_dataset(f"{name}/train").spread(FIT_PICTURES) for name in FACES}
    fits: dict[str, dict[str, BoxFit]] = {}
    for detector in detectors:
        say(f"fitting the boxes of {detector.name}")
        fits[detector.name] = {name: _fit(detector, samples, max(sizes)) for name, samples in train.items()}
    out: dict[str, Any] = {
        "pictures": {name: len(samples) for name, samples in val.items()},
        "faces": {name: sum(len(s.boxes) for s in samples) for name, samples in val.items()},
        "box_fit": {
            detector: {name: vars(fit) for name, fit in sets.items()} for detector, sets in fits.items()
        },
        "sizes": {},
    }
    for size in sizes:
        rows: dict[str, dict[str, Any]] = {detector.name: {"sets": {}} for detector in detectors}
        for detector in detectors:
            pooled: list[Sample] = []
            raw: list[Faces] = []
            fitted: list[Faces] = []
            for name, samples in val.items():
                say(f"{detector.name} on {name} at {size}")
                seen, found = _find(detector, samples, size)
                fit = fits[detector.name].get(name, AS_IS)
                pooled += seen
                raw += found
                fitted += [fit(f) for f in found]
                rows[detector.name]["sets"][name] = _figures(seen, found, fit, detector.threshold)
            rows[detector.name]["all"] = {
                "as it is": _pooled(pooled, raw, detector.threshold),
                "fitted": _pooled(pooled, fitted, detector.threshold),
            }
        out["sizes"][str(size)] = rows
    return out


def _pooled(samples: list[Sample], found: list[Faces], threshold: float) -> dict[str, float]:
    points = curve(match_all(samples, found))
    in_use = points.at_threshold(threshold)
    return {
        "AP@.5": ap50(samples, found),
        "recall at .1 false alarms a picture": points.at_false_alarms(0.1).recall,
        "recall in use": in_use.recall,
        "precision in use": in_use.precision,
    }


def _figures(samples: list[Sample], found: list[Faces], fit: BoxFit, threshold: float) -> dict[str, float]:
    in_use = curve(match_all(samples, [fit(f) for f in found])).at_threshold(threshold)
    if not any(len(s.boxes) for s in samples):
        return {"false_alarms": in_use.false_alarms}
    return {
        "ap50": ap50(samples, found),
        "ap50_fitted": ap50(samples, [fit(f) for f in found]),
        "recall": in_use.recall,
        "precision": in_use.precision,
        "false_alarms": in_use.false_alarms,
    }


def _find(detector: Found, samples: Dataset, size: int) -> tuple[list[Sample], list[Faces]]:
    """The samples at long side `size` (never enlarged) and what the detector finds in them."""
    seen, found = [], []
    lowest = getattr(detector, "lowest", EVALUATION_MIN_SCORE)  # ours may be calibrated
    for sample in samples:
        small = _at(sample, size)
        seen.append(small)
        found.append(detector.find(_channels(small.picture, detector), lowest))
    return seen, found


def _at(sample: Sample, size: int) -> Sample:
    picture = load_picture(sample.picture, size=size)
    array = resize_picture(picture.array, size)
    scale = np.tile(
        np.array([array.shape[1] / picture.width, array.shape[0] / picture.height], np.float32), 2
    )
    return replace(
        sample,
        picture=array,
        boxes=sample.boxes * scale,
        landmarks=sample.landmarks * scale[:2],
        ignore=sample.ignore * scale,
    )


def _channels(picture: Any, detector: Found) -> Pixels:
    return picture if detector.rgb else np.ascontiguousarray(picture[..., ::-1])


def _fit(detector: Found, samples: Dataset, size: int) -> BoxFit:
    """Medians of the true box over the found one on a set's training part, if that raises AP there."""
    ratios: list[Floats] = []
    seen, all_found = _find(detector, samples, size)
    for sample, found in zip(seen, all_found, strict=True):
        sure = found[found.scores >= detector.threshold]
        # a loose match: boxes of another convention overlap the truth by less than the usual half
        match = match_picture(sure.boxes, sure.scores, sample.boxes, iou_threshold=0.3)
        mine = xyxy_to_cxcywh(sure.boxes[match.right])
        true = xyxy_to_cxcywh(sample.boxes)[match.found[match.right]]
        sizes = true[:, 2:] / mine[:, 2:]
        ratios.append(np.column_stack([sizes, (true[:, 1] - mine[:, 1]) / mine[:, 3]]))
    pairs = np.concatenate(ratios)
    if len(pairs) < FEWEST_PAIRS:
        return AS_IS
    fit = BoxFit(*np.median(pairs, axis=0).tolist())
    # a set may mix conventions: a fit that does not help on the very pictures it was made from is no fit
    return fit if ap50(seen, [fit(found) for found in all_found]) > ap50(seen, all_found) else AS_IS
