import math

import numpy as np

from facewright.core.faces import Faces
from facewright.metrics.curves import believable, curve, first_too_many, judged
from facewright.metrics.matching import PictureMatch, match_picture


def verdicts(scores, found, faces, ignored=None):
    found = np.asarray(found, np.intp)
    finder = np.full(faces, -1, np.intp)
    finder[found[found >= 0]] = np.flatnonzero(found >= 0)
    ignored = np.zeros(len(found), bool) if ignored is None else np.asarray(ignored, bool)
    return PictureMatch(np.asarray(scores, np.float32), found, ignored, finder)


PAIR = [
    verdicts([0.75, 0.5, 0.25], [0, -1, 1], 2),
    verdicts([0.875, 0.5], [0, -1], 2),
]


def test_one_point_for_each_distinct_score():
    points = curve(PAIR)
    assert points.thresholds.tolist() == [0.875, 0.75, 0.5, 0.25]
    assert points.recall.tolist() == [0.25, 0.5, 0.5, 0.75]
    assert points.precision.tolist() == [1, 1, 0.5, 0.6]
    assert points.false_alarms.tolist() == [0, 0, 1, 1]


def test_at_a_threshold_scores_equal_to_it_are_kept():
    points = curve(PAIR)
    assert points.at_threshold(0.5) == (0.5, 0.5, 0.5, 1.0)
    assert points.at_threshold(0.51)[1:] == (0.5, 1.0, 0.0)
    nothing = points.at_threshold(0.9)
    assert (nothing.recall, nothing.false_alarms) == (0, 0)
    assert math.isnan(nothing.precision)


def test_at_a_rate_of_false_alarms_the_lowest_threshold_that_keeps_it():
    points = curve(PAIR)
    assert points.at_false_alarms(0.1) == (0.75, 0.5, 1.0, 0.0)
    assert points.at_false_alarms(1) == (0.25, 0.75, 0.6, 1.0)


def test_when_the_best_score_of_all_is_wrong_nothing_can_be_found_without_false_alarms():
    points = curve([verdicts([0.9, 0.8], [-1, 0], 1)])
    best = points.at_false_alarms(0.1)
    assert best.recall == 0
    assert best.threshold > 1


def test_faceless_pictures_have_false_alarms_but_no_recall():
    points = curve([verdicts([0.9], [-1], 0), verdicts([], [], 0)])
    assert points.at_threshold(0.5).false_alarms == 0.5
    assert math.isnan(points.at_threshold(0.5).recall)
    quiet = curve([verdicts([], [], 0)])
    assert math.isnan(quiet.at_threshold(0.5).recall) and math.isnan(quiet.at_false_alarms(1).recall)


def test_ignored_detections_are_not_on_the_curve():
    assert curve([match_picture([[0, 0, 9, 9]], [0.9], [], [[0, 0, 99, 99]])]).thresholds.size == 0


def test_no_pictures_at_all():
    assert math.isnan(curve([]).at_threshold(0.5).recall)
    assert judged([])[0].size == believable([])[0].size == 0


def test_where_none_can_be_wrong_no_score_is_to_be_believed():
    boxes, region = [[0, 0, 9, 9], [50, 50, 59, 59], [200, 0, 209, 9]], [[0, 0, 99, 99]]
    match = match_picture(boxes, [0.75, 0.5, 0.25], boxes[:1], region)
    assert [part.tolist() for part in judged([match])] == [[0.75, 0.25], [True, False]]
    assert [part.tolist() for part in believable([match])] == [[0.25], [False]]


def alarms(*scores):
    return Faces(np.tile([0, 0, 9, 9], (len(scores), 1)), scores, width=9, height=9)


def test_the_first_alarm_too_many():
    quiet = [alarms()] * 3
    assert first_too_many(quiet, 2) is first_too_many([], 2) is None
    assert first_too_many([*quiet, alarms(0.75, 0.5)], 2) is None
    assert first_too_many([alarms(0.25), *quiet[1:], alarms(0.75, 0.5)], 2) == 0.25
    assert first_too_many([*quiet, alarms(0.75)], 0) == 0.75
