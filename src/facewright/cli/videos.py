"""What commands do with a video: look through it frame by frame, tell, and show how far they are."""

import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from facewright.cli.inputs import Input
from facewright.cli.pictures import Film, Write, count
from facewright.cli.say import printable

if TYPE_CHECKING:  # PyAV, numpy and onnxruntime load when there is work to do, not to show the help
    from facewright.apps.clip import Shot
    from facewright.core.pictures import Pixels
    from facewright.inference.bridging import Tracked
    from facewright.inference.detector import Detector

Advance = Callable[["Tracked[Shot]", int | None], None]
"""told each frame that is done, and how many there are, if the file says"""


def look_through(detector: "Detector", item: Input, write: Write | None, copy: Path | None) -> Film:
    """Follow the faces of a video; write each frame's JSON and, to `copy`, the video with the faces drawn."""
    from facewright.apps.clip import Clip
    from facewright.apps.video import follow, rewrite_video

    frames = shown = 0
    tracks: set[int] = set()
    width = height = 0

    def note(one: "Tracked[Shot]", of: int | None) -> None:
        nonlocal frames, shown, width, height
        frames, shown = frames + 1, shown + bool(len(one.faces))
        tracks.update(one.tracks.tolist())
        width, height = one.faces.width, one.faces.height
        advance(one, of)
        if write is not None:
            write({"path": item.path, **record(one), "error": None})

    with frames_progress(item.path) as advance:
        if copy is not None:
            done = rewrite_video(item.path, copy, detector, _annotated, hold=0, on_frame=note)
            problems = done.problems
        else:
            with Clip(item.path) as clip, closing(follow(clip, detector)) as followed:
                for one in followed:
                    note(one, clip.frames)
            problems = clip.problems
    if write is not None:
        nothing: dict[str, Any] = {"frame": None, "time": None, "width": width, "height": height, "faces": []}
        for problem in problems:
            write({"path": item.path, **nothing, "error": problem})
    row = count(len(tracks), "face"), f"in {shown} of {count(frames, 'frame')}"
    return Film(width, height, len(tracks), row, problems)


def record(one: "Tracked[Shot]") -> dict[str, Any]:
    """A frame's JSON, without path and error."""
    told = one.faces.to_dict()
    for face, track, seen in zip(told["faces"], one.tracks.tolist(), one.seen.tolist(), strict=True):
        face.update(track=track, seen=seen)
    return {"frame": one.frame.number, "time": round(one.time, 6), **told}


def labels(one: "Tracked[Shot]") -> list[str]:
    """What is written beside the faces of a frame."""
    return [f"{track}" if seen else f"({track})" for track, seen in zip(one.tracks, one.seen, strict=True)]


@contextmanager
def frames_progress(path: str) -> Iterator[Advance]:
    """Shows on a terminal's standard error how far a video is, with the frames a second; else nothing."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(file=sys.stderr)
    if not console.is_terminal:
        yield lambda one, of: None
        return
    columns = (
        TextColumn(printable(path), markup=False),
        BarColumn(),
        TextColumn("{task.completed}/{task.total} frames, {task.fields[rate]:.0f} a second"),
        TimeRemainingColumn(),
    )
    start = perf_counter()
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("", total=None, rate=0.0)

        def advance(one: "Tracked[Shot]", of: int | None) -> None:
            done = one.frame.number + 1
            progress.update(task, completed=done, total=of, rate=done / (perf_counter() - start))

        yield advance


def _annotated(picture: "Pixels", one: "Tracked[Shot]") -> "Pixels":
    from facewright.core.draw import draw_faces

    return draw_faces(picture, one.faces, labels=labels(one))
