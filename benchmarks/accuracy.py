"""How well each detector finds the faces of the named sets' validation parts, of crowds, and no faces."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from box_fit import AS_IS, BoxFit, fitted
from crowd import BANDS, CANVASES, WIDTH, crowds
from faceless import faceless
from facewright.core.faces import Faces
from facewright.datasets.open import open_dataset
from facewright.datasets.sample import Sample
from facewright.metrics.average_precision import ap50, average_precision
from facewright.metrics.curves import curve
from facewright.metrics.matching import match_all
from holding import ap_holding, match_all_holding
from looking import at_size, find_all
from peers import Found

FACES = (
    "street-masks", "masks-colour", "masks-grey", "webcams-grey", "portraits-grey", "helen", "mtfl",
)  # fmt: skip
CROWD = "crowd"
FIT_PICTURES = 100
"""of each set's training part; no more than are judged"""

Sets = Mapping[str, Sequence[Sample]]


def accuracy(
    detectors: Sequence[Found], sizes: Sequence[int], limit: int, say: Callable[[str], None]
) -> dict[str, Any]:
    """For each long side, detector and set the figures; `limit` pictures a set, spread evenly."""
    say("making the crowds")
    val: dict[str, Sequence[Sample]] = {name: open_dataset(f"{name}/val").spread(limit) for name in FACES}
    val[CROWD] = crowds("val", min(limit, CANVASES))
    train: dict[str, Sequence[Sample]] = {
        name: open_dataset(f"{name}/train").spread(min(limit, FIT_PICTURES)) for name in FACES
    }
    train[CROWD] = crowds("train", min(limit, CANVASES))
    empty = faceless(limit)
    train = {name: at_size(samples, max(sizes)) for name, samples in train.items()}
    fits = {detector.name: _fits(detector, train, say) for detector in detectors}
    out: dict[str, Any] = {
        "pictures": {name: len(samples) for name, samples in val.items()},
        "faces": {name: sum(len(s.boxes) for s in samples) for name, samples in val.items()},
        "landmarks": {name: _with_landmarks(samples) for name, samples in val.items()},
        "bands": _bands(val[CROWD]),
        "faceless": {source: len(samples) for source, samples in empty.items()},
        "box_fit": {
            detector: {name: vars(fit) for name, fit in sets.items()} for detector, sets in fits.items()
        },
        "sizes": {},
    }
    for size in sizes:
        seen = {name: at_size(samples, size) for name, samples in val.items()}
        seen_empty = {source: at_size(samples, size) for source, samples in empty.items()}
        out["sizes"][str(size)] = {
            d.name: _judged(d, seen, seen_empty, fits[d.name], size, say) for d in detectors
        }
    return out


def _fits(detector: Found, train: Sets, say: Callable[[str], None]) -> dict[str, BoxFit]:
    say(f"fitting the boxes of {detector.name}")
    return {
        name: fitted(samples, find_all(detector, samples), detector.threshold)
        for name, samples in train.items()
    }


def _judged(
    detector: Found, val: Sets, empty: Sets, fits: Mapping[str, BoxFit], size: int, say: Callable[[str], None]
) -> dict[str, Any]:
    """One detector at one size."""
    sets: dict[str, Any] = {}
    pooled: list[Sample] = []
    raw: list[Faces] = []
    fit_all: list[Faces] = []
    for name, samples in val.items():
        say(f"{detector.name} on {name} at {size}")
        found = find_all(detector, samples)
        fit = [fits[name](faces) for faces in found]
        sets[name] = _figures(samples, found, fit, detector.threshold)
        if name == CROWD:  # made of the other sets' pictures: not counted twice
            sets[name]["bands"] = _by_band(samples, found, fit, size)
        else:
            pooled, raw, fit_all = [*pooled, *samples], raw + found, fit_all + fit
    alarms = {}
    for source, samples in empty.items():
        say(f"{detector.name} on {source} at {size}")
        found = find_all(detector, samples)
        alarms[source] = int(sum((faces.scores >= detector.threshold).sum() for faces in found))
        pooled, raw, fit_all = [*pooled, *samples], raw + found, fit_all + [AS_IS(f) for f in found]
    return {
        "sets": sets,
        "false_alarms": alarms,
        "all": {
            "as it is": _pooled(pooled, raw, detector.threshold),
            "fitted": _pooled(pooled, fit_all, detector.threshold),
        },
    }


def _figures(
    samples: Sequence[Sample], found: Sequence[Faces], fit: Sequence[Faces], threshold: float
) -> dict[str, float]:
    in_use = curve(match_all(samples, fit)).at_threshold(threshold)
    figures = {
        "ap50": ap50(samples, found),
        "ap50_fitted": ap50(samples, fit),
        "recall": in_use.recall,
        "precision": in_use.precision,
        "false_alarms": in_use.false_alarms,
    }
    if _with_landmarks(samples):
        figures["ap_holding"] = ap_holding(match_all_holding(samples, found))
    return figures


def _pooled(samples: Sequence[Sample], found: Sequence[Faces], threshold: float) -> dict[str, float]:
    points = curve(match_all(samples, found))
    in_use = points.at_threshold(threshold)
    return {
        "AP@.5": ap50(samples, found),
        "recall at .1 false alarms a picture": points.at_false_alarms(0.1).recall,
        "recall in use": in_use.recall,
        "precision in use": in_use.precision,
    }


def _by_band(
    samples: Sequence[Sample], found: Sequence[Faces], fit: Sequence[Faces], size: int
) -> dict[str, dict[str, float]]:
    """AP@.5 of the crowd's faces by their size on the whole canvas, whatever size it is seen at."""
    scales = [max(1.0, WIDTH / size)] * len(samples)
    as_it_is, fitted_ = (
        average_precision(samples, faces, thresholds=(0.5,), sizes=BANDS, scales=scales)
        for faces in (found, fit)
    )
    return {band: {"ap50": as_it_is[band][0.5], "ap50_fitted": fitted_[band][0.5]} for band in BANDS}


def _bands(samples: Sequence[Sample]) -> dict[str, int]:
    """How many faces are of each size."""
    sides = [s.boxes[:, 2:] - s.boxes[:, :2] for s in samples]
    sizes = np.sqrt(np.concatenate(sides).prod(axis=1))
    return {band: int(((sizes >= low) & (sizes < high)).sum()) for band, (low, high) in BANDS.items()}


def _with_landmarks(samples: Sequence[Sample]) -> int:
    return sum(int(np.isfinite(s.landmarks).all(axis=(1, 2)).sum()) for s in samples)
