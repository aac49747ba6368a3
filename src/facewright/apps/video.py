"""Faces through a video: found, followed, and the video written again with each frame changed.

A thread reads and decodes, the network looks at a small copy of each frame, and frames wait until what comes
after them is known (see `inference.bridging`). The memory does not depend on the length.
"""

from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from facewright.apps.clip import Clip, Shot
from facewright.apps.remux import Remux
from facewright.core.errors import VideoError
from facewright.core.extras import optional
from facewright.core.faces import Faces
from facewright.core.pictures import Picture, Pixels
from facewright.inference.ahead import pulled
from facewright.inference.bridging import MOST_AHEAD, Tracked, bridged
from facewright.inference.detector import Detector
from facewright.inference.tracks import Tracker

with optional():
    import av

READ_AHEAD = 8
"""frames and packets that are read before their turn"""
FAINT = 0.7
"""Share of the score of a sure face from which a followed one is still found, while it turns away say: of the
network's own score, as all shares here (`Card.scaled`)."""
ONE_OF_MANY = 1.4
"""A face has a chance in every frame: to hide as many faces of a video as of pictures, and not more that is
none, its surest frame may be asked for a score so many times as high (see benchmarks/video.py)."""
HOLD = 0.2
"""seconds before a face's first find and after its last that it is hidden too"""

Change = Callable[[Pixels, Tracked[Shot]], Pixels]
"""upright RGB (H, W, 3) and the faces in it -> a new array, the picture that takes its place"""


@dataclass
class Rewritten:
    """What came of a video."""

    frames: int = 0
    tracks: int = 0
    """faces that were followed"""
    with_faces: int = 0
    """frames that show some"""
    problems: list[str] = field(default_factory=list)
    """what could not be read: the rest is there"""
    notes: list[str] = field(default_factory=list)
    """what was left out on purpose, or is of another kind now"""


def follow(
    clip: Clip,
    detector: Detector,
    tracker: Tracker | None = None,
    hold: float = 0.0,
    on_packet: Callable[[av.Packet], None] | None = None,
) -> Generator[Tracked[Shot]]:
    """Each frame of an opened clip with its faces, in pixels of the upright frame.

    tracker: by default one for which a face is sure at the detector's `min_score`. hold: see
    `bridging.bridged`. on_packet: given each packet of the other streams.
    """

    def frames() -> Iterator[tuple[Shot, Picture] | av.Packet]:
        for item in clip.read():
            if isinstance(item, Shot):
                small = clip.upright(item.frame, detector.reads)
                yield item, Picture(small, clip.width, clip.height)
            else:
                yield item

    tracks = tracker or Tracker(detector.min_score)
    faint = detector.card.scaled(tracks.sure, FAINT)
    items = pulled(frames(), READ_AHEAD)

    def found() -> Iterator[tuple[Shot, float, Faces]]:
        for item in items:
            if isinstance(item, tuple):
                shot, picture = item
                yield shot, shot.time, detector.find(picture, min_score=faint)
            elif on_packet is not None:
                on_packet(item)

    try:
        yield from bridged(found(), tracks, hold)
    finally:  # the reading thread has ended before the clip is closed
        items.close()


def rewrite_video(
    source: str | Path,
    target: Path,
    detector: Detector,
    change: Change,
    *,
    tracker: Tracker | None = None,
    hold: float = HOLD,
    encoder: str | None = None,
    strip: bool = False,
    keep_faceless: bool = False,
    on_frame: Callable[[Tracked[Shot], int | None], None] | None = None,
) -> Rewritten:
    """Write `target` as `source` with `change` applied to every frame that shows faces.

    Times, sound, subtitles, titles and how it is turned stay; `target` appears complete or not at all. Of a
    damaged video comes what can be read, and what cannot is told; but it is not written over by that.

    keep_faceless: a video that shows no face, and of which nothing is left out, is copied byte for byte.
    on_frame: called after each frame with its faces and, if the file says, the number of all frames.
    Raises VideoError, UsageError, ModelError.
    """
    done = Rewritten()
    tracks: set[int] = set()
    tracker = tracker or Tracker(detector.min_score)
    began = ended = 0.0
    with (
        Clip(source) as clip,
        Remux(clip, target, encoder, strip=strip) as out,
        closing(follow(clip, detector, tracker, hold, out.copy)) as frames,
    ):
        for one in frames:
            changed = None
            if len(one.faces):
                before = clip.upright(one.frame.frame)
                changed = before, change(before, one)
                done.with_faces += 1
                tracks.update(one.tracks.tolist())
            out.write(one.frame.frame, changed)
            began, ended = (began if done.frames else one.time), one.time
            done.frames += 1
            if on_frame is not None:
                on_frame(one, clip.frames)
        if done.with_faces and (note := _too_fast(ended - began, done.frames, tracker.patience)):
            out.notes.append(f"{clip.source}: {note}")
        done.notes, done.problems = out.notes, clip.problems
        if done.problems and target.exists() and target.samefile(source):
            raise VideoError(f"{done.problems[0]}; it is not written over, as the rest of it would be lost")
        if keep_faceless and not (done.with_faces or done.notes or done.problems or strip):
            out.as_it_is()
        else:
            done.notes += out.changes
    done.tracks = len(tracks)
    return done


def _too_fast(seconds: float, frames: int, patience: float) -> str:
    """A note where the frames that wait hold less than the patience; else nothing."""
    ahead = MOST_AHEAD * seconds / max(frames - 1, 1)
    if frames <= MOST_AHEAD or ahead > 0.9 * patience:
        return ""
    return (
        f"has {(frames - 1) / max(seconds, 1e-9):.0f} frames a second: a face that is missed for more than "
        f"{ahead:.2f} seconds (else {patience:g}) is not filled in"
    )
