"""Does a model file give what the PyTorch network gives? A file that does not is never kept."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import onnx
import onnxruntime
import torch
from numpy.typing import NDArray
from torch import nn

from facewright.core.boxes import nms
from facewright.core.errors import ModelError
from facewright.core.faces import Faces
from facewright.datasets.toy import ToySamples
from facewright.export.finding_steps import MOST_POINTS, PLACES
from facewright.inference.detections import FINDING, run_detection
from facewright.inference.session import INTERFACES, PICTURE, Session
from facewright.tasks.fixed_input import squash

PIXELS = 0.1
"""most that a box's corner or a landmark may differ"""
SCORE = 1e-4
NUMBER = 1e-4
"""most that a probability may differ, or a value as a share of the largest"""
INPUTS = 100
"""points that are compared"""
IN_USE = 40
"""places that go through non-maximum suppression when a file's choice is checked"""
IOU = 0.45
"""then, give or take `ROUNDING`: two boxes that overlap by just so much may be one face or two"""
ROUNDING = 1e-6
Find = Callable[[NDArray[np.uint8], float, float, int], Faces]
"""picture, score threshold, IoU threshold, most faces -> what the network finds, in PyTorch"""


class Parity(NamedTuple):
    """The largest differences between the network and its file."""

    compared: int
    """faces, probabilities or values"""
    inputs: int
    """pictures, crops or points"""
    apart: float
    """of boxes and landmarks, in pixels; else of the numbers themselves"""
    score: float | None = None

    def __str__(self) -> str:
        if self.score is None:
            return (
                f"largest difference to PyTorch over {self.compared} numbers of {self.inputs} inputs: "
                f"{self.apart:.2g} (allowed {NUMBER:g})"
            )
        return (
            f"largest difference to PyTorch over {self.compared} faces in {self.inputs} pictures: "
            f"{self.apart:.2g} pixels (allowed {PIXELS:g}), {self.score:.2g} in the score "
            f"(allowed {SCORE:g})"
        )


def check_faces(find: Find, model: Path) -> Parity:
    """Compare what `find` finds, on the CPU, with what a file does. Raises ModelError if they differ.

    All places of the network, without thresholds, must agree one by one. With thresholds a file must choose
    among its own numbers as `nms` does: chosen from PyTorch's, which differ in the last digits, others may be
    right just as well, and of a network that has hardly learnt, whose scores are all nearly the same, are.
    """
    session = Session(model, FINDING, threads=1)
    with one_thread():
        return _compare(find, session, _laid_open(model))


def check_numbers(answer: nn.Module, model: Path) -> Parity:
    """Compare `answer`, network and decoding in evaluation mode on the CPU, with a file of it.

    On crops of the network's own side, of which the file need not change a pixel, and on others, or on
    points. Raises ModelError if they differ.
    """
    session = Session(model, threads=1)
    card, random = session.card, np.random.default_rng(0)
    interface = INTERFACES[card.task]
    count, apart = 0, 0.0
    with one_thread(), torch.inference_mode():
        if card.side is None:
            points = random.uniform(-10, 10, (INPUTS, len(card.inputs))).astype(np.float32)
            trials: list[tuple[NDArray[Any], torch.Tensor]] = [(points, torch.from_numpy(points))]
        else:
            sizes = [(card.side, card.side), (37, 50), (3 * card.side, 2 * card.side), (1, 1)]
            crops = [random.integers(0, 256, (2, h, w, 3), dtype=np.uint8) for h, w in sizes]
            trials = [(these, squash_all(these, card.side)) for these in crops]
        for given, pixels in trials:
            wanted = answer(pixels).numpy()
            (found,) = session.run({interface.input: given}).values()
            if found.shape != wanted.shape:
                raise ModelError(f"the file gives {found.shape} numbers where PyTorch gives {wanted.shape}")
            unit = max(float(np.abs(wanted).max()), 1.0)  # values may be large; probabilities are not
            apart = max(apart, float(np.abs(found - wanted).max()) / unit)
            count += found.size
    if not apart <= NUMBER:
        raise ModelError(f"the file differs from PyTorch by {apart:g} (allowed {NUMBER:g})")
    return Parity(count, sum(len(given) for given, _ in trials), apart)


