"""How long detectors take for 1, 10, 100 and 300 faces in a picture, on one thread.

    python benchmarks/faces_latency.py --models detector-nano runs/*/yolo-*.onnx --markdown faces_latency.md

Crowds are mosaics of drawn faces, so that anyone can make them again. All models take turns on the same
pictures in one run.
"""

import json as json_format
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import cyclopts
import numpy as np
from numpy.typing import NDArray

from detectors import machine
from facewright.datasets.toy_crowd import crowd
from facewright.inference.detections import run_detection
from facewright.inference.detector import Detector
from facewright.inference.timing import interleaved, summary
from ours import names

SIZE = (640, 480)
FACES = (1, 10, 100, 300)
SEVERAL = cyclopts.Parameter(consume_multiple=True, negative="")


def main(
    *,
    models: Annotated[Sequence[str], SEVERAL] = ("detector-nano",),
    faces: Annotated[Sequence[int], SEVERAL] = FACES,
    rounds: int = 30,
    json: Path | None = None,
    markdown: Path | None = None,
) -> None:
    """Measure and print a table.

    Parameters
    ----------
    models:
        Names of shipped models, or ONNX files of detectors.
    faces:
        How many faces the pictures hold.
    rounds:
        Of timing; the models take turns, another one first each time.
    json:
        Write all figures to this file.
    markdown:
        Write the table to this file (it is printed in any case).
    """
    detectors = {name: Detector(model, threads=1) for model, name in names(models).items()}
    rows: dict[int, dict[str, dict[str, float]]] = {}
    for count in faces:
        picture = crowd(count, *SIZE)
        rows[count] = measure(detectors, picture, rounds)
    text = table(rows, list(detectors), rounds)
    print(text)
    if json is not None:
        record = {"machine": machine(), "size": SIZE, "rounds": rounds, "faces": rows}
        json.write_text(json_format.dumps(record, indent=1) + "\n", encoding="utf-8")
    if markdown is not None:
        markdown.write_text(text + "\n", encoding="utf-8")


def measure(
    detectors: dict[str, Detector], picture: NDArray[np.uint8], rounds: int
) -> dict[str, dict[str, float]]:
    """Model -> median milliseconds, 10 and 90 % quantiles, faces found at the model's own threshold."""
    found = {name: len(_look(one, picture)) for name, one in detectors.items()}
    calls = {name: lambda one=one: _look(one, picture) for name, one in detectors.items()}
    return {
        name: {"ms": took.ms, "p10": took.p10, "p90": took.p90, "found": found[name]}
        for name, took in summary(interleaved(calls, rounds)).items()
    }


def _look(detector: Detector, picture: NDArray[np.uint8]) -> NDArray[np.float32]:
    return run_detection(detector.session, picture, score_threshold=detector.min_score).boxes


def table(rows: dict[int, dict[str, dict[str, float]]], names: list[str], rounds: int) -> str:
    """The figures as Markdown."""
    lines = [
        "Machine: " + ", ".join(f"{key} {value}" for key, value in machine().items()) + ".",
        f"Milliseconds a picture of {SIZE[0]} x {SIZE[1]} on one thread, from the array to the faces "
        f"(in brackets how many were found), medians of {rounds} interleaved rounds.",
        "",
        "| model | " + " | ".join(f"{count} faces" for count in rows) + " |",
        "|---|" + "---|" * len(rows),
    ]
    for name in names:
        cells = (f"{row[name]['ms']:.1f} ({row[name]['found']:.0f})" for row in rows.values())
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


if __name__ == "__main__":
    cyclopts.run(main)
