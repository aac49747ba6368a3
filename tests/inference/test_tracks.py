import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from facewright.core.boxes import iou, resize
from facewright.core.errors import UsageError
from facewright.core.faces import Faces
from facewright.inference.tracks import OVERLAP, ROOM, Motion, Tracker, match_tracks


def faces(*boxes, scores=None):
    return Faces(
        np.array(boxes, np.float32).reshape(-1, 4), scores or [0.9] * len(boxes), width=640, height=480
    )


def at(x, y, side=40):
    return x, y, x + side, y + side


def test_a_filter_learns_a_steady_motion_and_predicts_it():
    motion = Motion(np.array(at(0, 100), np.float32))
    for step in range(1, 20):
        motion.predict(0.04)
        motion.correct(np.array(at(5 * step, 100 + step), np.float32))
    motion.predict(0.2)  # five frames later
    assert motion.box() == pytest.approx(at(5 * 24, 100 + 24), abs=1)


@given(st.integers(0, 1000))
def test_a_filter_is_surer_than_the_detector_and_its_covariance_stays_one(seed):
    draw = np.random.default_rng(seed)
    motion = Motion(np.array(at(0, 0), np.float32))
    for step in range(1, 60):
        motion.predict(float(draw.uniform(0.01, 0.2)))
        if draw.random() < 0.7:
            motion.correct(np.array(at(3 * step, 0), np.float32) + draw.normal(0, 2, 4).astype(np.float32))
        assert np.allclose(motion.covariance, motion.covariance.transpose(0, 2, 1))
        assert (np.linalg.eigvalsh(motion.covariance) > 0).all()
    height = motion.state[3, 0]
    motion.correct(np.array(at(180, 0), np.float32))
    assert (motion.covariance[:, 0, 0] < (0.05 * height) ** 2).all()


def test_faces_keep_their_numbers_whatever_their_order_and_when_they_cross():
    tracker = Tracker()
    for step in range(40):
        left, right = at(10 + 12 * step, 100), at(500 - 12 * step, 150)
        both = (left, right) if step % 2 else (right, left)
        ids = tracker.update(faces(*both), step / 25)
        by_side = ids if step % 2 else ids[::-1]
        assert by_side.tolist() == ([2, 1])


def test_a_face_is_known_again_after_a_gap_where_it_went_on_to():
    tracker = Tracker(patience=0.5)
    for step in range(10):
        tracker.update(faces(at(8 * step, 100, 30)), step / 25)
    assert tracker.update(faces(), 10 / 25).tolist() == []
    assert tracker.update(faces(at(8 * 18, 100, 30)), 18 / 25).tolist() == [1]  # 72 pixels on
    assert tracker.update(faces(at(8 * 18, 100, 30)), 18 / 25 + 0.51).tolist() == [2]  # too late


def test_an_unsure_face_goes_on_with_a_track_but_takes_it_from_no_sure_one():
    tracker = Tracker(sure=0.5)
    tracker.update(faces(at(100, 100)), 0)
    assert tracker.update(faces(at(102, 100), scores=[0.2]), 0.04).tolist() == [1]
    ids = tracker.update(faces(at(101, 100), at(125, 100), scores=[0.2, 0.9]), 0.08)
    assert ids[1] == 1 and ids[0] != 1


def test_variable_frame_times_are_minded():
    tracker = Tracker(patience=2)
    times = [0, 0.04, 0.08, 0.12, 0.16, 0.2, 0.6, 0.64, 0.68]
    ids = [tracker.update(faces(at(200 * t, 100, 30)), t).tolist() for t in times]
    assert ids == [[1]] * len(times)


@given(st.integers(0, 500))
def test_pairs_are_one_to_one_and_none_is_missed(seed):
    draw = np.random.default_rng(seed)
    corners = draw.integers(0, 100, (12, 2))
    boxes = np.concatenate([corners, corners + draw.integers(5, 40, (12, 2))], 1).astype(np.float32)
    pairs = match_tracks(list(boxes[:5]), boxes[5:])
    assert len({a for a, _ in pairs}) == len({b for _, b in pairs}) == len(pairs)
    overlap = iou(resize(boxes[:5], ROOM), resize(boxes[5:], ROOM))
    for mine, other in pairs:
        overlap[mine], overlap[:, other] = 0, 0
    assert overlap.max() < OVERLAP  # who is left alone has nobody to go with


def test_the_same_boxes_are_matched_with_themselves():
    boxes = np.array([at(0, 0), at(30, 0), at(200, 50)], np.float32)
    assert sorted(match_tracks(list(boxes), boxes[[2, 0, 1]])) == [(0, 1), (1, 2), (2, 0)]
    assert match_tracks([], boxes) == [] == match_tracks(list(boxes), boxes[:0])


@pytest.mark.parametrize("options", [{"sure": 1.2}, {"sure": float("nan")}, {"patience": -1}])
def test_wrong_arguments_are_refused(options):
    with pytest.raises(UsageError):
        Tracker(**options)
