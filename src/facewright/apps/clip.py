"""`Clip`: a video opened for reading. Its frames with their exact times, upright where they are looked at.

Phones store a video as the sensor saw it and note how it is to be turned. Frames keep the stored way round,
so that they can be written again as they were; `upright` and `stored` go to what a person sees and back.
"""

import contextlib
import math
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self, cast

import numpy as np

from facewright.apps.joined import Joined
from facewright.core.counted import counted
from facewright.core.errors import VideoError
from facewright.core.extras import optional
from facewright.core.pictures import Pixels

with optional():
    import av
    import av.error
    from av.video.reformatter import Interpolation

CUT_SHORT = 0.5
"""seconds by which a video may end before the length that its file states"""
EXACTLY = Interpolation.BICUBIC | Interpolation.ACCURATE_RND
"""how pixels are converted to another format; without the latter all becomes a level darker"""
_HDR = ("MASTERING_DISPLAY_METADATA", "CONTENT_LIGHT_LEVEL", "DOVI_RPU_BUFFER", "DYNAMIC_HDR_PLUS")
_TS_DISCONT = 0x0200  # FFmpeg's AVFMT_TS_DISCONT: times begin anywhere
_UNREADABLE = (av.error.FFmpegError, ValueError)  # what PyAV raises on damaged files


class Shot(NamedTuple):
    """One frame of a clip."""

    number: int
    """from 0"""
    time: float
    """in seconds, as the player counts: from 0 where a kind of file begins anywhere (MPEG-TS)"""
    frame: av.VideoFrame
    """as stored: not turned"""


