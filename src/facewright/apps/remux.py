"""`Remux`: a clip written again with other pictures. All that is not a picture goes over as it is.

clip ---- frames, changed ---- encoder ---+
     ---- sound, subtitles, as they are --+--> file
     ---- chapters, titles, turn, times --+
"""

import contextlib
import shutil
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self, cast

from facewright.apps.clip import Clip, reason
from facewright.apps.patch import converted, patched
from facewright.core.errors import UsageError, VideoError
from facewright.core.extras import optional
from facewright.core.pictures import Pixels
from facewright.core.whole import beside

with optional():
    import av
    import av.error
    from av.codec import find_best_pix_fmt_of_list
    from av.codec.context import Flags
    from av.container import OutputContainer
    from av.video.stream import VideoStream

# encoder of each codec, and its quality, at which a change is hard to see
ENCODERS: dict[str, tuple[str, dict[str, str]]] = {
    "h264": ("libx264", {"crf": "20", "preset": "fast"}),
    "hevc": ("libx265", {"crf": "22", "preset": "fast", "x265-params": "log-level=error"}),
    "vp8": ("libvpx", {"crf": "10", "b": "4M", "deadline": "realtime", "cpu-used": "4"}),
    "vp9": ("libvpx-vp9", {"crf": "28", "b": "0", "deadline": "realtime", "cpu-used": "5", "row-mt": "1"}),
    "av1": ("libsvtav1", {"crf": "30", "preset": "8"}),
    "mpeg4": ("mpeg4", {"qscale": "3"}),
    "mjpeg": ("mjpeg", {"qscale": "2"}),
    "mpeg2video": ("mpeg2video", {"qscale": "3"}),
    "mpeg1video": ("mpeg1video", {"qscale": "3"}),
    "prores": ("prores_ks", {}),
    "ffv1": ("ffv1", {}),
}
OTHERWISE = ("libx264", "libvpx-vp9", "mpeg4")
"""the first of these that the kind of file can hold, for a codec without an encoder"""
_MOST_TICKS = {"mpeg4": 65_535, "mpeg2video": 0, "mpeg1video": 0}
"""a second that an encoder can count; 0: no others than the frames"""
_FAILS = (av.error.FFmpegError, ValueError)


