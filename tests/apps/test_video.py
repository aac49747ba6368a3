"""Videos written again: what must stay stays, what is found is hidden, and what is broken is told."""

import errno
import threading
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from facewright import Detector, Faces
from facewright.core.errors import UsageError, VideoError
from facewright.inference.tracks import Tracker

av = pytest.importorskip("av", reason="videos need PyAV (video extra)")

from facewright.apps.clip import Clip, Shot  # noqa: E402
from facewright.apps.video import follow, rewrite_video  # noqa: E402


@pytest.fixture
def detector(colour_model):
    return Detector(colour_model)


def black(picture, one):
    """Instead of blurring: exact."""
    picture = picture.copy()
    for x0, y0, x1, y1 in np.round(one.faces.boxes).astype(int):
        picture[y0:y1, x0:x1] = 0
    return picture


def frames(path):
    with av.open(str(path)) as container:
        return [(frame.time, frame.to_ndarray(format="rgb24")) for frame in container.decode(video=0)]


def packets(path, kind):
    with av.open(str(path)) as container:
        (stream,) = getattr(container.streams, kind)
        return [(float(p.pts * p.time_base), bytes(p)) for p in container.demux(stream) if p.dts is not None]


def reddest(picture):
    red = picture.astype(int)
    return (red[..., 0] - red[..., 1]).max()


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".mov"])
def test_frames_sound_length_and_titles_stay_and_every_face_is_hidden(
    detector, make_clip, moving, tmp_path, suffix
):
    source = make_clip(tmp_path / f"in{suffix}", moving(50), sound="aac", title="A walk")
    target = tmp_path / f"out{suffix}"
    done = rewrite_video(source, target, detector, black)
    assert (done.frames, done.with_faces, done.tracks, done.problems, done.notes) == (50, 50, 1, [], [])
    before, after = frames(source), frames(target)
    assert [time for time, _ in before] == [time for time, _ in after]
    assert min(reddest(picture) for _, picture in before) > 200
    assert max(reddest(picture) for _, picture in after) < 60
    assert packets(source, "audio") == packets(target, "audio")
    with av.open(str(source)) as a, av.open(str(target)) as b:
        assert (b.metadata.get("title") or b.metadata.get("TITLE")) == "A walk"
        assert abs(a.duration - b.duration) <= 40_000
        assert a.streams.video[0].codec_context.name == b.streams.video[0].codec_context.name
        assert a.streams.video[0].average_rate == b.streams.video[0].average_rate
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"in{suffix}", f"out{suffix}"]


def test_what_is_no_face_looks_as_before(detector, make_clip, moving, tmp_path):
    source = make_clip(tmp_path / "in.mp4", moving(20), options={"crf": "1"})
    rewrite_video(source, tmp_path / "out.mp4", detector, black)
    for (_, before), (_, after) in zip(frames(source), frames(tmp_path / "out.mp4"), strict=True):
        assert np.abs(before[70:].astype(int) - after[70:]).mean() < 2


def test_a_clip_too_fast_to_look_ahead_in_says_so(detector, make_clip, moving, tmp_path):
    source = make_clip(tmp_path / "in.mkv", moving(40), times=[4 * i for i in range(40)])
    done = rewrite_video(source, tmp_path / "out.mkv", detector, black)
    (note,) = done.notes
    assert "250 frames a second: a face that is missed for more than 0.12 seconds" in note
    source = make_clip(tmp_path / "slow.mkv", moving(40), times=[17 * i for i in range(40)])
    assert rewrite_video(source, tmp_path / "out.mkv", detector, black).notes == []


def test_times_that_vary_are_kept_to_the_tick(detector, make_clip, moving, tmp_path):
    times = np.cumsum([0, *np.random.default_rng(3).integers(11, 90, 39)]).tolist()
    source = make_clip(tmp_path / "in.mkv", moving(40), times=times)
    rewrite_video(source, tmp_path / "out.mkv", detector, black)
    kept = [time for time, _ in frames(tmp_path / "out.mkv")]
    assert kept == [time for time, _ in frames(source)]
    assert len(set(np.diff(kept).round(3))) > 10


