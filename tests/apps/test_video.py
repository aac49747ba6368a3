"""Faces through a video: what is found is hidden in every frame, and nothing else."""

import numpy as np
import pytest

from facewright import Detector
from facewright.inference.tracks import Tracker

av = pytest.importorskip("av", reason="videos need PyAV (video extra)")

from facewright.apps.clip import Clip, Shot  # noqa: E402
from facewright.apps.video import follow, rewrite_video  # noqa: E402

from .conftest import black, frames, packets, reddest  # noqa: E402


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