class Remux:
    """A context manager that writes `target` beside its place and puts it there when all went well.

    The kind of file is that of the target's ending. encoder: one of FFmpeg's for video, such as h264_nvenc;
    None for one of the clip's own codec. strip: leave all titles out, such as
    where, when, by whom and with what it was taken; languages stay.
    Raises VideoError, or UsageError for an encoder that there is not.
    """

    def __init__(self, clip: Clip, target: Path, encoder: str | None = None, *, strip: bool = False) -> None:
        if encoder is not None:
            check_encoder(encoder)
        self.clip, self.target = clip, target
        self._unchanged, self._strip = False, strip
        self.notes: list[str] = []
        """what of the clip could not be taken over"""
        self.changes: list[str] = []
        """what is of another kind in frames that are encoded again"""
        self.partial = beside(target)
        options = {"movflags": "+faststart+use_metadata_tags"} if self._is_mp4() else {}
        try:
            self.container = av.open(f"file:{self.partial}", "w", container_options=options)
        except _FAILS as error:
            raise VideoError(f"{target}: cannot be written ({reason(error)})") from error
        try:
            self._video(encoder)
            self._others()
            _describe(self.container.metadata, clip.container.metadata, strip)
            if not strip:
                self.container.set_chapters(clip.container.chapters())
            self.container.start_encoding()
        except _FAILS as error:
            self._drop()
            raise VideoError(f"{target}: cannot be written ({reason(error)})") from error
        except BaseException:
            self._drop()
            raise

    def __enter__(self) -> Self:
        return self

    def as_it_is(self) -> None:
        """Take the clip's own bytes instead of what was written."""
        self._unchanged = True

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            self._drop()
            return
        try:
            self.container.mux(self.stream.encode(None))
            self.container.close()
            if self._unchanged:
                shutil.copyfile(self.clip.source, self.partial)
            if self.target.exists():  # its permissions stay
                shutil.copymode(self.target, self.partial)
            self.partial.replace(self.target)
        except (*_FAILS, OSError) as problem:
            raise VideoError(f"{self.target}: cannot be written ({reason(problem)})") from problem
        finally:
            self._drop()

    def write(self, frame: av.VideoFrame, change: tuple[Pixels, Pixels] | None = None) -> None:
        """The next frame as it is, or with a change: its upright RGB picture before and after."""
        out, kind = frame, cast(str, self.stream.pix_fmt)
        if frame.format.name != kind:
            out = converted(frame, kind, frame)
        if change is not None:
            out = patched(out, *map(self.clip.stored, change))
        out.pts, out.time_base, out.duration = frame.pts, frame.time_base, frame.duration
        out.pict_type = 0  # the source's kinds of frames are not to be repeated
        with self._explained():
            self.container.mux(self.stream.encode(out))

    def copy(self, packet: av.Packet) -> None:
        """A packet of sound or subtitles."""
        stream = self._copies.get(packet.stream.index)
        if stream is not None:
            packet.stream = stream
            with self._explained():
                self.container.mux(packet)

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except _FAILS as error:
            raise VideoError(f"{self.target}: cannot be written ({reason(error)})") from error

    def _video(self, encoder: str | None) -> None:
        source = self.clip.stream
        own = source.codec_context
        name, options = _encoder(self.container, own.codec.canonical_name, encoder)
        if self.target.suffix.lower() in (".avi", ".wmv"):  # no times of showing: frames come in their order
            options = {**options, "bf": "0"}
        stream = cast(
            VideoStream, self.container.add_stream(name, rate=self.clip.rate, options=dict(options))
        )
        context = stream.codec_context
        stream.width, stream.height = self.clip.size
        wanted = own.pix_fmt or "yuv420p"
        stream.pix_fmt = _format(context.codec, wanted, own.codec.canonical_name)
        base = source.time_base or Fraction(1, 90_000)
        most = _MOST_TICKS.get(name)
        context.time_base = base if most is None or base.denominator <= most else 1 / self.clip.rate
        if own.sample_aspect_ratio:
            context.sample_aspect_ratio = own.sample_aspect_ratio
        for tag in ("colorspace", "color_range", "color_primaries", "color_trc"):
            setattr(context, tag, getattr(own, tag))
        if self.clip.interlaced:
            context.flags |= Flags.interlaced_dct | Flags.interlaced_me
        if self.clip.matrix is not None:
            stream.set_display_matrix(self.clip.matrix)
        if self._is_mp4() and context.codec.canonical_name == "hevc":
            context.codec_tag = "hvc1"  # Apple's players take no other
        context.thread_type = "AUTO"
        try:
            context.open()
        except _FAILS as error:
            why = f"FFmpeg's encoder {name} cannot be used for it here ({reason(error)})"
            raise VideoError(f"{self.clip.source}: {why}") from error
        _describe(stream.metadata, source.metadata, self._strip)
        self.stream = stream
        self._tell_changes(own.codec.canonical_name, wanted, encoder is None)

    def _others(self) -> None:
        """Sound and subtitles are copied; what else there is could show whom the pictures no longer do."""
        self._copies: dict[int, av.stream.Stream] = {}
        for source in self.clip.container.streams:
            if source is self.clip.stream:
                continue
            if source.type in ("audio", "subtitle") and source.codec_context is not None:
                try:
                    stream = self.container.add_stream_from_template(source)
                except _FAILS as error:
                    why = f"this kind of file cannot hold it ({reason(error)})"
                else:
                    _describe(stream.metadata, source.metadata, self._strip)
                    stream.disposition = source.disposition
                    self._copies[source.index] = stream
                    continue
            else:
                why = "only one video, sound and subtitles are taken over"
            self.notes.append(
                f"{self.clip.source}: its stream {source.index} ({source.type}) is left out: {why}"
            )

    def _tell_changes(self, codec: str, pixels: str, unasked: bool) -> None:
        name, now = self.clip.source, self.stream.codec_context.codec.canonical_name
        if (unasked and now != codec) or self.stream.pix_fmt != pixels:
            self.changes.append(
                f"{name}: is {codec} ({pixels}), written again as {now} ({self.stream.pix_fmt})"
            )
        if self.stream.metadata.pop("alpha_mode", "0") == "1":  # FFmpeg reads WebM without it
            self.changes.append(f"{name}: has transparency, which is left out")
        if self.clip.hdr:
            self.changes.append(f"{name}: what it says of the display that it was made on (HDR) is left out")

    def _is_mp4(self) -> bool:
        return self.target.suffix.lower() in (".mp4", ".m4v", ".mov", ".3gp")

    def _drop(self) -> None:
        with contextlib.suppress(*_FAILS):
            self.container.close()
        with contextlib.suppress(OSError):  # a read-only folder: nothing was written either
            self.partial.unlink(missing_ok=True)


def check_encoder(name: str) -> None:
    """Raises UsageError for one that there is not."""
    if not _encodes(name):
        raise UsageError(f"no encoder for video is named {name!r} in the FFmpeg installed here")


def _encoder(container: OutputContainer, codec: str, asked: str | None) -> tuple[str, dict[str, str]]:
    """Name and options."""
    if asked is not None:
        return next(((name, options) for name, options in ENCODERS.values() if name == asked), (asked, {}))
    if codec in ENCODERS and _encodes(ENCODERS[codec][0]):
        return ENCODERS[codec]
    supported = container.supported_codecs
    for name in OTHERWISE:
        kind = av.Codec(name, "w").canonical_name if _encodes(name) else ""
        if kind in supported:
            return ENCODERS[kind]
    return container.default_video_codec, {}


def _encodes(name: str) -> bool:
    try:
        return av.Codec(name, "w").type == "video"
    except (ValueError, av.error.FFmpegError):
        return False


def _format(codec: av.Codec, wanted: str, own: str) -> str:
    """The pixel format that loses least; of another codec than the clip's own one that all players know."""
    known = [one.name for one in codec.video_formats or ()]
    if not known or wanted in known:
        return wanted
    if codec.canonical_name == own and (best := find_best_pix_fmt_of_list(known, wanted, has_alpha=True)[0]):
        return best.name
    return "yuv420p" if "yuv420p" in known else known[0]


def _describe(target: dict[str, str], source: dict[str, str], strip: bool) -> None:
    for key, value in source.items():
        if not strip or key.lower() == "language":
            target[key] = value
