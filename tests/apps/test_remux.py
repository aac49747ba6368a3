"""Videos written again: what is no picture stays as it was, and what cannot stay is told."""

import errno
import threading
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from facewright import Faces
from facewright.core.errors import UsageError, VideoError

av = pytest.importorskip("av", reason="videos need PyAV (video extra)")

from facewright.apps.clip import Clip, Shot  # noqa: E402
from facewright.apps.video import follow, rewrite_video  # noqa: E402

from .conftest import black, frames, packets, reddest  # noqa: E402


def test_times_that_vary_are_kept_to_the_tick(detector, make_clip, moving, tmp_path):
    times = np.cumsum([0, *np.random.default_rng(3).integers(11, 90, 39)]).tolist()
    source = make_clip(tmp_path / "in.mkv", moving(40), times=times)
    rewrite_video(source, tmp_path / "out.mkv", detector, black)
    kept = [time for time, _ in frames(tmp_path / "out.mkv")]
    assert kept == [time for time, _ in frames(source)]
    assert len(set(np.diff(kept).round(3))) > 10


@pytest.mark.parametrize(
    ("suffix", "codec", "pixels"),
    [(".webm", "libvpx-vp9", "yuv420p"), (".mp4", "libx265", "yuv420p10le"), (".avi", "mpeg4", "yuv420p"),
     (".avi", "libx264", "yuv420p"), (".mpg", "mpeg1video", "yuv420p"),
     (".mov", "mjpeg", "yuvj420p"), (".mkv", "ffv1", "yuv444p"), (".mp4", "libx264", "yuvj420p")],
)  # fmt: skip
def test_each_codec_is_written_as_it_came(detector, make_clip, moving, tmp_path, suffix, codec, pixels):
    if codec not in av.codecs_available:
        pytest.skip(f"this FFmpeg has no {codec}")
    quiet = {"x265-params": "log-level=error"} if codec == "libx265" else {}
    source = make_clip(tmp_path / f"in{suffix}", moving(12), codec=codec, pixels=pixels, options=quiet)
    done = rewrite_video(source, tmp_path / f"out{suffix}", detector, black)
    assert done.frames == done.with_faces == 12 and not done.problems
    with av.open(str(source)) as a, av.open(str(tmp_path / f"out{suffix}")) as b:
        of_a, of_b = (c.streams.video[0].codec_context for c in (a, b))
        assert of_a.codec.canonical_name == of_b.codec.canonical_name
        assert of_a.pix_fmt == of_b.pix_fmt
    before, after = frames(source), frames(tmp_path / f"out{suffix}")
    frame = 0 if suffix not in (".avi", ".mpg") else 0.08  # which keep no exact times
    assert sorted(t for t, _ in before) == pytest.approx([t for t, _ in after], abs=frame + 1e-3)
    assert max(reddest(picture) for _, picture in after) < 80
    assert np.abs(before[5][1][70:].astype(int) - after[5][1][70:]).mean() < 4


@pytest.mark.parametrize("pixels", ["yuv420p", "yuva420p", "yuv422p10le", "gray10le"])
def test_of_a_lossless_clip_every_pixel_that_is_not_hidden_stays(
    detector, make_clip, moving, tmp_path, pixels
):
    source = make_clip(tmp_path / "in.mkv", moving(5), codec="ffv1", pixels=pixels)

    def change(picture, one):
        picture = picture.copy()
        picture[:70] = 0
        return picture

    detector.find = lambda picture, min_score: Faces([[10, 20, 42, 60]], [0.9], None, {}, 160, 96)
    assert rewrite_video(source, tmp_path / "out.mkv", detector, change).with_faces == 5
    with av.open(str(source)) as a, av.open(str(tmp_path / "out.mkv")) as b:
        for before, after in zip(a.decode(video=0), b.decode(video=0), strict=True):
            for was, is_ in zip(before.planes, after.planes, strict=True):
                start = 72 * was.height // 96 * was.line_size
                assert bytes(was)[start:] == bytes(is_)[start:]
            assert bytes(before.planes[0]) != bytes(after.planes[0])
            assert len(before.planes) < 4 or bytes(before.planes[3]) == bytes(after.planes[3])


def test_fields_stay_fields(detector, make_clip, moving, tmp_path):
    fields = {"flags": "+ildct+ilme", "x264-params": "interlaced=1:tff=1"}
    source = make_clip(tmp_path / "in.mp4", moving(5), options=fields)
    rewrite_video(source, tmp_path / "out.mp4", detector, black)
    for path in (source, tmp_path / "out.mp4"):
        with av.open(str(path)) as container:
            assert all(frame.interlaced_frame for frame in container.decode(video=0))


