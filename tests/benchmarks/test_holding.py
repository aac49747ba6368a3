"""Right by the landmarks that a box holds."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from facewright.core.faces import Faces
from facewright.datasets.sample import Sample, no_landmarks
from holding import HELD, LARGEST, ap_holding, extent, holds, match_all_holding, match_holding

FACE = np.array([[10, 10], [30, 10], [20, 20], [12, 30], [28, 30]], np.float32)
EXTENT = math.hypot(18, 20)  # an eye and the corner of the mouth across from it
AROUND = [5.0, 0, 35, 40]


def sample(landmarks, boxes=(), ignore=()):
    boxes = np.reshape(np.asarray(boxes, np.float32), (-1, 4))
    ignore = np.reshape(np.asarray(ignore, np.float32), (-1, 4))
    return Sample("a", np.zeros((100, 100, 3), np.uint8), boxes, landmarks, ignore=ignore)


def test_extent_is_the_greatest_distance_however_the_face_is_turned():
    quarter = FACE @ np.array([[0, 1], [-1, 0]], np.float32)
    assert extent([FACE, quarter, FACE * 2]) == pytest.approx([EXTENT, EXTENT, 2 * EXTENT], abs=1e-4)
    assert extent(np.zeros((0, 5, 2))).shape == (0,)


@pytest.mark.parametrize(
    "box, right",
    [
        (AROUND, True),
        ([10, 10, 30, 30], True),  # edges included
        ([13, 0, 35, 40], False),  # an eye and a corner of the mouth are outside
        ([11, 0, 35, 40], True),  # one point may be
        ([0, 0, 5, 5], False),
        ([20 - LARGEST * EXTENT / 2 + 1, 0, 20 + LARGEST * EXTENT / 2 - 1, 40], True),
        ([20 - LARGEST * EXTENT / 2 - 1, 0, 20 + LARGEST * EXTENT / 2 + 1, 40], False),  # by its longer side
        ([-500, -500, 500, 500], False),
    ],
)
def test_a_box_is_right_that_holds_four_points_and_is_not_too_large(box, right):
    assert HELD == 4
    assert holds([box], [FACE]).tolist() == [[right]]


def test_one_detection_a_face_best_score_first():
    match = match_holding([AROUND, [4, 0, 36, 41], [60, 60, 90, 90]], [0.5, 0.9, 0.7], [FACE])
    assert match.found.tolist() == [-1, 0, -1] and match.finder.tolist() == [1]
    assert match.wrong.tolist() == [True, False, True]


def test_of_two_faces_a_box_takes_the_nearer_and_leaves_the_other():
    beside = FACE + [8, 0]
    both = [5, 0, 45, 40]  # holds the two; its centre is that of neither
    match = match_holding([AROUND, both], [0.9, 0.8], [beside, FACE])
    assert match.found.tolist() == [1, 0]


def test_what_holds_no_face_is_ignored_only_in_a_region():
    match = match_holding([[60, 60, 90, 90], [0, 60, 30, 90]], [0.9, 0.8], [FACE], [[50, 50, 100, 100]])
    assert match.ignored.tolist() == [True, False] and match.finder.tolist() == [-1]


def test_a_face_without_landmarks_is_not_asked_for():
    unknown = [60, 60, 90, 90]
    seen = sample(np.concatenate([FACE[None], no_landmarks(1)]), [AROUND, unknown])
    matches = match_all_holding([seen], [Faces([unknown, AROUND], [0.9, 0.8])])
    assert matches[0].ignored.tolist() == [True, False]
    assert ap_holding(matches) == 1


def test_average_precision():
    two = sample(np.stack([FACE, FACE + 60]), [AROUND, np.add(AROUND, 60)])
    one_wrong_first = Faces([[0, 60, 20, 80], AROUND], [0.9, 0.8])
    # precision 1/2 up to recall 1/2: 51 of 101 points
    assert ap_holding(match_all_holding([two], [one_wrong_first])) == pytest.approx(0.5 * 51 / 101)
    assert ap_holding(match_all_holding([two], [Faces.empty()])) == 0
    assert math.isnan(ap_holding(match_all_holding([sample(no_landmarks(0))], [Faces.empty()])))


@given(
    st.lists(st.tuples(*[st.floats(0, 50, width=32)] * 2, *[st.floats(1, 60, width=32)] * 2), max_size=6),
    st.integers(0, 3),
)
def test_matching_is_one_to_one_and_only_with_faces_held(rows, faces):
    boxes = np.array([[x, y, x + w, y + h] for x, y, w, h in rows], np.float32).reshape(-1, 4)
    landmarks = np.stack([FACE + 12 * i for i in range(faces)]) if faces else np.zeros((0, 5, 2), np.float32)
    match = match_holding(boxes, np.linspace(1, 0.5, len(boxes)), landmarks)
    held = holds(boxes, landmarks)
    for i, face in enumerate(match.found):
        assert face < 0 or (held[i, face] and match.finder[face] == i)
    # nobody is left without a face that is still free
    free = match.finder < 0
    assert not held[match.found < 0][:, free].any()
