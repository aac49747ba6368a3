"""How long each detector takes on one thread: rounds interleaved, so that a busy moment hits all alike."""

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image

from facewright.core.faces import Faces
from facewright.inference.detector import Detector
from facewright.inference.timing import interleaved, summary
from peers import Found, Pixels

ARRAYS = ((320, 240), (640, 480))
JPEG = (4000, 3000)
LONG_SIDE = 640


def latency(
    detectors: Sequence[Found],
    ours: dict[str, Detector],
    rounds: int,
    reference: str,
    say: Callable[[str], None],
) -> dict[str, Any]:
    """Task -> detector -> median milliseconds, spread, ratio to `reference` (median of the rounds').

    `ours` holds, by name, the detectors that read a file themselves.
    """
    photo = _photo()
    out = {}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "12-megapixels.jpg"
        Image.fromarray(_tiled(photo, *JPEG)).save(file, quality=92)
        for task, calls in _tasks(detectors, ours, photo, file).items():
            say(f"timing {task}")
            timings = summary(interleaved(calls, rounds), reference)
            out[task] = {name: _told(took._asdict()) for name, took in timings.items()}
    return out


def _tasks(
    detectors: Sequence[Found], ours: dict[str, Detector], photo: Pixels, file: Path
) -> dict[str, dict[str, Callable[[], Faces]]]:
    tasks: dict[str, dict[str, Callable[[], Faces]]] = {}
    for width, height in ARRAYS:
        picture = _tiled(photo, width, height)
        pictures = {True: picture, False: np.ascontiguousarray(picture[..., ::-1])}
        tasks[f"array {width}x{height}"] = {
            d.name: lambda d=d, p=pictures: d.find(p[d.rgb], d.threshold) for d in detectors
        }
    scaled: dict[str, Callable[[], Faces]] = {
        d.name: (lambda d=d: ours[d.name](file))
        if d.name in ours
        else (lambda d=d: _from_file(d, file, cv2.IMREAD_REDUCED_COLOR_4))
        for d in detectors
    }
    tasks["12 MP JPEG, peers decode at 1/4"] = scaled
    plain = {
        d.name: lambda d=d: _from_file(d, file, cv2.IMREAD_COLOR) for d in detectors if d.name not in ours
    }
    tasks["12 MP JPEG, peers decode all"] = {
        d.name: scaled[d.name] for d in detectors if d.name in ours
    } | plain
    return tasks


def _from_file(detector: Found, file: Path, flag: int) -> Faces:
    """The way of someone who uses OpenCV: read, scale to the long side, detect."""
    picture = cv2.imread(str(file), flag)
    scale = LONG_SIDE / max(picture.shape[:2])
    picture = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return detector.find(
        cv2.cvtColor(picture, cv2.COLOR_BGR2RGB) if detector.rgb else picture, detector.threshold
    )


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
