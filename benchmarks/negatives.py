"""How many windows that a detector calls faceless hold a labelled face: `facewright data negatives`, judged.

python benchmarks/negatives.py --markdown negatives.md

Windows are cut as the command cuts them where the detector sees no face; the labels, which it never saw, then
tell which of them hold one. Only validation parts: no picture that a model was trained on. A window holds a
face when more than half of the face's box lies in it; the second figure counts only faces of `--least` pixels
and more. Of sets without faces the windows a picture tell what the care costs: the most is `--count`.
"""

import argparse
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from facewright import Detector
from facewright.core.boxes import coverage
from facewright.core.pictures import Pixels
from facewright.datasets.cutouts import CutStyle, Look, windows_of
from facewright.datasets.detected import MIN_SCORE, by_detector, thorough
from facewright.datasets.open import open_dataset
from facewright.datasets.sample import Sample, no_landmarks

SETS = ("street-masks/val", "masks-colour/val", "webcams-grey/val", "portraits-grey/val", "helen/val")
FACELESS = ("negatives-imagenet/val", "negatives-caltech101/val")
WAYS: dict[str, Callable[[str], Look]] = {
    "nothing rejected": lambda _: lambda sample: (sample.read(), without_faces(sample)),
    "as it is": lambda model: plain(Detector(model)),
    "low score": lambda model: plain(Detector(model, min_score=MIN_SCORE)),
    "low score, close-ups, tiles": lambda model: plain(
        Detector(model, min_score=MIN_SCORE, close_ups=True, tiles="auto")
    ),
    "thorough": lambda model: by_detector(thorough(model)),
}


def without_faces(sample: Sample) -> Sample:
    return replace(sample, boxes=sample.boxes[:0], landmarks=no_landmarks(0), ignore=sample.ignore[:0])


def plain(detector: Detector) -> Look:
    """What a detector finds, as it finds it."""

    def look(sample: Sample) -> tuple[Pixels, Sample]:
        pixels = sample.read()
        boxes = detector(pixels).boxes
        return pixels, replace(without_faces(sample), boxes=boxes, landmarks=no_landmarks(len(boxes)))

    return look


def judge(name: str, look: Look, style: CutStyle, limit: int, least: float) -> list[str]:
    """Cells of a row: pictures, windows, those that hold a face, those that hold one that is not tiny."""
    dataset = open_dataset(name).spread(limit)
    windows = holding = large = 0
    for sample in dataset:
        pixels, told = look(sample)
        height, width = pixels.shape[:2]
        for window in windows_of(told, width, height, style):
            inside = coverage(sample.boxes, window[None])[:, 0] > 0.5
            sides = (sample.boxes[:, 2:] - sample.boxes[:, :2]).max(axis=1, initial=0)
            windows += 1
            holding += bool(inside.any())
            large += bool((inside & (sides >= least)).any())

    def share(part: int) -> str:
        return f"{part} ({100 * part / max(windows, 1):.1f} %)"

    return [name, f"{windows / len(dataset):.2f}", share(holding), share(large)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--models", nargs="+", default=["detector-small"])
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=list(WAYS))
    parser.add_argument("--sets", nargs="+", default=[*SETS, *FACELESS])
    parser.add_argument("--count", type=int, default=4, help="windows a picture, at most")
    parser.add_argument("--limit", type=int, default=100, help="pictures of a set, spread evenly")
    parser.add_argument("--least", type=float, default=16)
    parser.add_argument("--markdown", type=Path, help="file for the table")
    given = parser.parse_args()
    heads = ["model", "looked at", "pictures", "windows a picture", "hold a face"]
    heads += [f"of {given.least:g} pixels and more"]
    lines = [f"| {' | '.join(heads)} |", "|---|---|---|---:|---:|---:|"]
    print("\n".join(lines))
    for model in given.models:
        for way in given.ways:
            look = WAYS[way](model)
            for name in given.sets:
                cells = judge(name, look, CutStyle(a_picture=given.count), given.limit, given.least)
                lines.append(f"| {model} | {way} | {' | '.join(cells)} |")
                print(lines[-1], flush=True)
    if given.markdown:
        given.markdown.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
