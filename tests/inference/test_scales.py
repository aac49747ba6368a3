"""Several sizes and the mirror: which views there are, and how their boxes are averaged."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from facewright.core.boxes import iou
from facewright.core.errors import UsageError
from facewright.inference.detections import Detections
from facewright.inference.detector import Detector
from facewright.inference.scales import SCALES, MultiScale, vote


def view(*rows, landmarks=None):
    values = np.array(rows, np.float32).reshape(-1, 5)
    return Detections(values[:, :4], values[:, 4], landmarks)


def test_every_size_is_seen_both_ways():
    views = MultiScale().of(1000, 500, 640)
    assert [(v.size, v.mirrored) for v in views] == [
        ((320, 160), False), ((320, 160), True), ((640, 320), False), ((640, 320), True),
        ((1280, 640), False), ((1280, 640), True),
    ]  # fmt: skip
    assert MultiScale().needs(640) == 1280 and MultiScale().needs(None) is None
    assert [v.size for v in MultiScale().of(100, 50, None)][::2] == [(50, 25), (100, 50), (200, 100)]
    assert min(MultiScale().of(1, 1, None)[0].size) == 1


def test_a_box_becomes_the_mean_of_all_that_overlap_it_weighted_by_score():
    found = vote([view((0, 0, 10, 10, 0.8), (50, 50, 60, 60, 0.3)), view((0, 0, 14, 10, 0.2))])
    assert found.boxes == pytest.approx(np.array([(0, 0, 10.8, 10), (50, 50, 60, 60)]), abs=1e-5)
    assert found.scores == pytest.approx([0.8, 0.3])


def test_landmarks_are_those_of_the_best_and_nothing_is_nothing():
    points = np.arange(20, dtype=np.float32).reshape(2, 5, 2)
    found = vote(
        [view((0, 0, 10, 10, 0.8), landmarks=points[:1]), view((0, 0, 14, 10, 0.9), landmarks=points[1:])]
    )
    assert np.array_equal(found.landmarks, points[1:])
    assert len(vote([view(), view()]).scores) == 0
    assert vote([view((0, 0, 10, 10, 0))]).boxes.tolist() == [[0, 0, 10, 10]]


faces = st.builds(
    lambda x, y, w, h, score: (x, y, x + w, y + h, score),
    st.integers(0, 80), st.integers(0, 80), st.integers(1, 40), st.integers(1, 40), st.floats(0, 1, width=32),
)  # fmt: skip


@given(st.lists(st.lists(faces, max_size=6).map(lambda rows: view(*rows)), min_size=1, max_size=4))
def test_boxes_stay_within_those_they_are_made_of_best_first(views):
    found = vote(views)
    assert np.isfinite(found.boxes).all() and (np.diff(found.scores) <= 0).all()
    every = np.concatenate([v.boxes for v in views])
    if len(every):
        assert (found.boxes >= every.min(axis=0) - 1e-3).all() and (
            found.boxes <= every.max(axis=0) + 1e-3
        ).all()
        assert set(found.scores) <= set(np.concatenate([v.scores for v in views]))


def test_a_detector_finds_the_same_box_at_all_sizes_and_in_the_mirror(paint, colour_model):
    picture = paint(400, 200, red=(40, 40, 120, 160), green=(240, 80, 360, 120))
    one, many = Detector(colour_model)(picture), Detector(colour_model, multi_scale=True)(picture)
    assert len(one) == len(many) == 2
    assert (iou(one.boxes, many.boxes).max(axis=1) > 0.95).all()
    assert many.scores.tolist() == one.scores.tolist()
    # the landmarks lie unevenly: those of a mirrored view are on their own sides again
    assert abs(many.landmarks[0] - one.landmarks[0]).max() < 8
    assert len(SCALES) == 3


@pytest.mark.parametrize("framing", ["letterbox", "squash"])
def test_a_model_of_a_fixed_side_would_see_the_same_at_every_scale(make_model, framing):
    with pytest.raises(UsageError, match="colours makes of each a square of 64 pixels"):
        Detector(make_model(side=64, framing=framing), multi_scale=True)
