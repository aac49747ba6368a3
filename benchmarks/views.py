"""What looking more than once gains and costs: tiles, rotations, close-ups, each by itself.

python benchmarks/views.py --markdown views.md

Five kinds of pictures, made from the validation parts of named sets (no picture that a model was trained on):
  crowds     street-masks/val, 36 pictures side by side: 2400 x 1800 with some 250 faces from 8 pixels on
  faceless   negatives-caltech101/val and negatives-imagenet/val side by side, 2400 x 1800: false alarms
  rolled     street-masks/val turned by 0, 30, 90 and 180 degrees; boxes of the ellipses that fill them
  close      helen/val cut to a square of so many times the face's longer side, enlarged to 640 as a camera
             would have taken it; below 1 the face goes beyond the frame
  ordinary   the validation parts of sets as they are: what close-ups cost where there are none
Recall and false alarms a picture at the score of the model's card; AP at IoU .5; median ms from an array to
faces, the ways in turns, one thread.
"""

import argparse
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from facewright import Detector
from facewright.core.pictures import read_picture, resize_picture
from facewright.datasets.open import open_dataset
from facewright.datasets.sample import Sample
from facewright.inference.timing import interleaved
from facewright.metrics.average_precision import ap50
from facewright.metrics.curves import curve
from facewright.metrics.matching import match_all
from reframe import close, rolled

WAYS: dict[str, dict[str, Any]] = {
    "once": {"close_ups": False},
    "--tiles auto": {"tiles": "auto", "close_ups": False},
    "--tiles 2": {"tiles": 2, "close_ups": False},
    "--close-ups": {"close_ups": True},
    "--rotations 4": {"rotations": 4, "close_ups": False},
    "--rotations 8": {"rotations": 8, "close_ups": False},
    "all, --rotations 4": {"tiles": "auto", "rotations": 4, "close_ups": True},
}
CANVAS = (2400, 1800)
TIMED, ROUNDS = 8, 3
"""pictures of a kind whose looks are timed, and how often each"""
KINDS: dict[str, tuple[str, ...]] = {  # which ways are of interest on which pictures
    "crowds": ("once", "--tiles 2", "--tiles auto", "--close-ups"),
    "faceless": tuple(WAYS),
    "rolled 0": ("once", "--rotations 4", "--rotations 8"),
    "rolled 30": ("once", "--rotations 4", "--rotations 8"),
    "rolled 90": ("once", "--rotations 4", "--rotations 8"),
    "rolled 180": ("once", "--rotations 4", "--rotations 8"),
    "close 3": ("once", "--close-ups", "--rotations 4"),
    "close 2": ("once", "--close-ups", "--rotations 4"),
    "close 1.3": ("once", "--close-ups"),
    "close 1": ("once", "--close-ups"),
    "close 0.8": ("once", "--close-ups"),
    "ordinary street-masks": ("once", "--close-ups"),
    "ordinary masks-colour": ("once", "--close-ups"),
    "ordinary masks-grey": ("once", "--close-ups"),
    "ordinary webcams-grey": ("once", "--close-ups"),
    "ordinary portraits-grey": ("once", "--close-ups"),
    "ordinary helen": ("once", "--close-ups"),
    "ordinary negatives-imagenet": ("once", "--close-ups"),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--models", nargs="+", default=["detector-nano"])
    parser.add_argument("--kind", choices=sorted({kind.split()[0] for kind in KINDS}), help="only this one")
    parser.add_argument("--limit", type=int, default=100, help="pictures a kind, spread evenly")
    parser.add_argument("--markdown", type=Path, help="file for the table")
    given = parser.parse_args()
    lines = [
        "| model | pictures | looked at | recall | false alarms a picture | AP@.5 | ms |",
        "|---|---|---|---:|---:|---:|---:|",
    ]
    for model in given.models:
        for kind, ways in KINDS.items():
            if given.kind not in (None, kind.split()[0]):
                continue
            samples = list(pictures(kind, given.limit))
            detectors = {way: Detector(model, threads=1, **WAYS[way]) for way in ways}
            figures = {way: measure(detector, samples) for way, detector in detectors.items()}
            took = milliseconds(detectors, samples)
            for way in ways:
                row = f"| {model} | {kind} | {way} | {figures[way]} | {took[way]:.1f} |"
                print(row, flush=True)
                lines.append(row)
    if given.markdown:
        given.markdown.write_text("\n".join(lines) + "\n", encoding="utf-8")


def measure(detector: Detector, samples: Sequence[Sample]) -> str:
    """Recall, false alarms a picture and AP of what the score lets through: the same for all ways."""
    found = [detector(sample.picture) for sample in samples]
    point = curve(match_all(samples, found)).at_threshold(detector.min_score)
    if not any(len(sample.boxes) for sample in samples):
        return f"- | {point.false_alarms:.2f} | -"
    return f"{point.recall:.3f} | {point.false_alarms:.2f} | {ap50(samples, found):.3f}"


def milliseconds(detectors: Mapping[str, Detector], samples: Sequence[Sample]) -> dict[str, float]:
    """Of each way, from an array to faces: medians over some of the pictures, the ways in turns."""
    times: dict[str, list[float]] = {way: [] for way in detectors}
    for sample in samples[:: max(1, len(samples) // TIMED)][:TIMED]:
        picture = read_picture(sample.picture)
        calls = {way: partial(detector, picture) for way, detector in detectors.items()}
        for way, seconds in interleaved(calls, ROUNDS).items():
            times[way].extend(1000 * seconds)
    return {way: median(values) for way, values in times.items()}


def pictures(kind: str, limit: int) -> Iterator[Sample]:
    name, _, number = kind.partition(" ")
    if name == "crowds":
        return mosaics(list(open_dataset("street-masks/val")), (6, 6))
    if name == "faceless":
        both = [*open_dataset("negatives-caltech101/val"), *open_dataset("negatives-imagenet/val")]
        return mosaics(both, (8, 8))
    if name == "rolled":
        return (rolled(sample, int(number)) for sample in open_dataset("street-masks/val").spread(limit))
    if name == "ordinary":
        return iter(open_dataset(f"{number}/val").spread(limit))
    return (close(sample, float(number)) for sample in open_dataset("helen/val").spread(limit))


def mosaics(samples: Sequence[Sample], grid: tuple[int, int]) -> Iterator[Sample]:
    """Pictures side by side, each fitted into a cell of `CANVAS`; none twice; the last may have gaps."""
    columns, rows = grid
    width, height = CANVAS[0] // columns, CANVAS[1] // rows
    for start in range(0, len(samples), columns * rows):
        canvas = np.full((CANVAS[1], CANVAS[0], 3), 110, np.uint8)
        boxes = [np.zeros((0, 4), np.float32)]
        for place, sample in enumerate(samples[start : start + columns * rows]):
            array = sample.read()
            factor = min(width / array.shape[1], height / array.shape[0])
            small = resize_picture(array, max(1, int(max(array.shape[:2]) * factor)), enlarge=True)
            x, y = place % columns * width, place // columns * height
            canvas[y : y + small.shape[0], x : x + small.shape[1]] = small
            scale = np.array([small.shape[1] / array.shape[1], small.shape[0] / array.shape[0]] * 2)
            boxes.append(sample.boxes * scale + [x, y, x, y])
        truth = np.concatenate(boxes).astype(np.float32)
        yield Sample(f"mosaic {start}", canvas, truth, np.full((len(truth), 5, 2), np.nan, np.float32))


if __name__ == "__main__":
    main()
