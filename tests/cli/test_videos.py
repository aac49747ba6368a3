"""`facewright detect` on videos."""

import subprocess
import sys
from pathlib import Path

import pytest

from facewright.cli.main import run

from .conftest import records

pytest.importorskip("av", reason="videos need PyAV (video extra)")


@pytest.fixture
def clip(folder, make_clip, moving):
    return make_clip(Path("walk.mp4"), moving(30, blind=[10, 11]))


def test_a_video_is_a_line_of_the_table(clip, detect, capsys):
    assert detect("a.png", "walk.mp4") == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert [line.split() for line in out.splitlines()][1:] == [
        ["a.png", "100x60", "1", "face", "0.90"],
        ["walk.mp4", "160x96", "1", "face", "in", "30", "of", "30", "frames"],
        ["2", "faces", "in", "1", "picture", "and", "1", "video"],
    ]


def test_json_has_a_line_a_frame_with_time_and_track(clip, detect, capsys):
    assert detect("walk.mp4", "a.png", "--json", "-") == 0
    *frames, picture = records(capsys.readouterr().out)
    assert [(one["frame"], one["time"]) for one in frames] == [(n, pytest.approx(n / 25)) for n in range(30)]
    assert all(one["path"] == "walk.mp4" and one["error"] is None for one in frames)
    (face,) = frames[5]["faces"]
    assert face["box"] == pytest.approx([20, 20, 52, 60], abs=1.5)
    assert (face["track"], face["seen"]) == (1, True) and len(face["landmarks"]) == 5
    (bridged,) = frames[10]["faces"]
    assert (bridged["track"], bridged["seen"]) == (1, False)
    assert picture["path"] == "a.png" and "frame" not in picture


def test_copies_are_videos_with_the_faces_drawn(clip, detect):
    import av

    assert detect("walk.mp4", "--save", "out") == 0
    with av.open("out/walk.mp4") as before, av.open("walk.mp4") as after:
        drawn, plain = (next(c.decode(video=0)).to_ndarray(format="rgb24") for c in (before, after))
    assert drawn.shape == plain.shape
    assert (abs(drawn.astype(int) - plain).max(axis=2) > 60).any()


def test_what_a_copy_loses_is_said(folder, make_clip, moving, detect, capsys):
    make_clip(Path("old.mov"), moving(5), codec="qtrle", pixels="rgb24")
    assert detect("old.mov", "--save", "out") == 0
    assert capsys.readouterr().err == (
        "facewright: old.mov: is qtrle (rgb24), written again as h264 (yuv420p)\n"
    )


