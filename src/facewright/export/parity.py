"""Does a model file find what the PyTorch network finds? A file that does not is never kept."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from facewright.core.errors import ModelError
from facewright.core.faces import Faces
from facewright.datasets.toy import ToySamples
from facewright.export.detection_graph import MOST_POINTS
from facewright.inference.detections import run_detection
from facewright.inference.session import Session
from facewright.models.detector import FaceDetector
from facewright.tasks.detection.predict import predict

PIXELS = 0.1
"""most that a box's corner or a landmark may differ"""
SCORE = 1e-4
IN_COMMON = 0.95
"""after non-maximum suppression: rounding may decide which of two equally good points of a face wins"""
IN_USE = 40
"""points that go through non-maximum suppression in the second comparison"""


class Parity(NamedTuple):
    """The largest differences between the network and its file."""

    pictures: int
    faces: int
    """compared"""
    pixels: float
    score: float

    def __str__(self) -> str:
        return (
            f"largest difference to PyTorch over {self.faces} faces in {self.pictures} pictures: "
            f"{self.pixels:.2g} pixels (allowed {PIXELS:g}), {self.score:.2g} in the score "
            f"(allowed {SCORE:g})"
        )


def check_parity(network: FaceDetector, model: Path) -> Parity:
    """Compare `network`, in evaluation mode on the CPU, with a file of it. Raises ModelError if they differ.

    Every picture twice: all points of the network, without thresholds, must agree one by one; and of the
    faces found with thresholds at least `IN_COMMON` must be the same.
    """
    session = Session(model, threads=1)
    with one_thread():
        return _compare(network, session)


@contextmanager
def one_thread() -> Iterator[None]:
    """PyTorch on one thread: on pictures this small several only wait for one another."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def _compare(network: FaceDetector, session: Session) -> Parity:
    faces, pixels, score = 0, 0.0, 0.0
    for name, picture in trial_pictures().items():
        wanted = _both(network, session, picture, 0.0, 1.0)
        if len(wanted[0]) != len(wanted[1]):
            raise ModelError(
                f"the file finds {len(wanted[1])} boxes where PyTorch finds {len(wanted[0])} ({name})"
            )
        apart, scores_apart = differences(*wanted)
        faces += len(apart)
        pixels = max(pixels, float(apart.max(initial=0)))
        score = max(score, float(scores_apart.max(initial=0)))
        if pixels > PIXELS or score > SCORE:
            raise ModelError(
                f"the file differs from PyTorch by {pixels:g} pixels, {score:g} in score ({name})"
            )
        _check_in_use(network, session, name, picture, wanted[0].scores)
    return Parity(len(trial_pictures()), faces, pixels, score)


def trial_pictures() -> dict[str, NDArray[np.uint8]]:
    """Down to one pixel: noise, grey, drawn scenes; so small that all points can be compared."""
    random = np.random.default_rng(0)
    scenes = {f"toy scene {i}": sample.read() for i, sample in enumerate(ToySamples(4, seed=1, size=160))}
    sizes = [(1, 1), (1, 70), (33, 2), (64, 96), (97, 131)]
    noise = {f"noise {w}x{h}": random.integers(0, 256, (h, w, 3), dtype=np.uint8) for h, w in sizes}
    cut = {"part of a toy scene": scenes["toy scene 0"][:151, :97]}
    return scenes | noise | cut | {"grey": np.full((90, 60, 3), 127, np.uint8)}


def differences(a: Faces, b: Faces) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """How far from each face of `a` the nearest of `b` is: worst coordinate in pixels (N,), score (N,)."""
    if len(a) == 0:
        return np.zeros(0, np.float32), np.zeros(0, np.float32)
    apart = np.abs(_coordinates(a)[:, None] - _coordinates(b)[None]).max(-1, initial=0.0)
    nearest = apart.argmin(1)
    return apart.min(1), np.abs(a.scores - b.scores[nearest])


def _check_in_use(
    network: FaceDetector,
    session: Session,
    name: str,
    picture: NDArray[np.uint8],
    scores: NDArray[np.float32],
) -> None:
    ranked = np.sort(scores)[::-1]
    threshold = float(ranked[IN_USE - 1 : IN_USE + 1].mean()) if len(ranked) > IN_USE else 0.0
    ours, theirs = _both(network, session, picture, threshold, 0.45)
    missing = sum(
        int((differences(a, b)[0] > PIXELS).sum()) if len(b) else len(a)
        for a, b in ((ours, theirs), (theirs, ours))
    )
    if missing > 2 * (1 - IN_COMMON) * max(len(ours), len(theirs), 20):
        raise ModelError(f"{missing} of the file's {len(theirs)} faces are others than PyTorch's ({name})")


def _both(
    network: FaceDetector, session: Session, picture: NDArray[np.uint8], score: float, iou: float
) -> tuple[Faces, Faces]:
    ours = predict(network, picture, score, iou, MOST_POINTS)
    height, width = picture.shape[:2]
    theirs = run_detection(session, picture, score, iou, MOST_POINTS)
    found = Faces(theirs.boxes, theirs.scores, theirs.landmarks, width=width, height=height)
    return ours[(ours.boxes[:, 2:] > ours.boxes[:, :2]).all(1)], found


def _coordinates(faces: Faces) -> NDArray[np.float32]:
    assert faces.landmarks is not None
    return np.concatenate([faces.boxes, faces.landmarks.reshape(-1, 10)], axis=1)
