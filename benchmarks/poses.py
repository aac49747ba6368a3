"""Turned faces and faces that fill the frame: the same faces five ways, for every detector.

upright       the face in the middle of a grey square, a third to a quarter of its side
turned +30    the same square turned clockwise about its middle, grey in the corners; boxes of the ellipses
turned -30    that filled the upright ones
fills 1/1.3   cut out of the photo so that the longer side of its box is 1/1.3 of the frame's, and all of it,
fills 1/1     enlarged or shrunk as if a camera had taken it so
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from facewright.datasets.open import open_dataset
from facewright.datasets.sample import Sample
from facewright.metrics.average_precision import ap50
from facewright.metrics.curves import curve
from facewright.metrics.matching import match_all
from holding import ap_holding, match_all_holding
from looking import find_all
from peers import Found
from reframe import close, framed, rolled

SETS = ("helen", "portraits-grey")
SIDES = (640, 320)
"""of the frame, pixels"""
LARGEST, SMALLEST = 3.0, 4.0
"""sides of the upright frame in faces"""
GOLDEN = 0.618034
"""of its multiples the fractions are spread evenly, however many there are"""
DEGREES = (30, -30)
CLOSE = (1.3, 1.0)


def poses(detectors: Sequence[Found], limit: int, say: Callable[[str], None]) -> dict[str, Any]:
    """Frame's side -> pose -> set -> detector -> figures; at most `limit` pictures a set, spread evenly."""
    sets = {name: open_dataset(f"{name}/val").spread(limit) for name in SETS}
    out: dict[str, Any] = {"pictures": {name: len(samples) for name, samples in sets.items()}, "sides": {}}
    for side in SIDES:
        by_pose: dict[str, dict[str, Any]] = {}
        for name, samples in sets.items():
            for pose, seen in posed(samples, side):
                say(f"{name}, {pose} at {side}")
                by_pose.setdefault(pose, {})[name] = {d.name: _figures(d, seen) for d in detectors}
        out["sides"][str(side)] = by_pose
    return out


def posed(samples: Sequence[Sample], side: int) -> Iterator[tuple[str, list[Sample]]]:
    """Each pose's name and its pictures."""
    shares = [LARGEST + i * GOLDEN % 1 * (SMALLEST - LARGEST) for i in range(len(samples))]
    upright = [framed(sample, share, side) for sample, share in zip(samples, shares, strict=True)]
    yield "upright", upright
    for degrees in DEGREES:
        yield f"turned {degrees:+d}", [rolled(sample, degrees, expand=False) for sample in upright]
    for share in CLOSE:
        yield f"fills 1/{share:g}", [close(sample, share, side) for sample in samples]


def _figures(detector: Found, samples: Sequence[Sample]) -> dict[str, float]:
    found = find_all(detector, samples)
    figures = {
        "recall": curve(match_all(samples, found)).at_threshold(detector.threshold).recall,
        "ap50": ap50(samples, found),
    }
    holding = match_all_holding(samples, found)
    if any(len(match.finder) for match in holding):
        figures["recall_holding"] = curve(holding).at_threshold(detector.threshold).recall
        figures["ap_holding"] = ap_holding(holding)
    return figures
