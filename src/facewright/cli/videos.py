"""What commands do with a video: look through it frame by frame, tell, and show how far they are."""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from facewright.cli.inputs import Input
from facewright.cli.pictures import Film, Found, Write
from facewright.cli.say import complain, printable
from facewright.core.counted import counted
from facewright.core.errors import VideoError

if TYPE_CHECKING:  # PyAV, numpy and onnxruntime load when there is work to do, not to show the help
    from facewright.apps.blur import BlurStyle
    from facewright.apps.clip import Shot
    from facewright.core.pictures import Pixels
    from facewright.inference.bridging import Tracked
    from facewright.inference.detector import Detector

Advance = Callable[["Tracked[Shot]", int | None], None]
"""told each frame that is done, and how many there are, if the file says"""


def look_through(detector: "Detector", item: Input, write: Write | None, copy: Path | None) -> Film:
    """Follow the faces of a video; write each frame's JSON and, to `copy`, the video with the faces drawn.

    Raises VideoError.
    """
    with_videos(item)
    from facewright.apps.clip import Clip
    from facewright.apps.video import follow, rewrite_video

    seen = _Seen()
    notes: list[str] = []

    def note(one: "Tracked[Shot]", of: int | None) -> None:
        seen.add(one)
        advance(one, of)
        if write is not None:
            write({"path": item.path, **record(one), "error": None})

    with frames_progress(item.path) as advance:
        if copy is not None:
            done = rewrite_video(item.path, copy, detector, _annotated, hold=0, on_frame=note)
            problems, notes = done.problems, done.notes
        else:
            with Clip(item.path) as clip, closing(follow(clip, detector)) as followed:
                for one in followed:
                    note(one, clip.frames)
            problems = clip.problems
    for sentence in notes:
        complain(sentence)
    if write is not None:
        for problem in problems:
            nothing: dict[str, Any] = {"frame": None, "time": None, **seen.size(), "faces": []}
            write({"path": item.path, **nothing, "error": problem})
    return Film(seen.found(f"in {seen.shown} of {counted(seen.frames, 'frame')}"), problems, told=True)


def hide_through(
    detector: "Detector",
    style: "BlurStyle",
    strip: bool,
    encoder: str | None,
    item: Input,
    place: Path,
) -> Film:
    """Write a video to `place` with its faces hidden, one without faces as it is. Raises FacewrightError."""
    with_videos(item)
    from facewright.apps.hide import surely
    from facewright.apps.hide_tracks import HideTracks
    from facewright.apps.video import ONE_OF_MANY, rewrite_video
    from facewright.inference.tracks import Tracker

    seen = _Seen()
    tracker = Tracker(detector.card.scaled(detector.min_score, ONE_OF_MANY))
    hide = HideTracks(surely(detector), style)
    with frames_progress(item.path) as advance:

        def note(one: "Tracked[Shot]", of: int | None) -> None:
            seen.add(one)
            advance(one, of)

        done = rewrite_video(
            item.path,
            place,
            detector,
            hide,
            tracker=tracker,
            encoder=encoder,
            strip=strip,
            on_frame=note,
            keep_faceless=True,
        )
    for sentence in done.notes:
        complain(sentence)
    if hide.still_found:
        looked = f"{counted(hide.still_found, 'face')} where something is hidden"
        complain(f"{item.path}: the detector still finds {looked}: look at the copy, or take --how solid")
    more = {"frames": seen.frames, "still_found": hide.still_found, "copy": str(place)}
    return Film(seen.found(str(place), more), done.problems, told=False)


def with_videos(item: Input) -> None:
    """Raises VideoError when the library for videos is not there."""
    try:
        import av  # noqa: F401
    except ModuleNotFoundError as error:
        raise VideoError(
            f"{item.path}: videos need the video extra; in facewright's checkout: pip install '.[video]'"
        ) from error


class _Seen:
    """What a video showed, gathered frame by frame: of each face the sight of it that was surest."""

    def __init__(self) -> None:
        self.frames = self.shown = 0
        self._best: dict[int, tuple[float, list[float]]] = {}
        self._size = (0, 0)

    def add(self, one: "Tracked[Shot]") -> None:
        self.frames, self.shown = self.frames + 1, self.shown + bool(len(one.faces))
        self._size = one.faces.width, one.faces.height
        for track, face in zip(one.tracks.tolist(), one.faces, strict=True):
            if track not in self._best or face.score > self._best[track][0]:
                self._best[track] = face.score, face.box.tolist()

    def size(self) -> dict[str, int]:
        return {"width": self._size[0], "height": self._size[1]}

    def found(self, last: str, more: Mapping[str, Any] | None = None) -> Found:
        """last: column of the table."""
        from facewright.core.faces import Faces

        scores, boxes = [score for score, _ in self._best.values()], [box for _, box in self._best.values()]
        faces = Faces(boxes, scores, None, {}, *self._size)  # type: ignore[arg-type]
        told = [face.to_dict() | {"track": track} for track, face in zip(self._best, faces, strict=True)]
        row = (counted(len(faces), "face"), last)
        return Found(faces, {**self.size(), "faces": told, **(more or {})}, [row], kind="video")


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