def test_what_becomes_of_another_kind_is_said_where_frames_are_encoded_again(
    detector, make_clip, moving, tmp_path
):
    for name, codec, pixels, words in (
        ("in.mov", "qtrle", "argb", "in.mov: is qtrle (argb), written again as h264 (yuv420p)"),
        (
            "in.mov",
            "prores_ks",
            "yuva444p10le",
            "prores (yuva444p12le), written again as prores (yuva444p10le)",
        ),
        ("in.webm", "libvpx-vp9", "yuva420p", "in.webm: has transparency, which is left out"),
    ):
        source, target = tmp_path / name, tmp_path / f"out-{name}"
        for blind in ((), range(5)):
            make_clip(source, moving(5, blind), codec=codec, pixels=pixels)
            done = rewrite_video(source, target, detector, black, keep_faceless=True)
            assert [words in note for note in done.notes] == ([] if blind else [True])
            assert (target.read_bytes() == source.read_bytes()) is bool(blind)
    with av.open(str(tmp_path / "out-in.webm")) as container:
        assert container.streams.video[0].metadata.get("alpha_mode") == "1"  # copied as it is
    asked = rewrite_video(source, target, detector, black, encoder="libvpx")
    assert not any("written again" in note for note in asked.notes)


def test_hdr_that_no_encoder_here_takes_is_said(detector, make_clip, moving, tmp_path):
    if "libx265" not in av.codecs_available:
        pytest.skip("this FFmpeg has no libx265")
    made_on = "G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,1)"
    options = {"x265-params": f"log-level=error:master-display={made_on}:max-cll=1000,400"}
    source = make_clip(tmp_path / "in.mp4", moving(5), codec="libx265", pixels="yuv420p10le", options=options)
    (note,) = rewrite_video(source, tmp_path / "out.mp4", detector, black).notes
    assert "(HDR) is left out" in note


def test_whatever_happens_half_way_leaves_no_file_and_no_thread(detector, make_clip, moving, tmp_path):
    source = make_clip(tmp_path / "in.mp4", moving(60))

    def interrupted(picture, one):
        if one.frame.number == 20:
            raise KeyboardInterrupt
        return picture

    with pytest.raises(KeyboardInterrupt):
        rewrite_video(source, tmp_path / "out.mp4", detector, interrupted)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.mp4"]
    assert not [t for t in threading.enumerate() if t.name == "facewright-pulled"]


def test_a_target_that_cannot_be_written_is_said(detector, make_clip, moving, tmp_path):
    source = make_clip(tmp_path / "in.mp4", moving(5))
    with pytest.raises(VideoError, match="out"):
        rewrite_video(source, tmp_path / "no" / "out.mp4", detector, black)
    with pytest.raises(VideoError, match="out"):
        rewrite_video(source, tmp_path / "out.unknown", detector, black)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.mp4"]


def test_encoders_are_chosen_by_name_and_a_wrong_one_is_refused(detector, make_clip, moving, tmp_path):
    source = make_clip(tmp_path / "in.mkv", moving(10))
    rewrite_video(source, tmp_path / "out.mkv", detector, black, encoder="ffv1")
    with av.open(str(tmp_path / "out.mkv")) as container:
        assert container.streams.video[0].codec_context.name == "ffv1"
    for name in ("h264_none", "aac"):
        with pytest.raises(UsageError, match=name):
            rewrite_video(source, tmp_path / "no.mkv", detector, black, encoder=name)
    with pytest.raises(VideoError, match=r"in\.mkv: FFmpeg's encoder dnxhd cannot be used for it here"):
        rewrite_video(source, tmp_path / "no.mov", detector, black, encoder="dnxhd")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.mkv", "out.mkv"]


def test_titles_and_where_it_was_taken_are_left_out_when_asked(detector, make_clip, moving, tmp_path):
    source = make_clip(tmp_path / "in.mp4", moving(5), location="+48.8577+002.295/", title="Tower")
    for strip in (False, True):
        rewrite_video(source, tmp_path / "out.mp4", detector, black, strip=strip)
        with av.open(str(tmp_path / "out.mp4")) as container:
            assert ("title" in container.metadata) is not strip
            assert any("location" in key for key in container.metadata) is not strip
        assert (b"+48.8577" in (tmp_path / "out.mp4").read_bytes()) is not strip


