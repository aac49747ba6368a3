"""Hidden until no longer found, with finders made by hand that see what they are told to."""

import numpy as np
import pytest

from facewright.apps.blur import BlurStyle, blur_faces
from facewright.apps.hide import REACH, ROUNDS, hide_faces, missed, same_face, surely
from facewright.core.boxes import as_boxes
from facewright.core.faces import Faces
from facewright.inference.detector import Detector

PICTURE = np.random.default_rng(0).integers(0, 256, (100, 100, 3), np.uint8)
ONE, TWO = [10, 10, 40, 40], [60, 60, 90, 90]


class Finder:
    """Gives lists of boxes, one a call, then none."""

    def __init__(self, *answers):
        self.answers, self.calls = list(answers), 0

    def __call__(self, picture):
        self.calls += 1
        boxes = self.answers.pop(0) if self.answers else []
        return Faces(boxes, [0.9] * len(boxes))


def test_one_look_when_nothing_is_found_and_none_when_nothing_is_hidden():
    finder = Finder()
    hidden = hide_faces(PICTURE, [ONE], finder)
    assert finder.calls == 1 and len(hidden.found) == 0 and hidden.rounds.tolist() == [0]
    np.testing.assert_array_equal(hidden.picture, blur_faces(PICTURE, [ONE]))
    np.testing.assert_array_equal(hide_faces(PICTURE, [], finder).picture, PICTURE)
    assert finder.calls == 1


def test_a_face_still_found_is_hidden_more_and_only_that_one():
    finder = Finder([[12, 12, 38, 38]], [[20, 20, 30, 30]])
    hidden = hide_faces(PICTURE, [ONE, TWO], finder)
    assert finder.calls == 3 and len(hidden.found) == 0 and hidden.rounds.tolist() == [2, 0]
    assert hidden.boxes.tolist() == [ONE, TWO]
    once = blur_faces(PICTURE, [ONE, TWO])
    assert (hidden.picture[20:30, 20:30] != once[20:30, 20:30]).any()
    np.testing.assert_array_equal(hidden.picture[70:80, 70:80], once[70:80, 70:80])
    assert (hidden.picture != PICTURE).any(axis=2).sum() > (once != PICTURE).any(axis=2).sum()


@pytest.mark.parametrize("how", ["gaussian", "pixelate", "solid", "silhouette"])
def test_one_that_is_found_to_the_end_is_told(how):
    finder = Finder(*[[ONE]] * 20)
    hidden = hide_faces(PICTURE, [ONE, TWO], finder, BlurStyle(how))
    assert finder.calls == ROUNDS and hidden.found.tolist() == [ONE]
    assert hidden.rounds.tolist() == [ROUNDS - 1, 0]


def test_one_found_only_now_is_hidden_too_unless_others_are_to_stay():
    hidden = hide_faces(PICTURE, [ONE], Finder([TWO]))
    assert hidden.boxes.tolist() == [ONE, TWO] and len(hidden.found) == 0
    finder = Finder([TWO], [TWO])
    hidden = hide_faces(PICTURE, [ONE], finder, others=False)
    assert hidden.boxes.tolist() == [ONE] and finder.calls == 1 and len(hidden.found) == 0


def test_what_is_kept_is_neither_hidden_nor_told():
    hidden = hide_faces(PICTURE, [ONE], Finder([[61, 61, 90, 90]]), keep=[TWO])
    assert hidden.boxes.tolist() == [ONE]
    np.testing.assert_array_equal(hidden.picture[55:], PICTURE[55:])


def test_a_real_finder_finds_no_hidden_colour(colour_model, paint):
    picture = paint(120, 100, red=(20, 20, 60, 70))
    find = Detector(colour_model)
    for how in ("gaussian", "pixelate", "solid", "silhouette"):
        hidden = hide_faces(picture, find(picture).boxes, find, BlurStyle(how))
        assert len(hidden.found) == len(find(hidden.picture))


def test_surely_finds_what_scores_as_a_face_must(colour_model, paint):
    picture = paint(120, 100, red=(20, 20, 60, 70), blue=(70, 20, 100, 60))
    detector = Detector(colour_model, min_score=0.2)
    assert len(detector(picture)) == 2 and surely(detector)(picture).scores.tolist() == pytest.approx([0.9])
    assert len(surely(Detector(colour_model, min_score=0.95))(picture)) == 0


def test_surely_asks_for_no_more_than_one_half(make_model, paint):
    picture = paint(120, 100, red=(20, 20, 60, 70), green=(70, 20, 100, 60), blue=(0, 80, 20, 100))
    strict = Detector(make_model(score_threshold=0.8), min_score=0.2)
    assert surely(strict)(picture).scores.tolist() == pytest.approx([0.9, 0.6])
    lenient = Detector(make_model(score_threshold=0.25), min_score=0.2)
    assert len(surely(lenient)(picture)) == 3


def test_the_same_face_overlaps_or_lies_within():
    found = [[12, 12, 38, 38], [20, 20, 24, 24], [60, 60, 90, 90], [0, 0, 60, 60]]
    assert same_face(found, [ONE])[:, 0].tolist() == [True, True, False, True]
    assert same_face([], [ONE]).shape == (0, 1) and same_face([ONE], []).shape == (1, 0)


def test_a_face_missed_between_two_frames_that_show_it_is_told():
    there, nothing = as_boxes([ONE]), as_boxes([])
    gaps = missed([there, nothing, nothing, there])
    assert [gap.tolist() for gap in gaps] == [[], [ONE], [ONE], []]
    both = as_boxes([ONE, TWO])
    assert [gap.tolist() for gap in missed([both, there, both])] == [[], [TWO], []]


def test_what_moves_away_comes_or_goes_is_not_missed():
    moving = [as_boxes([[x, 10, x + 20, 30]]) for x in (0, 30, 60, 90)]
    assert not any(len(gap) for gap in missed(moving))
    there, nothing = as_boxes([ONE]), as_boxes([])
    assert not any(len(gap) for gap in missed([nothing, there, nothing]))
    assert not any(len(gap) for gap in missed([there, *[nothing] * (2 * REACH), there]))
    assert missed([]) == []


def test_a_face_within_a_kept_box_is_hidden_until_it_is_gone():
    """A kept box may be loose, or a face behind: what is found on the hidden one is not the kept one."""
    inner, around = [40, 40, 60, 65], [20, 20, 90, 95]
    hidden = hide_faces(PICTURE, [inner], Finder(*[[inner]] * 20), keep=[around])
    assert hidden.found.tolist() == [inner] and hidden.rounds.tolist() == [ROUNDS - 1]
    hidden = hide_faces(PICTURE, [inner], Finder([[22, 20, 88, 95]]), keep=[around])
    assert hidden.rounds.tolist() == [0] and len(hidden.found) == 0
