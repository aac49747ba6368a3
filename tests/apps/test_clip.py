"""Videos as they come: joined, cut short, damaged, or none at all."""

from pathlib import Path

import numpy as np
import pytest

from facewright.core.errors import VideoError

av = pytest.importorskip("av", reason="videos need PyAV (video extra)")

from facewright.apps.clip import Clip, Shot  # noqa: E402
from facewright.apps.video import rewrite_video  # noqa: E402

from .conftest import black, frames, packets  # noqa: E402


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


def test_an_ending_of_video_files_is_known_without_loading_pyav():
    from facewright.core.pictures import PICTURE_SUFFIXES, VIDEO_SUFFIXES

    assert not VIDEO_SUFFIXES & PICTURE_SUFFIXES
    assert {".mp4", ".mov", ".mkv", ".webm"} <= VIDEO_SUFFIXES
    assert Path("a.MP4").suffix.lower() in VIDEO_SUFFIXES


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


def test_times_begin_with_the_clip_where_a_broadcast_counts_on(make_clip, moving, tmp_path):
    source = make_clip(tmp_path / "in.ts", moving(5), times=[3_600_000 + 40 * n for n in range(5)])
    with Clip(source) as clip:
        times = [item.time for item in clip.read() if isinstance(item, Shot)]
    assert times == pytest.approx([0, 0.04, 0.08, 0.12, 0.16], abs=1e-3)
