import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from facewright.core.boxes import iou
from facewright.inference.detections import Detections
from facewright.inference.merge import merge


def view(*faces):
    """Of (x0, y0, x1, y1, score)."""
    rows = np.array(faces, np.float32).reshape(-1, 5)
    return Detections(rows[:, :4], rows[:, 4])


def kept(*views):
    return [tuple(box) for box in merge(views).boxes.tolist()]


faces = st.builds(
    lambda x, y, w, h, score: (x, y, x + w, y + h, score),
    st.integers(0, 80), st.integers(0, 80), st.integers(1, 40), st.integers(1, 40), st.floats(0, 1, width=32),
)  # fmt: skip
views = st.lists(st.lists(faces, max_size=6).map(lambda rows: view(*rows)), min_size=2, max_size=4)


@given(st.lists(faces, max_size=8))
def test_one_view_is_left_as_it_is(rows):
    alone = view(*rows)
    assert merge([alone]) is alone
    assert sorted(kept(alone, view())) == sorted(tuple(row[:4]) for row in rows)


@given(views)
def test_what_is_kept_was_seen_best_first_and_nothing_is_lost(views):
    merged = merge(views)
    seen = {
        (*box, score) for v in views for box, score in zip(v.boxes.tolist(), v.scores.tolist(), strict=True)
    }
    for box, score in zip(merged.boxes.tolist(), merged.scores.tolist(), strict=True):
        assert (*box, score) in seen
    assert (np.diff(merged.scores) <= 0).all()
    everything = np.concatenate([v.boxes for v in views])
    if len(everything):  # each face seen overlaps one that is told
        assert (iou(everything, merged.boxes).max(axis=1) > 0).all()
        assert merged.scores[0] == max(v.scores.max(initial=0) for v in views)


@given(views)
def test_a_view_given_twice_adds_nothing(views):
    once, twice = merge(views), merge([*views, *views])
    assert len(twice.scores) <= len(once.scores)


def test_of_one_face_the_better_view_is_kept():
    assert kept(view((10, 10, 50, 50, 0.8)), view((12, 11, 50, 52, 0.9))) == [(12, 11, 50, 52)]


def test_neighbours_and_what_one_view_keeps_apart_stay():
    assert len(kept(view((0, 0, 20, 20, 0.9)), view((18, 0, 38, 20, 0.8)))) == 2
    assert len(kept(view((0, 0, 20, 20, 0.9), (2, 0, 22, 20, 0.8)), view())) == 2


def test_a_part_of_a_better_face_goes_and_a_small_face_before_a_large_one_stays():
    large, eye = (0, 0, 100, 100, 0.8), (20, 20, 45, 45, 0.6)
    assert kept(view(large), view(eye)) == [large[:4]]
    assert len(kept(view(large), view((*eye[:4], 0.9)))) == 2  # rather one too many than one lost


def test_a_loose_box_of_a_tight_face_goes():
    assert kept(view((0, 0, 20, 20, 0.9)), view((-8, -8, 28, 28, 0.5))) == [(0, 0, 20, 20)]


def test_landmarks_come_along_or_are_refused_where_some_lack_them():
    box, score = np.array([[0, 0, 9, 9]], np.float32), np.array([0.5], np.float32)
    marks = np.full((1, 5, 2), 3, np.float32)
    better = Detections(box, score + 0.1, marks + 1)
    assert (merge([Detections(box, score, marks), better]).landmarks == 4).all()
    with pytest.raises(ValueError, match="landmarks"):
        merge([Detections(box, score, marks), Detections(box, score)])
