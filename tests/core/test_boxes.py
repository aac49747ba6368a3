"""Geometry: round trips, bounds, empty inputs, and naive oracles written the slow way."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facewright.core import boxes as bx

quick = settings(max_examples=60)

# Quarter pixels are exact in float32, so that round trips can be exact too.
coordinate = st.integers(-4000, 4000).map(lambda v: v / 4)
extent = st.integers(0, 4000).map(lambda v: v / 4)


def box_arrays(max_size: int = 8, min_size: int = 0):
    one = st.tuples(coordinate, coordinate, extent, extent).map(
        lambda b: (b[0], b[1], b[0] + b[2], b[1] + b[3])
    )
    return st.lists(one, min_size=min_size, max_size=max_size).map(
        lambda rows: np.array(rows, np.float32).reshape(-1, 4)
    )


def naive_iou(a, b) -> float:
    width = max(0.0, min(a[2], b[2]) - max(a[0], b[0]))
    height = max(0.0, min(a[3], b[3]) - max(a[1], b[1]))
    union = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - width * height
    return width * height / union if union > 0 else 0.0


@quick
@given(box_arrays())
def test_formats_come_back_unchanged(boxes):
    np.testing.assert_array_equal(bx.cxcywh_to_xyxy(bx.xyxy_to_cxcywh(boxes)), boxes)


def test_formats_by_hand():
    box = [[10, 20, 40, 60]]
    assert bx.xywh_to_xyxy(box).tolist() == [[10, 20, 50, 80]]
    assert bx.xyxy_to_cxcywh(box).tolist() == [[25, 40, 30, 40]]
    assert bx.area(box).tolist() == [1200]
    assert bx.resize(box, 2).tolist() == [[-5, 0, 55, 80]]


@pytest.mark.parametrize("wrong", [[1, 2, 3, 4], [[1, 2, 3]], np.ones((2, 2, 4))])
def test_a_wrong_shape_is_refused(wrong):
    with pytest.raises(ValueError, match=r"shape \(N, 4\)"):
        bx.as_boxes(wrong)


@pytest.mark.parametrize("function", [bx.xywh_to_xyxy, bx.cxcywh_to_xyxy, bx.xyxy_to_cxcywh, bx.as_boxes])
def test_no_boxes_stay_no_boxes(function):
    for empty in ([], np.zeros((0, 4)), np.zeros(0)):
        assert function(empty).shape == (0, 4)
        assert function(empty).dtype == np.float32


def test_pairs_with_no_boxes_are_empty():
    some = [[0, 0, 1, 1], [0, 0, 2, 2]]
    for function in (bx.iou, bx.intersection, bx.coverage):
        assert function([], some).shape == (0, 2)
        assert function(some, []).shape == (2, 0)
        assert function([], []).shape == (0, 0)
    assert bx.nms([], []).shape == (0,)
    assert bx.match([], some).tolist() == []
    assert bx.match(some, []).tolist() == [-1, -1]


@quick
@given(box_arrays())
def test_functions_leave_their_input_alone(boxes):
    before = boxes.copy()
    scores = np.linspace(0, 1, len(boxes), dtype=np.float32)
    bx.clip(boxes, 100, 50)
    bx.resize(boxes, 1.5)
    bx.nms(boxes, scores)
    bx.match(boxes, boxes)
    np.testing.assert_array_equal(boxes, before)


@quick
@given(box_arrays(), st.integers(1, 500), st.integers(1, 500))
def test_clipped_boxes_lie_in_the_picture_and_stay_clipped(boxes, width, height):
    clipped = bx.clip(boxes, width, height)
    assert np.all(clipped >= 0)
    assert np.all(clipped[:, [0, 2]] <= width)
    assert np.all(clipped[:, [1, 3]] <= height)
    assert np.all(clipped[:, 2:] >= clipped[:, :2])
    np.testing.assert_array_equal(bx.clip(clipped, width, height), clipped)
    whole = [[0, 0, width, height]]
    np.testing.assert_allclose(bx.area(clipped), bx.intersection(boxes, whole)[:, 0])


@quick
@given(box_arrays(), box_arrays())
def test_iou_is_symmetric_bounded_and_as_the_slow_way_has_it(a, b):
    overlap = bx.iou(a, b)
    np.testing.assert_allclose(overlap, bx.iou(b, a).T)
    assert np.all((overlap >= 0) & (overlap <= 1 + 1e-6))
    naive = np.array([[naive_iou(x, y) for y in b.tolist()] for x in a.tolist()]).reshape(len(a), len(b))
    np.testing.assert_allclose(overlap, naive, atol=1e-5)


@quick
@given(box_arrays())
def test_a_box_overlaps_itself_wholly_unless_it_is_empty(boxes):
    expected = (bx.area(boxes) > 0).astype(np.float32)
    np.testing.assert_allclose(np.diag(bx.iou(boxes, boxes)), expected)
    np.testing.assert_allclose(np.diag(bx.coverage(boxes, boxes)), expected)


def test_coverage_is_the_share_of_the_first():
    assert bx.coverage([[0, 0, 10, 10]], [[5, 0, 100, 100]]).tolist() == [[0.5]]


def naive_nms(boxes, scores, threshold) -> list[int]:
    kept: list[int] = []
    for i in sorted(range(len(boxes)), key=lambda i: (-scores[i], i)):
        if all(naive_iou(boxes[i], boxes[j]) <= threshold for j in kept):
            kept.append(i)
    return kept


@quick
@given(box_arrays(max_size=10), st.data())
def test_nms_keeps_what_the_slow_way_keeps(boxes, data):
    tenths = st.integers(0, 10).map(lambda v: v / 10)  # ties on purpose
    scores = data.draw(st.lists(tenths, min_size=len(boxes), max_size=len(boxes)))
    threshold = data.draw(st.sampled_from([0.0, 0.313, 0.517, 1.0]))
    assert bx.nms(boxes, scores, threshold).tolist() == naive_nms(boxes.tolist(), scores, threshold)


@pytest.mark.parametrize("scores", [[0.9], [0.9, 0.8, 0.7], 0.9])
def test_nms_takes_one_score_a_box(scores):
    with pytest.raises(ValueError, match=r"scores must have shape \(2,\)"):
        bx.nms([[0, 0, 9, 9], [20, 20, 29, 29]], scores)


def test_nms_of_equal_scores_keeps_the_first():
    assert bx.nms([[0, 0, 9, 9], [0, 0, 9, 9], [50, 50, 60, 60]], [0.5, 0.5, 0.9]).tolist() == [2, 0]


@quick
@given(box_arrays(), box_arrays(), st.sampled_from([0.1, 0.5, 0.9]))
def test_a_truth_is_found_at_most_once_and_only_with_enough_overlap(boxes, truth, threshold):
    found = bx.match(boxes, truth, threshold)
    assert found.shape == (len(boxes),)
    hits = found[found >= 0]
    assert len(set(hits.tolist())) == len(hits)
    overlap = bx.iou(boxes, truth)
    for i, j in enumerate(found):
        assert j == -1 or overlap[i, j] >= threshold
        if j == -1:  # whatever it overlaps enough was taken by a box before it
            assert set(np.flatnonzero(overlap[i] >= threshold)) <= set(found[:i].tolist())


def test_the_second_box_on_a_face_is_a_false_alarm():
    truth = [[0, 0, 10, 10], [100, 100, 120, 120]]
    assert bx.match([[0, 0, 10, 10], [0, 0, 10, 9], [101, 100, 120, 120]], truth).tolist() == [0, -1, 1]
