import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facewright.core.errors import DataError
from facewright.core.faces import Faces
from facewright.datasets.sample import Sample, no_landmarks
from facewright.metrics.average_precision import ap50
from facewright.metrics.matching import match_all, match_picture

FACE = [0, 0, 40, 40]


def test_a_second_find_of_the_same_face_is_wrong_whatever_the_order():
    result = match_picture([[2, 0, 42, 40], FACE], [0.6, 0.9], [FACE])
    assert result.found.tolist() == [-1, 0]
    assert result.wrong.tolist() == [True, False]
    assert result.finder.tolist() == [1]


def test_an_unmatched_detection_half_inside_an_ignore_region_is_neither_right_nor_wrong():
    result = match_picture([[100, 0, 140, 40], [60, 0, 100, 40]], [0.9, 0.8], [FACE], [[80, 0, 300, 300]])
    assert result.ignored.tolist() == [True, True]
    assert not result.right.any()
    assert not result.wrong.any()
    assert match_picture([[59, 0, 99, 40]], [0.8], [FACE], [[80, 0, 300, 300]]).wrong.tolist() == [True]


def test_a_face_inside_an_ignore_region_is_found_all_the_same():
    result = match_picture([FACE], [0.9], [FACE], [[0, 0, 300, 300]])
    assert result.right.tolist() == [True]
    assert result.ignored.tolist() == [False]


@pytest.mark.parametrize(("boxes", "truth"), [([], []), ([FACE], []), ([], [FACE])])
def test_empty_inputs(boxes, truth):
    result = match_picture(boxes, [0.5] * len(boxes), truth)
    assert (len(result.found), len(result.finder)) == (len(boxes), len(truth))
    assert not result.right.any()


def test_as_many_detections_as_samples_are_wanted():
    with pytest.raises(ValueError, match="argument 2 is"):
        match_all([], [object()])


@pytest.mark.parametrize("judge", [match_all, ap50])
def test_faces_whose_boxes_are_not_known_cannot_be_judged_by(judge):
    boxes = np.full((1, 4), np.nan, np.float32)
    sample = Sample("celeba/1.jpg", np.zeros((8, 8, 3), np.uint8), boxes, no_landmarks(1))
    with pytest.raises(DataError, match=r"celeba/1\.jpg"):
        judge([sample], [Faces.empty(8, 8)])


@settings(max_examples=50)
@given(st.integers(0, 2**32 - 1))
def test_every_detection_has_one_verdict_and_finders_agree_with_finds(seed):
    rng = np.random.default_rng(seed)
    truth, boxes, ignore = (
        np.sort(rng.uniform(0, 50, (rng.integers(0, 8), 2, 2)), axis=1).reshape(-1, 4) for _ in "abc"
    )
    boxes = np.concatenate([boxes, truth, truth])
    result = match_picture(boxes, rng.uniform(size=len(boxes)), truth, ignore)
    verdicts = result.right.astype(int) + result.wrong + result.ignored
    assert (verdicts == 1).all()
    assert result.right.sum() == (result.finder >= 0).sum() == len(truth)
    for face, detection in enumerate(result.finder):
        assert result.found[detection] == face