def test_subtitles_and_chapters_stay_and_a_cover_picture_goes(detector, make_clip, moving, tmp_path):
    plain = make_clip(tmp_path / "plain.mkv", moving(50))
    (tmp_path / "words.srt").write_text("1\n00:00:00,200 --> 00:00:01,000\nHello\n")
    source = tmp_path / "in.mkv"
    chapter = {"id": 1, "start": 0, "end": 1000, "time_base": Fraction(1, 1000), "metadata": {"title": "One"}}
    with (
        av.open(str(plain)) as film,
        av.open(str(tmp_path / "words.srt")) as words,
        av.open(str(source), "w") as out,
    ):
        streams = {one: out.add_stream_from_template(one.streams[0]) for one in (film, words)}
        streams[words].metadata["language"] = "eng"
        out.add_attachment("cover.jpg", "image/jpeg", b"a face")
        out.set_chapters([chapter])
        for one, stream in streams.items():
            for packet in one.demux():
                if packet.size:
                    packet.stream = stream
                    out.mux(packet)
    done = rewrite_video(source, tmp_path / "out.mkv", detector, black)
    assert done.frames == 50 and len(done.notes) == 1 and "left out" in done.notes[0]
    assert [text for _, text in packets(tmp_path / "out.mkv", "subtitles")] == [b"Hello"]
    with av.open(str(tmp_path / "out.mkv")) as container:
        assert [one["metadata"]["title"] for one in container.chapters()] == ["One"]
        assert container.streams.subtitles[0].language == "eng"
        assert len(container.streams) == 2


@pytest.mark.parametrize("codec", ["mpeg4", "libx264"])
def test_frames_that_an_avi_leaves_out_do_not_move_the_others(detector, make_clip, moving, tmp_path, codec):
    """As programs for capturing write it that had no time for some."""
    there = [n for n in range(60) if n not in (*range(10, 20), *range(30, 45))]
    source = tmp_path / "in.avi"
    with av.open(str(source), "w") as container:
        stream = container.add_stream(codec, rate=25)
        stream.width, stream.height, stream.pix_fmt = 160, 96, "yuv420p"
        for number, picture in zip(there, moving(len(there)), strict=True):
            frame = av.VideoFrame.from_ndarray(picture, "rgb24")
            frame.pts, frame.time_base = number, Fraction(1, 25)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    done = rewrite_video(source, tmp_path / "out.avi", detector, black)
    assert (done.frames, done.problems) == (35, [])
    for path in (source, tmp_path / "out.avi"):
        with Clip(path) as clip:
            times = [item.time for item in clip.read() if isinstance(item, Shot)]
        away = np.abs(np.array(times) * 25 - there) > 0.01
        assert away.sum() <= (8 if codec == "libx264" else 0)  # its packets lie before their frames' places
        assert times[-1] == pytest.approx(there[-1] / 25, abs=0.121)


def test_frames_of_another_size_are_brought_to_that_of_the_first(detector, make_clip, moving, tmp_path):
    """As a call writes them when the line gets better. No face is hidden where it would be at that size."""
    small = make_clip(tmp_path / "a.ts", moving(12))
    large = make_clip(
        tmp_path / "b.ts",
        [np.kron(picture, np.ones((2, 2, 1), np.uint8)) for picture in moving(24)[12:]],
        times=[40 * n for n in range(12, 24)],
    )
    source = tmp_path / "in.ts"
    source.write_bytes(small.read_bytes() + large.read_bytes())
    with Clip(source) as clip:
        found = list(follow(clip, detector))
    assert {(one.frame.frame.width, one.frame.frame.height) for one in found} == {(160, 96)}
    for number, one in enumerate(found):
        assert one.faces.boxes[0] == pytest.approx([10 + 2 * number, 20, 42 + 2 * number, 60], abs=2.5)
    assert rewrite_video(source, tmp_path / "out.ts", detector, black).frames == len(found) == 24
    assert max(reddest(picture) for _, picture in frames(tmp_path / "out.ts")) < 80


def test_hevc_is_tagged_as_apples_players_want_it(detector, make_clip, moving, tmp_path):
    if "libx265" not in av.codecs_available:
        pytest.skip("this FFmpeg has no libx265")
    quiet = {"x265-params": "log-level=error"}
    source = make_clip(tmp_path / "in.mov", moving(5), codec="libx265", options=quiet)
    rewrite_video(source, tmp_path / "out.mov", detector, black)
    with av.open(str(tmp_path / "out.mov")) as container:
        assert container.streams.video[0].codec_context.codec_tag == "hvc1"


def test_what_was_there_leaves_its_permissions(detector, make_clip, moving, tmp_path):
    source = make_clip(tmp_path / "in.mp4", moving(5))
    source.chmod(0o600)
    rewrite_video(source, source, detector, black)
    assert source.stat().st_mode & 0o777 == 0o600
    assert max(reddest(picture) for _, picture in frames(source)) < 60


def test_a_read_only_file_system_is_said(detector, make_clip, moving, tmp_path, monkeypatch):
    source = make_clip(tmp_path / "in.mp4", moving(5))

    def refuse(*_, **__):
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(VideoError, match=r"out\.mp4: cannot be written"):
        rewrite_video(source, tmp_path / "no" / "out.mp4", detector, black)