@pytest.mark.parametrize("turn", [90, 180, -90])
def test_a_clip_that_players_turn_is_looked_at_upright_and_turned_as_before(
    detector, make_clip, moving, tmp_path, turn
):
    upright = moving(15)
    stored = [np.ascontiguousarray(np.rot90(picture, -turn // 90)) for picture in upright]
    source = make_clip(tmp_path / "in.mp4", stored, turn=turn)
    with Clip(source) as clip:
        assert (clip.width, clip.height) == (160, 96)
        found = list(follow(clip, detector))
    assert [one.faces.boxes[0].tolist() for one in found] == [
        pytest.approx([10 + 2 * n, 20, 42 + 2 * n, 60], abs=1.5) for n in range(15)
    ]
    rewrite_video(source, tmp_path / "out.mp4", detector, black)
    with av.open(str(tmp_path / "out.mp4")) as container:
        first = next(container.decode(video=0))
        assert (first.rotation - turn) % 360 == 0 and first.to_ndarray(format="rgb24").shape == stored[
            0
        ].shape
    assert max(reddest(picture) for _, picture in frames(tmp_path / "out.mp4")) < 80


def test_a_face_that_is_missed_for_a_moment_is_hidden_all_the_same(detector, make_clip, moving, tmp_path):
    """Its box is told in frames 20 to 24, although the detector sees nothing there."""
    source = make_clip(tmp_path / "in.mp4", moving(50, blind=range(20, 25)))
    told = {}

    def note(picture, one):
        told[one.frame.number] = one
        return picture

    rewrite_video(source, tmp_path / "out.mp4", detector, note)
    assert sorted(told) == list(range(50))
    assert [told[n].seen.tolist() for n in (19, 20, 24, 25)] == [[True], [False], [False], [True]]
    assert told[22].faces.boxes[0] == pytest.approx([54, 20, 86, 60], abs=1.5)
    assert {int(one.tracks[0]) for one in told.values()} == {1}


def test_a_followed_face_may_have_a_share_of_the_networks_own_score(make_model, make_clip, moving, tmp_path):
    fitted = {"slope": 2, "offset": 0, "error_before": 0, "error_after": 0, "detections": 2, "right": 1}
    model = make_model(score_calibration=fitted | {"pictures": {}, "faceless": 0})
    detector, asked = Detector(model, min_score=0.5), []
    find = detector.find
    detector.find = lambda picture, min_score: asked.append(min_score) or find(picture, min_score=min_score)
    with Clip(make_clip(tmp_path / "in.mp4", moving(3))) as clip:
        assert len(list(follow(clip, detector))) == 3
    assert asked == [pytest.approx((0.35 / 0.65) ** 2 / (1 + (0.35 / 0.65) ** 2))] * 3


def test_a_frame_is_hidden_before_the_first_find(detector, make_clip, moving, tmp_path):
    source = make_clip(tmp_path / "in.mp4", moving(40, blind=[*range(15), *range(25, 40)]))
    told = []
    rewrite_video(
        source, tmp_path / "out.mp4", detector, lambda picture, one: told.append(one.frame.number) or picture
    )
    assert told == list(range(10, 30))


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


def test_joined_recordings_go_on_in_time(detector, make_clip, moving, tmp_path):
    one = make_clip(tmp_path / "one.ts", moving(50), sound="mp2")
    source = tmp_path / "in.ts"
    source.write_bytes(one.read_bytes() * 3)
    done = rewrite_video(source, tmp_path / "out.ts", detector, black)
    assert (done.frames, done.problems, done.notes) == (150, [], [])
    times = [time for time, _ in frames(tmp_path / "out.ts")]
    assert np.diff(times) == pytest.approx(0.04, abs=1e-3)
    heard = [time for time, _ in packets(tmp_path / "out.ts", "audio")]
    assert len(heard) == 3 * len(packets(one, "audio"))
    assert np.diff(heard).min() > 0 and np.diff(heard).max() < 0.1
    assert heard[-1] - times[-1] == pytest.approx(packets(one, "audio")[-1][0] - frames(one)[-1][0], abs=0.15)


def test_a_file_cut_short_gives_what_can_be_read_and_says_so(detector, make_clip, moving, tmp_path):
    whole = make_clip(tmp_path / "whole.mkv", moving(100), sound="aac", options={"g": "10"})
    cut = tmp_path / "cut.mkv"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    done = rewrite_video(cut, tmp_path / "out.mkv", detector, black)
    assert 10 < done.frames < 90
    assert any("cut short" in problem and "cut.mkv" in problem for problem in done.problems)
    assert len(frames(tmp_path / "out.mkv")) == done.frames


def test_damage_in_the_middle_loses_only_what_is_damaged(detector, make_clip, moving, tmp_path):
    whole = make_clip(tmp_path / "whole.mp4", moving(100), options={"g": "10", "bf": "0"})
    data = bytearray(whole.read_bytes())
    start = data.index(b"mdat") + 4
    middle = start + (len(data) - start) // 3
    data[middle : middle + 600] = bytes(600)
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(data)
    done = rewrite_video(broken, tmp_path / "out.mp4", detector, black)
    assert done.frames > 60
    assert done.problems and "damaged" in done.problems[0]


def test_frames_that_are_damaged_inside_are_taken_and_told(make_clip, tmp_path):
    noise = np.random.default_rng(1).integers(0, 256, (12, 96, 160, 3), np.uint8)
    source = make_clip(tmp_path / "in.mp4", list(noise), options={"bf": "0", "slices": "4"})
    data = bytearray(source.read_bytes())
    middle = data.index(b"mdat") + (len(data) - data.index(b"mdat")) // 2
    data[middle : middle + 50] = bytes(range(50))
    for change, problems in ((None, []), (data, ["damaged: 1 frame (taken as far as can be read)"])):
        if change is not None:
            source.write_bytes(change)
        with Clip(source) as clip:
            assert sum(isinstance(item, Shot) for item in clip.read()) == 12
            assert [words in problem for words, problem in zip(problems, clip.problems, strict=True)] == (
                [True] * len(problems)
            )


def test_sound_whose_times_go_back_does_not_cost_the_video(detector, make_clip, moving, tmp_path):
    source = tmp_path / "in.ts"
    data = make_clip(source, moving(50), sound="mp2").read_bytes()
    with av.open(str(source)) as container:
        (place,) = [p.pos for p in container.demux(audio=0) if p.pos][5:6]
    source.write_bytes(data[: place + 1880] + data[place:])
    done = rewrite_video(source, tmp_path / "out.ts", detector, black)
    assert done.frames >= 49


@pytest.mark.parametrize("data", [b"", b"no video at all" * 100, bytes(5000)])
def test_what_is_no_video_is_said_in_one_sentence_and_leaves_nothing(detector, tmp_path, data):
    path = tmp_path / "x.mp4"
    path.write_bytes(data)
    with pytest.raises(VideoError, match=r"x\.mp4"):
        rewrite_video(path, tmp_path / "out.mp4", detector, black)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["x.mp4"]


def test_a_missing_file_a_folder_and_a_file_of_sound_alone(detector, tmp_path):
    with av.open(str(tmp_path / "sound.mp4"), "w") as container:
        stream = container.add_stream("aac", rate=44_100, layout="mono")
        silence = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.int16), "s16", "mono")
        silence.sample_rate = 44_100
        container.mux(stream.encode(silence))
        container.mux(stream.encode(None))
    for name, words in (("gone.mp4", "no such file"), (".", "folder"), ("sound.mp4", "no video")):
        with pytest.raises(VideoError, match=words):
            Clip(tmp_path / name)


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


def test_progress_is_told_with_the_number_of_frames(detector, make_clip, moving, tmp_path):
    source = make_clip(tmp_path / "in.mp4", moving(12))
    told = []
    rewrite_video(
        source,
        tmp_path / "out.mp4",
        detector,
        black,
        on_frame=lambda one, of: told.append((one.frame.number, of)),
    )
    assert told == [(n, 12) for n in range(12)]


def test_faces_are_in_pixels_of_the_full_frame(colour_model, make_clip, paint, tmp_path):
    pictures = [paint(480, 360, red=(100, 80, 200, 220))] * 3
    source = make_clip(tmp_path / "in.mp4", pictures)
    seen = []
    detector = Detector(colour_model, size=120)
    find = detector.find
    detector.find = lambda picture, **how: seen.append(picture.array.shape) or find(picture, **how)
    with Clip(source) as clip:
        (one, *_) = follow(clip, detector, Tracker(0.5))
    assert seen[0] == (90, 120, 3)
    assert isinstance(one.frame, Shot) and (one.faces.width, one.faces.height) == (480, 360)
    assert one.faces.boxes[0] == pytest.approx([100, 80, 200, 220], abs=4)


def test_an_ending_of_video_files_is_known_without_loading_pyav():
    from facewright.core.pictures import PICTURE_SUFFIXES, VIDEO_SUFFIXES

    assert not VIDEO_SUFFIXES & PICTURE_SUFFIXES
    assert {".mp4", ".mov", ".mkv", ".webm"} <= VIDEO_SUFFIXES
    assert Path("a.MP4").suffix.lower() in VIDEO_SUFFIXES


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


def test_what_lasts_longer_than_its_frames_is_not_called_cut_short(make_clip, moving, tmp_path):
    """Sound that goes on, where only the file states a length; a last picture that stays."""
    long = make_clip(tmp_path / "long.mkv", moving(75), sound="aac")
    short = make_clip(tmp_path / "short.mkv", moving(25))
    with (
        av.open(str(short)) as film,
        av.open(str(long)) as sound,
        av.open(str(tmp_path / "in.mkv"), "w") as out,
    ):
        pairs = [(one, one.streams.get(**{kind: 0})[0]) for one, kind in ((film, "video"), (sound, "audio"))]
        targets = [out.add_stream_from_template(stream) for _, stream in pairs]
        for (one, stream), target in zip(pairs, targets, strict=True):
            for packet in one.demux(stream):
                if packet.size:
                    packet.stream = target
                    out.mux(packet)
    stays = make_clip(tmp_path / "stays.mkv", moving(3), times=[0, 40, 3000])
    for path in (tmp_path / "in.mkv", stays):
        with Clip(path) as clip:
            assert clip.seconds > 2.9
            assert sum(isinstance(item, Shot) for item in clip.read()) in (25, 3)
            assert clip.problems == []


def test_a_name_with_a_colon_is_a_file_and_no_address(detector, make_clip, moving, tmp_path, monkeypatch):
    make_clip(tmp_path / "in.mp4", moving(5)).rename(tmp_path / "12:30.mp4")
    monkeypatch.chdir(tmp_path)
    assert rewrite_video("12:30.mp4", Path("13:00.mp4"), detector, black).frames == 5
    assert sorted(path.name for path in tmp_path.iterdir()) == ["12:30.mp4", "13:00.mp4"]


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


def test_times_begin_with_the_clip_where_a_broadcast_counts_on(make_clip, moving, tmp_path):
    source = make_clip(tmp_path / "in.ts", moving(5), times=[3_600_000 + 40 * n for n in range(5)])
    with Clip(source) as clip:
        times = [item.time for item in clip.read() if isinstance(item, Shot)]
    assert times == pytest.approx([0, 0.04, 0.08, 0.12, 0.16], abs=1e-3)
