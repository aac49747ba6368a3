"""Do blurred photos hold a face that another detector finds, and how low must our threshold be?

    python benchmarks/blurred.py --json blurred.json

Two tables over validation photos: `threshold`, what each score threshold leaves unhidden and what it blurs
for nothing; and `peers`, how many faces other detectors find before and after each way of blurring. See
README.md.
"""

import json as json_format
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal, get_args

import cyclopts
import numpy as np

from facewright.apps.blur import BlurStyle, How
from facewright.apps.careful import careful_score
from facewright.apps.hide import hide_faces, same_face, surely
from facewright.core.boxes import coverage, resize
from facewright.core.faces import Faces
from facewright.core.pictures import read_picture
from facewright.datasets.open import open_dataset
from facewright.datasets.sample import Sample
from facewright.inference.detector import Detector
from peers import CenterFace, Found, NotInstalled, YuNet

SEVERAL = cyclopts.Parameter(consume_multiple=True, negative="")
FACES = ("helen", "street-masks", "portraits-grey")
NEGATIVES = ("negatives-caltech101", "negatives-imagenet")
THRESHOLDS = (0.005, 0.01, 0.03, 0.06, 0.1, 0.2, 0.3, 0.5)
HIDDEN = 0.7
"""share of a labelled face that one hidden region must cover for the face to count as hidden"""
WAYS = get_args(How)


def main(
    *,
    model: str = "detector-small",
    size: int = 1280,
    min_score: float | None = None,
    limit: int = 100,
    only: Literal["threshold", "peers"] | None = None,
    json: Path | None = None,
) -> None:
    """Print the tables.

    Parameters
    ----------
    size: long side that our detector sees.
    min_score: our threshold in `peers`; that of `facewright blur` when not given.
    limit: photos a set, spread evenly.
    """
    figures: dict[str, Any] = {"model": model, "limit": limit}
    if only != "peers":
        figures["threshold"] = list(threshold_rows(model, size, limit))
        show(figures["threshold"])
    if only != "threshold":
        careful = careful_score(Detector(model).card) if min_score is None else min_score
        figures["peers"] = list(peer_rows(model, size, careful, limit))
        show(figures["peers"])
    if json is not None:
        json.write_text(json_format.dumps(figures, indent=1))


def threshold_rows(model: str, size: int, limit: int) -> Iterator[dict[str, Any]]:
    """For each threshold: the share of labelled faces not hidden, a set; needless blurs a faceless photo."""
    detector = Detector(model, threads=1, min_score=min(THRESHOLDS), size=size, close_ups=True)
    grow = 1 + BlurStyle().grow
    found: dict[str, list[tuple[Sample, Faces]]] = {}
    for name in FACES + NEGATIVES:
        samples = open_dataset(f"{name}/val").spread(limit if name in FACES else 3 * limit)
        found[name] = [(sample, detector(sample.read())) for sample in samples]
    for threshold in THRESHOLDS:
        row: dict[str, Any] = {"threshold": threshold}
        for name, pictures in found.items():
            kept = [(sample, faces[faces.scores >= threshold]) for sample, faces in pictures]
            if name in NEGATIVES:
                row[f"{name}: blurs a photo"] = round(float(np.mean([len(faces) for _, faces in kept])), 3)
                continue
            covered = np.concatenate(
                [
                    coverage(s.boxes, resize(f.boxes, grow)).max(axis=1, initial=0)
                    for s, f in kept
                    if len(s.boxes)
                ]
            )
            row[f"{name}: not hidden"] = round(float((covered < HIDDEN).mean()), 4)
        yield row


def peer_rows(model: str, size: int, min_score: float, limit: int) -> Iterator[dict[str, Any]]:
    """For each way of blurring and peer: the faces it finds before and after, where something is hidden."""
    detector = Detector(model, threads=1, min_score=min_score, size=size, close_ups=True)
    peers: list[Found] = []
    for other in (YuNet, CenterFace):
        try:
            peers.append(other())
        except NotInstalled as error:
            print(error, file=sys.stderr)
    pictures = [
        read_picture(sample.read()) for name in FACES for sample in open_dataset(f"{name}/val").spread(limit)
    ]
    ours = [detector(picture) for picture in pictures]
    for how in WAYS:
        hidden = [
            hide_faces(picture, faces.boxes, surely(detector), BlurStyle(how))
            for picture, faces in zip(pictures, ours, strict=True)
        ]
        for peer in peers:
            before = after = elsewhere = 0
            for picture, result in zip(pictures, hidden, strict=True):
                seen, left = look(peer, picture), look(peer, result.picture)
                before += int(same_face(seen.boxes, result.boxes).any(axis=1).sum())
                here = same_face(left.boxes, result.boxes).any(axis=1)
                after, elsewhere = after + int(here.sum()), elsewhere + int((~here).sum())
            yield {
                "how": how,
                "peer": f"{peer.name} at {peer.threshold}",
                "photos": len(pictures),
                "hidden": sum(len(result.boxes) for result in hidden),
                "still found by us": sum(len(result.found) for result in hidden),
                "found before": before,
                "found after": after,
                "found elsewhere": elsewhere,
            }


def look(peer: Found, picture: np.ndarray) -> Faces:
    return peer.find(picture if peer.rgb else np.ascontiguousarray(picture[..., ::-1]), peer.threshold)


def show(rows: Sequence[dict[str, Any]]) -> None:
    print("| " + " | ".join(rows[0]) + " |")
    print("|" + "---|" * len(rows[0]))
    for row in rows:
        print("| " + " | ".join(str(value) for value in row.values()) + " |")
    print()


if __name__ == "__main__":
    cyclopts.run(main)
