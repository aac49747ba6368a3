import tracemalloc
from itertools import count, islice

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facewright.core.boxes import iou
from facewright.core.errors import UsageError
from facewright.core.faces import Faces
from facewright.inference.bridging import MOST_AHEAD, bridged
from facewright.inference.tracks import Tracker

FPS = 25


def faces(*boxes, score=0.9, landmarks=False):
    array = np.array(boxes, np.float32).reshape(-1, 4)
    marks = np.tile((array[:, None, :2] + array[:, None, 2:]) / 2, (1, 5, 1)) if landmarks else None
    return Faces(array, np.full(len(array), score, np.float32), marks, {}, 640, 480)


def at(x, y=100, side=40):
    return x, y, x + side, y + side


def clip(found, hold=0.0, patience=0.5, sure=0.5):
    """What is told of frames in which was `found`, faces by frame."""
    frames = ((number, number / FPS, one) for number, one in enumerate(found))
    return list(bridged(frames, Tracker(sure, patience), hold))


def test_every_frame_comes_back_in_order():
    told = clip([faces()] * 100)
    assert [one.frame for one in told] == list(range(100))
    assert all(len(one.faces) == 0 for one in told)
    assert clip([]) == []


def test_a_gap_is_bridged_on_the_line_between_its_ends():
    found = [
        faces(at(4 * n), landmarks=True) if n < 10 or n >= 18 else faces(landmarks=True) for n in range(30)
    ]
    for n, one in enumerate(clip(found)):
        assert one.faces.boxes[0] == pytest.approx(at(4 * n), abs=0.01)
        assert one.faces.landmarks[0, 2] == pytest.approx([4 * n + 20, 120], abs=0.01)
        assert one.tracks.tolist() == [1]
        assert one.seen.tolist() == [not 10 <= n < 18]


def test_a_gap_longer_than_the_patience_is_none_and_another_track_begins():
    found = [faces(at(100)) if n < 10 or n >= 30 else faces() for n in range(40)]
    told = clip(found)
    assert [one.tracks.tolist() for one in told] == [[1]] * 10 + [[]] * 20 + [[2]] * 10


def test_a_box_is_held_before_the_first_find_and_after_the_last_moving_on():
    found = [faces(at(4 * n)) if 20 <= n < 30 else faces() for n in range(60)]
    told = clip(found, hold=0.2)
    there = [n for n, one in enumerate(told) if len(one.faces)]
    assert there == list(range(15, 35))
    for n in there:
        assert told[n].faces.boxes[0] == pytest.approx(at(4 * n), abs=0.5)
    assert not told[17].seen[0] and told[25].seen[0]


def test_a_box_held_out_of_the_picture_is_gone():
    found = [faces(at(560 + 10 * n, side=30)) if n < 5 else faces() for n in range(20)]
    told = clip(found, hold=0.4)
    assert all((one.faces.boxes[:, 2] <= 640).all() for one in told)
    assert len(told[5].faces) == 1 and len(told[9].faces) == 0


def test_a_face_that_gets_sure_is_told_from_its_first_glimpse_on_and_one_that_never_does_is_not():
    rising = [faces(at(100), score=0.2 if n < 6 else 0.8) for n in range(20)]
    assert [one.tracks.tolist() for one in clip(rising)] == [[1]] * 20
    assert all(len(one.faces) == 0 for one in clip([faces(at(100), score=0.3)] * 40))


def test_numbers_are_those_of_the_told_tracks():
    found = [faces(at(300), score=0.2) if n < 10 else faces(at(100)) for n in range(20)]
    assert clip(found)[-1].tracks.tolist() == [1]


@settings(max_examples=25)
@given(st.integers(0, 10_000))
def test_no_frame_of_a_moving_face_goes_without_a_box_when_the_detector_blinks(seed):
    """Found in 7 of 10 frames, with noise: told in all, where it is, steadier than found, as one track."""
    draw = np.random.default_rng(seed)
    true = np.array([at(100 + 60 * np.sin(n / 15), 150 + 2 * n) for n in range(80)], np.float32)
    noisy = true + draw.normal(0, 1.5, true.shape).astype(np.float32)
    blinks = draw.random(80) < 0.3
    blinks[[0, -1]] = False
    told = clip([faces() if blind else faces(box) for box, blind in zip(noisy, blinks, strict=True)])
    assert {number for one in told for number in one.tracks} == {1}
    assert all(len(one.faces) == 1 for one in told)
    boxes = np.concatenate([one.faces.boxes for one in told])
    assert np.mean(np.diag(iou(boxes, true))) > 0.85
    both = ~blinks
    assert np.abs(boxes - true)[both].mean() < np.abs(noisy - true)[both].mean()


def test_two_faces_with_gaps_at_different_times_do_not_swap():
    found = []
    for n in range(50):
        here = [at(10 + 8 * n)] * (n % 7 != 3) + [at(420 - 8 * n, 260)] * (n % 5 != 2)
        found.append(faces(*here))
    told = clip(found)
    for n, one in enumerate(told[:-3]):
        assert sorted(one.tracks.tolist()) == [1, 2]
        first = one.faces.boxes[one.tracks.tolist().index(1)]
        assert first[1] == pytest.approx(100, abs=1), n


def test_an_endless_clip_is_looked_ahead_a_little_and_takes_no_more_memory():
    taken = count()
    rng = np.random.default_rng(0)

    def frames():
        for n in taken:
            boxes = [at(x, y) for x, y in rng.integers(0, 400, (2, 2))]  # nothing lasts: ever new tracks
            yield n, n / 60, faces(*boxes)

    stream = bridged(frames(), Tracker(patience=0.5))
    assert next(stream).frame == 0 and next(taken) <= MOST_AHEAD + 2
    list(islice(stream, 200))
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    list(islice(stream, 400))
    after = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert after - before < 2_000_000


def test_holding_longer_than_the_patience_is_refused():
    with pytest.raises(UsageError, match="hold"):
        clip([faces()], hold=0.6)
