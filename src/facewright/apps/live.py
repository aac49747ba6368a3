"""Faces as they come: from a camera, or a file or address played like one. Nothing waits, nothing is stored.

A thread reads; whoever looks gets the newest frame, and those that came meanwhile are left out.
"""

import sys
import time
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from pathlib import Path
from threading import Condition, Thread
from typing import Any, NamedTuple, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from facewright.apps.clip import Clip, Shot
from facewright.apps.video import FAINT
from facewright.core.errors import VideoError
from facewright.core.extras import optional
from facewright.core.faces import Faces
from facewright.core.pictures import Picture, Pixels
from facewright.inference.detector import Detector
from facewright.inference.tracks import Tracker

with optional():
    import av

Item = TypeVar("Item")


class Live(NamedTuple):
    """One frame as it was looked at."""

    picture: Pixels
    """upright RGB (H, W, 3)"""
    faces: Faces
    tracks: NDArray[np.intp]
    """(N,), of each face"""
    time: float
    """of the frame, in seconds"""


def open_source(source: str) -> Clip:
    """The camera of a number (0 is the first) or device, or a file or address. Raises VideoError."""
    if source.isascii() and source.isdigit():
        return Clip(*_camera(int(source)))
    return Clip(source, "v4l2" if source.startswith("/dev/video") else None)


def watch(clip: Clip, detector: Detector) -> Generator[Live]:
    """The newest frame, again and again, with its faces. A file is played at its own speed, to its end."""
    tracker = Tracker(detector.min_score)
    faint = detector.card.scaled(detector.min_score, FAINT)
    sure: set[int] = set()
    with closing(newest(_paced(clip))) as shots:
        for shot in shots:
            picture = clip.upright(shot.frame)
            small = clip.upright(shot.frame, detector.reads)
            found = detector.find(Picture(small, clip.width, clip.height), min_score=faint)
            tracks = tracker.update(found, shot.time)
            sure &= {track.id for track in tracker.tracks}
            sure |= set(tracks[found.scores >= detector.min_score].tolist())
            told = np.isin(tracks, list(sure))
            yield Live(picture, found[told], tracks[told], shot.time)


def newest(items: Iterable[Item]) -> Generator[Item]:
    """The newest of the items that another thread takes; those that came meanwhile are left out.

    The last one is always given, and what taking them raises is raised here. When the caller stops, taking
    ends with the next item.
    """
    changed = Condition()
    state: dict[str, Any] = {"item": None, "new": False, "ended": False, "stopped": False, "error": None}

    def take() -> None:
        try:
            for item in items:
                with changed:
                    state.update(item=item, new=True)
                    changed.notify()
                    if state["stopped"]:
                        return
        except BaseException as error:  # noqa: BLE001  (raised by the caller's thread)
            state["error"] = error
        finally:
            with changed:
                state["ended"] = True
                changed.notify()

    thread = Thread(target=take, name="facewright-newest", daemon=True)
    thread.start()
    try:
        while True:
            with changed:
                changed.wait_for(lambda: state["new"] or state["ended"])
                if not state["new"]:
                    break
                item, state["new"] = state["item"], False
            yield cast(Item, item)
    finally:
        state["stopped"] = True
        thread.join()
    if state["error"] is not None:
        raise state["error"]


def _paced(clip: Clip) -> Iterator[Shot]:
    """The frames at their times; a camera's come so by themselves."""
    begin: float | None = None
    for shot in clip.read():
        if not isinstance(shot, Shot):
            continue
        now = time.monotonic()
        begin = now - shot.time if begin is None else begin
        time.sleep(max(0.0, min(begin + shot.time - now, 1.0)))
        yield shot


def _camera(number: int) -> tuple[str, str]:
    """What FFmpeg calls a camera, and its input device."""
    if sys.platform.startswith("linux"):
        if not Path(device := f"/dev/video{number}").exists():
            raise VideoError(
                f"there is no camera {number} ({device} is missing); connect it, or give another number, "
                "a file or an address"
            )
        return device, "v4l2"
    if sys.platform == "darwin":
        return f"{number}:none", "avfoundation"
    names = [device.description for device in av.enumerate_input_devices("dshow")]
    if number >= len(names):
        raise VideoError(f"there is no camera {number}; {len(names)} are connected")
    return f"video={names[number]}", "dshow"