class Clip:
    """A video file, camera or address, opened; a context manager. Raises VideoError.

    source: a path, or with `format` what FFmpeg's input device of that name takes. Extra keywords are options
    of that device.
    """

    def __init__(self, source: str | Path, format: str | None = None, **options: str) -> None:
        self.source = str(source)
        self.problems: list[str] = []
        """what could not be read, complete once `read` has ended"""
        local = format is None and "://" not in self.source
        if local and Path(self.source).is_dir():
            raise VideoError(f"{self.source}: is a folder, not a video")
        try:
            address = f"file:{self.source}" if local else self.source  # a name may hold a colon
            self.container = av.open(address, format=format, options=options, metadata_errors="replace")
        except FileNotFoundError as error:
            raise VideoError(f"{self.source}: no such file") from error
        except _UNREADABLE as error:
            raise VideoError(f"{self.source}: not a video that can be read ({reason(error)})") from error
        # a cover picture is a video stream too
        films = [
            s for s in self.container.streams.video if not s.disposition & av.stream.Disposition.attached_pic
        ]
        films = [stream for stream in films if stream.codec_context is not None]
        if not films:
            self.container.close()
            raise VideoError(f"{self.source}: holds no video, or one of a kind that is not known here")
        self.stream = films[0]
        self.stream.thread_type = "AUTO"
        self.size = 0, 0
        """width and height as stored, of the first frame; `read` gives all others so, too"""
        self.turn = 0
        """quarter turns, counterclockwise, from the stored frames to upright ones"""
        self.matrix: tuple[int, ...] | None = None
        """FFmpeg's display matrix, where the file has one"""
        self.interlaced = False
        """whether each frame is two pictures, of every other line"""
        self.hdr = False
        """whether frames say how the display was on which they were made"""
        anywhere = self.container.format.flags & _TS_DISCONT
        self._begin = (self.container.start_time or 0) / av.time_base if anywhere else 0.0
        self._damaged = 0
        self._joined = Joined() if anywhere else None
        self._slots: deque[int] = deque()
        """of AVI, whose times are of packets in their order, not of frames: those of no frame yet"""
        self._frames = self._decoded(self.container.demux(self._wanted()))
        self._waiting: list[av.Packet | av.VideoFrame] = []
        for item in self._frames:  # up to the first frame: only it knows how the clip is turned
            self._waiting.append(item)
            if isinstance(item, av.VideoFrame):
                self._look_at(item)
                break
        else:
            self.container.close()
            raise VideoError(f"{self.source}: no frame of it can be read; the file is damaged")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.container.close()

    @property
    def width(self) -> int:
        """Of the upright picture."""
        return self.size[self.turn % 2]

    @property
    def height(self) -> int:
        return self.size[1 - self.turn % 2]

    @property
    def rate(self) -> Fraction:
        """Frames a second, on average."""
        return self.stream.average_rate or self.stream.guessed_rate or Fraction(25)

    @property
    def seconds(self) -> float | None:
        """Length that the file states; None where it does not."""
        if self.stream.duration is not None and self.stream.time_base is not None:
            return float(self.stream.duration * self.stream.time_base)
        if self.container.duration is not None:
            return self.container.duration / av.time_base
        return None

    @property
    def frames(self) -> int | None:
        """How many frames there are, about; None where the file does not say."""
        if self.stream.frames:
            return self.stream.frames
        return None if self.seconds is None else max(1, round(self.seconds * self.rate))

    def read(self) -> Iterator[Shot | av.Packet]:
        """Every frame, and between them the packets of the other streams, in the order of the file; once.

        What is damaged is left out and noted in `problems`, the rest is read all the same.
        """
        number = 0
        film, all_of_it = _Span(), _Span()
        ticks: int | None = None
        heard: dict[int, int] = {}
        garbled = 0
        for item in self._all():
            if isinstance(item, av.Packet):
                if item.stream.type == "audio" and item.dts is not None:  # as below
                    item.dts = max(item.dts, heard.get(item.stream.index, item.dts - 1) + 1)
                    item.pts = None if item.pts is None else max(item.pts, item.dts)
                    heard[item.stream.index] = item.dts
                all_of_it.add(item.pts, item.duration, item.time_base)
                yield item
                continue
            base = self.stream.time_base or Fraction(1, 90_000)
            if self._slots:
                item.pts, item.time_base = self._slots.popleft(), base
            elif item.pts is None or item.time is None:  # a bare stream without times
                item.pts, item.time_base = round(number / self.rate / base), base
            if ticks is not None and item.pts <= ticks:  # damaged: no encoder takes it
                item.pts = ticks + 1
            ticks = item.pts
            garbled += item.is_corrupt
            if (item.width, item.height) != self.size:  # as where a call had to do with less
                item = _resized(item, self.size)
            base = item.time_base or Fraction(1, 90_000)
            for span in (film, all_of_it):
                span.add(item.pts, item.duration or round(1 / self.rate / base), base)
            yield Shot(number, float(item.time or 0.0) - self._begin, item)
            number += 1
        for count, noun, what in (
            (self._damaged, "packet", "left out"),
            (garbled, "frame", "taken as far as can be read"),
        ):
            if count:
                self.problems.append(f"{self.source}: damaged: {counted(count, noun)} ({what})")
        # without a length of the stream's own the file's is that of the longest, often the sound
        length = (all_of_it if self.stream.duration is None else film).length
        if self.seconds is not None and length < self.seconds - CUT_SHORT:
            self.problems.append(
                f"{self.source}: ends after {length:.1f} of {self.seconds:.1f} seconds; the file is cut short"
            )

    def upright(self, frame: av.VideoFrame, size: int | None = None) -> Pixels:
        """RGB (H, W, 3) as a person sees it, with a long side of at most `size`."""
        factor = 1.0 if size is None else min(1.0, size / max(frame.width, frame.height))
        rgb = frame.reformat(
            width=max(1, round(frame.width * factor)),
            height=max(1, round(frame.height * factor)),
            format="rgb24",
            interpolation=Interpolation.AREA if factor < 1 else EXACTLY,
        )
        return np.ascontiguousarray(np.rot90(rgb.to_ndarray(), self.turn))

    def stored(self, picture: Pixels) -> Pixels:
        """The other way: an upright picture as the file has it."""
        return np.ascontiguousarray(np.rot90(picture, -self.turn))

    def _wanted(self) -> list[av.stream.Stream]:
        streams = self.container.streams
        return [self.stream, *streams.audio, *streams.subtitles]

    def _all(self) -> Iterator[av.Packet | av.VideoFrame]:
        yield from self._waiting
        self._waiting.clear()
        yield from self._frames

    def _decoded(self, packets: Iterator[av.Packet]) -> Iterator[av.Packet | av.VideoFrame]:
        while True:
            try:
                packet = next(packets)
            except StopIteration:
                return
            except _UNREADABLE as error:
                self.problems.append(f"{self.source}: cannot be read to its end ({reason(error)})")
                with contextlib.suppress(*_UNREADABLE):  # what the decoder still holds
                    yield from self.stream.decode(None)
                return
            if self._joined is not None:
                self._joined.go_on(packet)
            if packet.stream is not self.stream:
                if packet.size or packet.pts is not None:  # else it only says that the stream has ended
                    yield packet
                continue
            if packet.size and packet.dts is not None and self.container.format.name == "avi":
                self._slots.append(packet.dts)
            try:
                yield from packet.decode()
            except _UNREADABLE:
                self._damaged += 1
                if self._slots:
                    self._slots.pop()

    def _look_at(self, frame: av.VideoFrame) -> None:
        self.size = frame.width, frame.height
        self.interlaced = frame.interlaced_frame
        self.hdr = any(frame.side_data.get(kind) is not None for kind in _HDR)
        if frame.rotation % 90 == 0:
            self.turn = frame.rotation // 90 % 4
        matrix = frame.side_data.get("DISPLAYMATRIX")
        if matrix is not None:
            self.matrix = tuple(np.frombuffer(cast(bytes, matrix), np.int32).tolist())


@dataclass
class _Span:
    """From when to when something of a clip lasts, in seconds."""

    begin: float = math.inf
    end: float = -math.inf

    @property
    def length(self) -> float:
        return max(0.0, self.end - self.begin)

    def add(self, ticks: int | None, lasting: int | None, base: Fraction | None) -> None:
        if ticks is not None and base is not None:
            self.begin = min(self.begin, float(ticks * base))
            self.end = max(self.end, float((ticks + (lasting or 0)) * base))


def _resized(frame: av.VideoFrame, size: tuple[int, int]) -> av.VideoFrame:
    resized = frame.reformat(width=size[0], height=size[1], interpolation=Interpolation.BICUBIC)
    resized.pts, resized.time_base, resized.duration = frame.pts, frame.time_base, frame.duration
    return resized


def reason(error: Exception) -> str:
    """In the system's words, where it is an error of the system's."""
    return getattr(error, "strerror", None) or str(error)
