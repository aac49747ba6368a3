"""How long each detector takes on one thread and on two, in interleaved rounds: a busy moment hits all."""

import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image

from facewright.core.faces import Faces
from facewright.inference.session import available_cores
from facewright.inference.timing import interleaved, summary
from ours import LONG_SIDE, Ours
from peers import Found, Pixels

THREADS = (1, 2)
ARRAYS = ((320, 240), (640, 480))
JPEG = (4000, 3000)


def latency(
    line_up: Callable[[int], Sequence[Found]], rounds: int, reference: str, say: Callable[[str], None]
) -> dict[str, Any]:
    """Threads -> task -> detector -> median milliseconds, spread, ratio to `reference`.

    The ratio is the median of the rounds' ratios. `line_up` makes the detectors for so many threads.
    """
    photo = _photo()
    out: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "12-megapixels.jpg"
        Image.fromarray(_tiled(photo, *JPEG)).save(file, quality=92)
        for threads in THREADS:
            if threads > available_cores():
                say(f"{threads} threads are left out: there are only {available_cores()} cores")
                continue
            detectors = line_up(threads)
            cv2.setNumThreads(threads)  # one number for the whole process
            out[str(threads)] = {}
            for task, calls in _tasks(detectors, photo, file).items():
                say(f"timing {task}, {threads} threads")
                timings = summary(interleaved(calls, rounds), reference)
                out[str(threads)][task] = {name: _told(took._asdict()) for name, took in timings.items()}
    return out


def _tasks(
    detectors: Sequence[Found], photo: Pixels, file: Path
) -> dict[str, dict[str, Callable[[], Faces]]]:
    tasks: dict[str, dict[str, Callable[[], Faces]]] = {}
    for width, height in ARRAYS:
        picture = _tiled(photo, width, height)
        pictures = {True: picture, False: np.ascontiguousarray(picture[..., ::-1])}
        tasks[f"array {width}x{height}"] = {
            d.name: partial(d.find, pictures[d.rgb], d.threshold) for d in detectors
        }
    for task, flag in (("at 1/4", cv2.IMREAD_REDUCED_COLOR_4), ("all", cv2.IMREAD_COLOR)):
        tasks[f"12 MP JPEG, peers decode {task}"] = {
            d.name: partial(_from_file, d, file, flag) for d in detectors
        }
    return tasks


def _from_file(detector: Found, file: Path, flag: int) -> Faces:
    """Ours read for themselves; a peer in the way of someone who uses OpenCV: read, scale, detect."""
    if isinstance(detector, Ours):
        return detector.find_in_file(file)
    whole = cv2.imread(str(file), flag)
    assert whole is not None
    scale = LONG_SIDE / max(whole.shape[:2])
    picture = cv2.resize(whole, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    seen = cv2.cvtColor(picture, cv2.COLOR_BGR2RGB) if detector.rgb else picture
    return detector.find(seen.astype(np.uint8, copy=False), detector.threshold)


def _told(took: dict[str, float | None]) -> dict[str, float]:
    """Without the ratio where the reference was not measured."""
    return {name: value for name, value in took.items() if value is not None}


def _photo() -> Pixels:
    """Grace Hopper's portrait (public domain), which matplotlib carries."""
    from matplotlib.cbook import get_sample_data

    with Image.open(get_sample_data("grace_hopper.jpg", asfileobj=False)) as image:
        return np.array(image.convert("RGB"))


def _tiled(photo: Pixels, width: int, height: int) -> Pixels:
    """The photo four times side by side, and as many rows as are needed, cut to `width` x `height`."""
    side = -(-width // 4)
    tile = np.array(Image.fromarray(photo).resize((side, round(side * photo.shape[0] / photo.shape[1]))))
    rows = -(-height // tile.shape[0])
    return np.ascontiguousarray(np.tile(tile, (rows, 4, 1))[:height, :width])
