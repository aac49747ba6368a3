import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from facewright.core.errors import DataError
from facewright.core.faces import Faces
from facewright.datasets.sample import Sample, no_landmarks
from facewright.export.threshold import allowed_alarms, choose_threshold

PICTURE = np.zeros((100, 100, 3), np.uint8)
LEFT, RIGHT, NOTHING = [0, 0, 40, 40], [50, 50, 90, 90], [60, 0, 90, 30]


def sample(*boxes):
    return Sample("a", PICTURE, np.array(boxes, np.float32).reshape(-1, 4), no_landmarks(len(boxes)))


def faces(**scored):
    places = {"left": LEFT, "right": RIGHT, "nothing": NOTHING}
    return Faces([places[name] for name in scored], list(scored.values()), width=100, height=100)


def test_keeps_all_faces_while_false_alarms_score_lower():
    found = [faces(left=0.9, right=0.618, nothing=0.3)]
    assert choose_threshold([sample(LEFT, RIGHT)], found) == 0.61


def test_gives_up_a_face_that_costs_too_many_false_alarms():
    samples = [sample(LEFT, RIGHT)] + [sample(LEFT)] * 3
    found = [faces(left=0.9, right=0.1, nothing=0.2)] + [faces(left=0.8, nothing=0.3)] * 3
    assert choose_threshold(samples, found) == 0.8


def test_without_a_face_found_there_is_nothing_to_choose_from():
    with pytest.raises(DataError, match=r"no face .* is found"):
        choose_threshold([sample(LEFT)], [faces(nothing=0.9)])
    with pytest.raises(DataError, match=r"no face .* is found"):
        choose_threshold([sample(LEFT)], [Faces.empty(100, 100)])


def test_faceless_pictures_raise_it_until_they_are_quiet():
    with_faces = [sample(LEFT)] * 3
    found = [faces(left=0.9), faces(left=0.6), faces(left=0.4)]
    noisy = [faces(nothing=0.7)] + [Faces.empty(100, 100)] * 149  # three would be .02 each
    assert choose_threshold(with_faces + [sample()] * 150, found + noisy) == pytest.approx(0.4, abs=0.011)
    noisy[1] = faces(nothing=0.55)
    assert choose_threshold(with_faces + [sample()] * 150, found + noisy) == pytest.approx(0.56, abs=0.011)


def test_of_few_faceless_pictures_none_may_be_noisy():
    quiet = [Faces.empty(100, 100)] * 48
    threshold = choose_threshold(
        [sample(LEFT)] + [sample()] * 49, [faces(left=0.9), faces(nothing=0.55), *quiet]
    )
    assert threshold == pytest.approx(0.9, abs=0.011)
    threshold = choose_threshold(
        [sample(LEFT)] + [sample()] * 49, [faces(left=0.3), faces(nothing=0.55), *quiet]
    )
    assert threshold == pytest.approx(0.56, abs=0.011)


def test_a_localiser_has_to_be_quieter():
    with_faces, found = [sample(LEFT)] * 3, [faces(left=0.9), faces(left=0.6), faces(left=0.4)]
    one_in_150 = [faces(nothing=0.7)] + [Faces.empty(100, 100)] * 149
    threshold = choose_threshold(with_faces + [sample()] * 150, found + one_in_150, "localisation")
    assert threshold == pytest.approx(0.71, abs=0.011)


@given(pictures=st.integers(0, 10_000), rate=st.floats(0.001, 0.5))
def test_so_few_alarms_would_be_luck_for_a_model_at_the_limit(pictures, rate):
    """The Poisson distribution itself says one time in four."""
    allowed = allowed_alarms(pictures, rate)
    assert allowed == 0 or _so_few(allowed, rate * pictures) < 0.26
    assert _so_few(allowed + 1, rate * pictures) > 0.24


def _so_few(count, expected):
    logs = [i * math.log(expected) - math.lgamma(i + 1) for i in range(count + 1)] if expected else [0.0]
    return sum(math.exp(log - expected) for log in logs)


def test_near_one_it_goes_in_thousandths():
    with_face, found = [sample(LEFT)], [faces(left=0.999)]
    noisy = [faces(nothing=0.9951)] + [Faces.empty(100, 100)] * 30
    assert choose_threshold(with_face + [sample()] * 31, found + noisy) == 0.999
    assert choose_threshold(with_face + [sample()] * 31, [faces(left=0.9), *noisy]) == 0.996


def test_a_threshold_that_nothing_reaches_is_none():
    noisy = [faces(nothing=0.9995)] + [Faces.empty(100, 100)] * 30
    with pytest.raises(DataError, match="raise alarms at every score: look at them"):
        choose_threshold([sample(LEFT)] + [sample()] * 31, [faces(left=0.9), *noisy])
