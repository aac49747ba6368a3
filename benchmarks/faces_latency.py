"""How long detectors take for 1, 10, 100 and 300 faces in a picture, on one thread.

    python benchmarks/faces_latency.py --models detector-nano runs/*/yolo-*.onnx --markdown faces_latency.md

Crowds are mosaics of drawn faces, so that anyone can make them again. All models take turns on the same
pictures in one run.
"""

import json as json_format
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import cyclopts
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from detectors import machine
from facewright.datasets.toy import ToySamples
from facewright.inference.detections import run_detection
from facewright.inference.detector import Detector

SIZE = (640, 480)
FACES = (1, 10, 100, 300)
MARGIN = 0.6
"""of a face's size, left around it"""
WARM_UP = 3
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
    detectors = {Path(model).stem: Detector(model, threads=1) for model in models}
    rows: dict[int, dict[str, dict[str, float]]] = {}
    for count in faces:
        picture = crowd(count)
        rows[count] = measure(detectors, picture, rounds)
    text = table(rows, list(detectors), rounds)
    print(text)
    if json is not None:
        record = {"machine": machine(), "size": SIZE, "rounds": rounds, "faces": rows}
        json.write_text(json_format.dumps(record, indent=1) + "\n", encoding="utf-8")
    if markdown is not None:
        markdown.write_text(text + "\n", encoding="utf-8")


def crowd(count: int, seed: int = 0) -> NDArray[np.uint8]:
    """A picture of 640 x 480 pixels with `count` drawn faces, in rows, as large as there is room for."""
    width, height = SIZE
    columns = int(np.ceil(np.sqrt(count * width / height)))
    rows = -(-count // columns)
    tile = min(width // columns, height // rows, height // 2)
    picture = np.full((height, width, 3), 110, np.uint8)
    samples = ToySamples(count, seed=seed, size=160)
    drawn = 0
    for sample in _endless(samples):
        if len(sample.boxes) == 0:
            continue
        y, x = (drawn // columns) * tile, (drawn % columns) * tile
        picture[y : y + tile, x : x + tile] = _face(sample.read(), sample.boxes[0], tile)
        drawn += 1
        if drawn == count:
            return picture
    raise AssertionError("samples never end")


def measure(
    detectors: dict[str, Detector], picture: NDArray[np.uint8], rounds: int
) -> dict[str, dict[str, float]]:
    """Model -> median milliseconds, 10 and 90 % quantiles, faces found at the model's own threshold."""
    times: dict[str, list[float]] = {name: [] for name in detectors}
    found = {}
    names = list(detectors)
    for i in range(WARM_UP + rounds):
        for name in names[i % len(names) :] + names[: i % len(names)]:
            detector = detectors[name]
            start = time.perf_counter()
            faces = run_detection(detector.session, picture, score_threshold=detector.min_score)
            if i >= WARM_UP:
                times[name].append((time.perf_counter() - start) * 1000)
            found[name] = len(faces.boxes)
    return {
        name: {
            "ms": float(np.median(values)),
            "p10": float(np.percentile(values, 10)),
            "p90": float(np.percentile(values, 90)),
            "found": found[name],
        }
        for name, values in times.items()
    }


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


def _endless(samples: ToySamples) -> Any:
    while True:
        yield from samples


def _face(picture: NDArray[np.uint8], box: NDArray[np.float32], side: int) -> NDArray[np.uint8]:
    """The square around a face, as `side` x `side` pixels."""
    x, y = (box[:2] + box[2:]) / 2
    half = float((box[2:] - box[:2]).max()) * (1 + MARGIN) / 2
    corners = (x - half, y - half, x + half, y + half)
    square = Image.fromarray(picture).crop(tuple(round(float(c)) for c in corners))
    return np.asarray(square.resize((side, side), Image.Resampling.BILINEAR))


if __name__ == "__main__":
    cyclopts.run(main)