def test_what_cannot_be_read_is_told_and_the_rest_done(clip, detect, capsys):
    whole = Path("walk.mp4").read_bytes()
    Path("junk.mp4").write_bytes(b"junk" * 500)
    Path("half.mp4").write_bytes(whole[: len(whole) * 6 // 10])
    assert detect("junk.mp4", "gone.mp4", "walk.mp4", "--json", "-") == 1
    out, err = capsys.readouterr()
    assert err.count("\n") == 2 and "junk.mp4" in err and "gone.mp4: no such file" in err
    found = records(out)
    assert [one["path"] for one in found if one["error"]] == ["junk.mp4", "gone.mp4"]
    assert len(found) == 32


def test_a_video_cut_short_is_told_as_far_as_it_goes(folder, make_clip, moving, detect, capsys):
    whole = make_clip(Path("whole.mkv"), moving(100), options={"g": "10"})
    Path("cut.mkv").write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    assert detect("cut.mkv", "--json", "-") == 1
    *frames, last = records(capsys.readouterr().out)
    assert len(frames) > 10 and "cut short" in last["error"] and last["frame"] is None


def test_folders_give_their_pictures_and_other_commands_take_no_videos(clip, colour_model, capsys):
    assert run(["detect", ".", "--model", str(colour_model), "--json", "-"]) == 0
    assert {one["path"] for one in records(capsys.readouterr().out)} == {"./a.png", "./b.jpg", "./none.png"}
    assert run(["locate", "walk.mp4", "--model", str(colour_model)]) == 1
    assert "walk.mp4" in capsys.readouterr().err


@pytest.fixture
def blur(colour_model):
    return lambda *arguments: run(["blur", *map(str, arguments), "--model", str(colour_model)])


def reddest(path):
    import av

    with av.open(str(path)) as container:
        pictures = [frame.to_ndarray(format="rgb24").astype(int) for frame in container.decode(video=0)]
    return [(picture[..., 0] - picture[..., 1]).max() for picture in pictures]


def test_blur_hides_every_face_of_a_video_and_tells_where_the_copy_is(clip, blur, capsys):
    assert blur("walk.mp4", "a.png", "--how", "solid", "--json", "out.jsonl") == 0
    out, err = capsys.readouterr()
    assert err == "" and "walk-blurred.mp4" in out and "1 video" in out
    reds = reddest("walk-blurred.mp4")
    assert len(reds) == 30 and max(reds) < 60 and min(reddest("walk.mp4")[:10]) > 200
    video, picture = records(Path("out.jsonl").read_text())
    assert (video["path"], video["frames"], video["copy"]) == ("walk.mp4", 30, "walk-blurred.mp4")
    assert len(video["faces"]) == 1 and video["error"] is None and video["still_found"] == 0
    assert picture["copy"] == "a-blurred.png"


def test_blur_takes_the_videos_of_a_folder_and_its_pictures(clip, blur):
    assert blur(".", "--output", "out") == 0
    assert sorted(path.name for path in Path("out").iterdir()) == ["a.png", "b.jpg", "none.png", "walk.mp4"]


def test_a_video_without_faces_is_copied_byte_for_byte(folder, make_clip, moving, blur):
    plain = make_clip(Path("plain.mp4"), moving(10, blind=range(10)), sound="aac")
    assert blur(plain) == 0
    assert Path("plain-blurred.mp4").read_bytes() == plain.read_bytes()
    assert blur(plain, "--strip", "--output", "stripped") == 0
    assert Path("stripped/plain.mp4").read_bytes() != plain.read_bytes()


def test_blur_in_place_writes_over_the_video(clip, blur):
    assert blur("walk.mp4", "--in-place", "--how", "solid") == 0
    assert max(reddest("walk.mp4")) < 60
    assert not list(Path().glob("*blurred*")) and not list(Path().glob(".*part*"))


def test_a_damaged_video_is_hidden_as_far_as_it_goes(folder, make_clip, moving, blur, capsys):
    whole = make_clip(Path("whole.mkv"), moving(100), options={"g": "10"})
    Path("cut.mkv").write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    assert blur("cut.mkv", "--how", "solid", "--json", "-") == 1
    (told,) = records(capsys.readouterr().out)
    assert "cut short" in told["error"] and told["frames"] > 10
    assert max(reddest("cut-blurred.mkv")) < 60
    assert blur("cut.mkv") == 1
    out, err = capsys.readouterr()
    assert "cut-blurred.mkv" in out and "could not be" not in out and err.count("cut short") == 1


def test_choosing_faces_of_a_video_and_an_encoder_that_is_none_are_refused(clip, blur, capsys):
    assert blur("walk.mp4", "--keep", "1") == 2
    assert blur("walk.mp4", "--encoder", "nothing") == 2
    assert capsys.readouterr().err.count("\n") == 2
    assert not list(Path().glob("*blurred*")) and not list(Path().glob(".*part*"))


def test_ctrl_c_and_a_full_disk_leave_no_half_video(clip, blur, monkeypatch, capsys):
    from facewright.apps.hide_tracks import HideTracks
    from facewright.core.errors import VideoError

    for error in (KeyboardInterrupt(), VideoError("x: no space left")):

        def fail(self, picture, one, error=error):
            raise error

        monkeypatch.setattr(HideTracks, "__call__", fail)
        if isinstance(error, VideoError):
            assert blur("walk.mp4") == 1
        else:
            with pytest.raises(SystemExit, match="130"):
                blur("walk.mp4")
        assert not list(Path().glob("*blurred*")) and not list(Path().glob(".*part*"))


def test_without_pyav_one_sentence_says_what_to_install_and_pictures_are_done(clip, colour_model):
    code = (
        "import sys; sys.modules['av'] = None\n"
        "from facewright.cli.main import run\n"
        f"sys.exit(run(['detect', 'walk.mp4', 'a.png', '--model', {str(colour_model)!r}]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "1 face in 1 picture, 1 failed" in done.stdout
    assert done.stderr == (
        "facewright: walk.mp4: videos need the video extra; "
        "in facewright's checkout: pip install '.[video]'\n"
    )


def test_a_damaged_video_is_not_written_over(folder, make_clip, moving, blur, capsys):
    whole = make_clip(Path("whole.mkv"), moving(100), options={"g": "10"})
    cut = whole.read_bytes()[: whole.stat().st_size // 2]
    Path("cut.mkv").write_bytes(cut)
    assert blur("cut.mkv", "--in-place") == 1
    assert "cut short" in (said := capsys.readouterr().err) and "not written over" in said
    assert Path("cut.mkv").read_bytes() == cut and not list(Path().glob(".*part*"))
