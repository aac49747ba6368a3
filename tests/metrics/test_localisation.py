import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facewright.core.boxes import iou
from facewright.core.errors import DataError
from facewright.core.faces import Faces
from facewright.datasets.sample import Sample, no_landmarks
from facewright.metrics.localisation import check_single, constant_box, judge, lean

WIDTH, HEIGHT = 200, 100


def sample(*boxes, ignore=()):
    boxes = np.array(boxes, np.float32).reshape(-1, 4)
    return Sample(
        "p", b"", boxes, no_landmarks(len(boxes)), ignore=np.array(ignore, np.float32).reshape(-1, 4)
    )


def found(*boxes, scores=(0.9,)):
    return Faces(np.array(boxes, np.float32), scores[: len(boxes)], width=WIDTH, height=HEIGHT)


NOTHING = Faces.empty(WIDTH, HEIGHT, landmarks=False)
LEFT, RIGHT = (20, 20, 60, 60), (140, 20, 180, 60)


def test_every_figure():
    samples = [sample(LEFT), sample(RIGHT), sample(LEFT), sample(LEFT, RIGHT), sample(), sample(), sample()]
    faces = [
        found(LEFT),  # exact
        found(RIGHT, scores=(0.2,)),  # exact, but unsure
        found((20, 20, 60, 40)),  # IoU .5 exactly: no hit
        found(LEFT),  # of two faces: left out
        found(LEFT),  # a false face
        found(LEFT, scores=(0.3,)),  # below the threshold
        NOTHING,
    ]
    result = judge(samples, faces, threshold=0.5)
    assert (result.pictures, result.faces, result.left_out, result.faceless) == (7, 3, 1, 3)
    assert result.iou == pytest.approx((1 + 1 + 0.5) / 3)
    assert result.hits == pytest.approx(2 / 3)
    assert result.false_faces == pytest.approx(1 / 3)
    assert result.missed == pytest.approx(1 / 3)
    assert 0 < result.ap50 <= 1
    assert sum(b.faces for b in result.lean) == 3


def test_the_surest_box_counts_and_none_is_zero():
    result = judge([sample(LEFT)] * 2, [found(RIGHT, LEFT, scores=(0.4, 0.8)), NOTHING])
    assert result.iou == pytest.approx(0.5)


def test_pictures_with_faces_that_nobody_annotated_are_not_faceless():
    result = judge([sample(ignore=[(0, 0, 200, 100)])], [found(LEFT)])
    assert result.faceless == 0 and math.isnan(result.false_faces) and math.isnan(result.iou)
    assert result.to_dict()["iou"] is None


def test_distance_is_in_halves_of_the_diagonal():
    middle, corner = (90, 40, 110, 60), (190, 90, 210, 110)
    lean_ = judge([sample(middle), sample(corner)], [NOTHING, found(corner)]).lean
    assert [(b.low, b.high, b.faces, b.iou) for b in lean_] == [(0, 0.1, 1, 0), (0.9, 1, 1, 1)]


def test_flatness_is_of_bins_with_enough_faces():
    places, overlaps = np.repeat([0.05, 0.15, 0.25], [40, 30, 5]), np.repeat([0.9, 0.8, 0.1], [40, 30, 5])
    result = judge([sample(LEFT)], [found(LEFT)])
    assert math.isnan(result.flatness)
    object.__setattr__(result, "lean", lean(places, overlaps, overlaps))
    assert result.flatness == pytest.approx(0.1)


def test_a_face_without_a_box_cannot_be_judged():
    with pytest.raises(DataError, match="without a box"):
        judge([sample((math.nan,) * 4)], [NOTHING])
    with pytest.raises(DataError, match="holds several faces"):
        check_single([sample(LEFT, RIGHT)], "set")
    check_single([sample(LEFT, RIGHT), sample()], "set")


edge = st.floats(0, 0.6)


@settings(max_examples=40)
@given(st.lists(st.tuples(edge, edge, st.floats(0.05, 0.4), st.floats(0.05, 0.4)), min_size=1, max_size=12))
def test_no_box_near_the_constant_one_is_better(faces):
    truth = np.array([[x, y, x + w, y + h] for x, y, w, h in faces], np.float32)
    best = constant_box(truth)
    reached = iou(best, truth).mean()
    assert reached >= iou(truth, truth).mean(axis=1).max() - 1e-6
    moves = np.random.default_rng(0).normal(0, 0.002, (50, 4)).astype(np.float32)
    for axis in range(4):
        one = moves.copy()
        one[:, np.arange(4) != axis] = 0
        assert iou(best + one, truth).mean(axis=1).max() <= reached + 2e-3


def test_the_constant_box_of_one_face_is_that_face():
    face = np.array([[0.2, 0.3, 0.5, 0.8]], np.float32)
    np.testing.assert_allclose(constant_box(face), face, atol=1e-3)
