"""What `facewright compare` times: one call of each model, in turns, on what everyone can draw again."""

import os
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from facewright.datasets.toy_crowd import crowd
from facewright.inference.attributes import Attributes
from facewright.inference.card import Task
from facewright.inference.classifier import FaceClassifier
from facewright.inference.detections import FINDING, run_detection
from facewright.inference.regressor import Regressor
from facewright.inference.session import Session, available_cores
from facewright.inference.timing import Timing, interleaved, summary
from facewright.reports.compared import Compared

SIZES = ((320, 240), (640, 480))
FACES = 10
POINTS = (1, 1000)

Calls = dict[str, Callable[[], object]]


def latency(models: Sequence[Compared], rounds: int, threads: int | None) -> dict[str, dict[str, Timing]]:
    """What was timed -> model -> how long one call took, beside the first model."""
    tasks = _tasks(models[0].card.task, models, threads)
    return {what: summary(interleaved(calls, rounds), models[0].name) for what, calls in tasks.items()}


def rules(task: Task, rounds: int, threads: int) -> list[str]:
    """How that was done, for people."""
    shown = {
        "attributes": "one crop of the model's own side",
        "classification": "one crop of the model's own side",
        "regression": "points from -1 to 1",
    }.get(task, f"pictures of {FACES} drawn faces, from the array to the boxes in use")
    return [
        f"Latency: {shown}; threads {threads}, all in one process, medians of {rounds} rounds in which the "
        f"models take turns; the ratio is the median of the rounds' ratios{_load()}."
    ]


def _load() -> str:
    """What else the machine was doing; some systems do not tell."""
    if not hasattr(os, "getloadavg"):
        return ""
    return f" (load of the machine {os.getloadavg()[0]:.1f}, {available_cores()} cores)"


def _tasks(task: Task, models: Sequence[Compared], threads: int | None) -> dict[str, Calls]:
    if task in FINDING:
        sessions = {one.name: Session(one.path, FINDING, threads=threads) for one in models}
        pictures = {f"{width}x{height}": crowd(FACES, width, height) for width, height in SIZES}
        return {
            what: {name: partial(run_detection, one, picture) for name, one in sessions.items()}
            for what, picture in pictures.items()
        }
    if task == "regression":
        known = {one.name: Regressor(one.path, threads=threads) for one in models}
        most = max(len(one.columns) for one in known.values())
        drawn = {n: np.random.default_rng(0).uniform(-1, 1, (n, most)).astype(np.float32) for n in POINTS}
        return {
            f"{n} point{'s' * (n > 1)}": {
                name: partial(one, points[:, : len(one.columns)]) for name, one in known.items()
            }
            for n, points in drawn.items()
        }
    return {"one crop": {one.name: _of_crop(task, one, threads) for one in models}}


def _of_crop(task: Task, model: Compared, threads: int | None) -> Callable[[], object]:
    if task == "attributes":
        describer = Attributes(model.path, threads=threads, every=True)
        return partial(describer.crops, _crop(describer.side))
    classifier = FaceClassifier(model.path, threads=threads)
    return partial(classifier, _crop(classifier.side))


def _crop(side: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (1, side, side, 3), np.uint8)