def squash_all(crops: NDArray[np.uint8], side: int) -> torch.Tensor:
    """Crops, uint8 (N, H, W, 3), as the network takes them: float (N, 3, side, side)."""
    return torch.cat([squash(torch.from_numpy(crop), side).pixels for crop in crops])


@contextmanager
def one_thread() -> Iterator[None]:
    """PyTorch on one thread: on pictures this small several only wait for one another."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def _compare(find: Find, session: Session, opened: onnxruntime.InferenceSession) -> Parity:
    faces, pixels, score = 0, 0.0, 0.0
    for name, picture in trial_pictures().items():
        ours, theirs = _every_place(find, session, picture)
        if len(ours) != len(theirs):
            raise ModelError(f"the file finds {len(theirs)} boxes where PyTorch finds {len(ours)} ({name})")
        apart, scores_apart = differences(ours, theirs)
        faces += len(apart)
        pixels = max(pixels, float(apart.max(initial=0)))
        score = max(score, float(scores_apart.max(initial=0)))
        if pixels > PIXELS or score > SCORE:
            raise ModelError(
                f"the file differs from PyTorch by {pixels:g} pixels, {score:g} in score ({name})"
            )
        if not _chooses_rightly(opened, picture):
            raise ModelError(
                f"the file does not choose among its own answers by its thresholds, best first ({name})"
            )
    return Parity(faces, len(trial_pictures()), pixels, score)


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


def _laid_open(model: Path) -> onnxruntime.InferenceSession:
    """A file that finds faces, which gives what it chooses from (`PLACES`) after its own outputs."""
    proto = onnx.load(model)
    proto.graph.output.extend(onnx.ValueInfoProto(name=name) for name in PLACES)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 4  # as in `inference.session`
    return onnxruntime.InferenceSession(proto.SerializeToString(), options, ["CPUExecutionProvider"])


def _chooses_rightly(opened: onnxruntime.InferenceSession, picture: NDArray[np.uint8]) -> bool:
    """Whether a file's answers with thresholds are those of all its answers that they should leave."""

    def answers(score: np.float32, iou: float) -> list[NDArray[Any]]:
        values = {"score_threshold": score, "iou_threshold": np.float32(iou), "max_faces": [MOST_POINTS]}
        return opened.run(None, {PICTURE: picture} | {k: np.array(v) for k, v in values.items()})

    *all_told, boxes, scores, places = answers(np.float32(0), 1.0)
    threshold = scores[IN_USE - 1 : IN_USE + 1].mean() if len(scores) > IN_USE else np.float32(0)
    *told, _, _, _ = answers(threshold, IOU)
    enough = scores >= threshold
    for limit in (IOU, IOU - ROUNDING, IOU + ROUNDING):
        left = np.isin(places, nms(boxes[enough], scores[enough], limit))
        pairs = zip(told, all_told, strict=True)
        if all(a.shape == b[left].shape and np.allclose(a, b[left], atol=SCORE) for a, b in pairs):
            return True
    return False


def _every_place(find: Find, session: Session, picture: NDArray[np.uint8]) -> tuple[Faces, Faces]:
    """What PyTorch and the file find without thresholds, but for boxes without an area in the picture."""
    ours = find(picture, 0.0, 1.0, MOST_POINTS)
    height, width = picture.shape[:2]
    theirs = run_detection(session, picture, 0.0, 1.0, MOST_POINTS)
    found = Faces(theirs.boxes, theirs.scores, theirs.landmarks, width=width, height=height)
    return ours[(ours.boxes[:, 2:] > ours.boxes[:, :2]).all(1)], found


def _coordinates(faces: Faces) -> NDArray[np.float32]:
    if faces.landmarks is None:
        return faces.boxes
    return np.concatenate([faces.boxes, faces.landmarks.reshape(-1, 10)], axis=1)
