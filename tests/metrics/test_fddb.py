"""FDDB's protocol: ellipses worked by hand, the truth judged by itself, and whatever must change nothing."""

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from facewright.core.regions import Regions, iou
from facewright.datasets import fddb_truth
from facewright.datasets.fddb_predictions import Scored
from facewright.datasets.fddb_truth import FddbTruth
from facewright.metrics.fddb import evaluate, matched, protocol

pytest.importorskip("scipy", reason="the matching needs scipy (train extra)")
SQUARE = np.pi / 4  # IoU of a circle and the square around it


def truth_of(*pictures, folds=None, sizes=None):
    """Of lists of ellipses (a, b, angle, cx, cy)."""
    names = [f"p{i}" for i in range(len(pictures))]
    return FddbTruth(names, folds or [1] * len(names), [Regions.ellipses(p) for p in pictures], sizes or {})


def boxes(*rows):
    return Scored.boxes(rows)


def test_worked_by_hand():
    truth = truth_of([(10, 10, 0, 50, 50), (10, 10, 0, 90, 50)], [(10, 10, 0, 50, 50)])
    found = [
        boxes((40, 40, 20, 20, 0.9), (0, 0, 10, 10, 0.8), (80, 40, 20, 40, 0.7), (41, 40, 20, 20, 0.2)),
        boxes((40, 40, 20, 20, 0.8)),
    ]
    curve = evaluate(truth, found).overall
    # .9 finds a face; .8 finds one and misses one; at .7 half of a rectangle is too much beside the circle;
    # at .2 a face is found a second time
    assert curve.thresholds.tolist() == [0.9, 0.8, 0.7, 0.2]
    assert curve.false_positives.tolist() == [0, 1, 2, 3]
    assert curve.discrete == pytest.approx([1 / 3, 2 / 3, 2 / 3, 2 / 3])
    low = 100 * np.pi / 800
    assert curve.continuous == pytest.approx(
        [SQUARE / 3, 2 * SQUARE / 3, (2 * SQUARE + low) / 3, (2 * SQUARE + low) / 3], abs=1e-5
    )
    assert curve.at(0) == pytest.approx((1 / 3, SQUARE / 3), abs=1e-5)
    assert curve.at(100).discrete == pytest.approx(2 / 3)


def test_the_greatest_sum_of_overlaps_decides_not_the_best_score():
    # the surer detection overlaps both faces; only when it takes its second best both are found
    assert matched(np.array([[0.8, 0.75], [0.7, 0.0]])) == pytest.approx([0.75, 0.7])
    assert matched(np.array([[0.6, 0.4], [0.4, 0.2]])).tolist() == [0.6, 0.2]  # 2 sums of .8
    assert matched(np.zeros((2, 3))).tolist() == []


overlap_rows = st.lists(st.lists(st.floats(0, 1), min_size=4, max_size=4), min_size=1, max_size=4)


@given(overlap_rows)
def test_no_other_matching_sums_up_to_more(rows):
    table = np.array(rows)
    best = max(sum(table[i, j] for i, j in enumerate(order)) for order in permutations(range(4), len(rows)))
    assert matched(table).sum() == pytest.approx(best, abs=1e-7)


def test_the_ground_truth_judged_by_itself(oracles):
    truth = fddb_truth.read(oracles / "fddb")
    assert (len(truth.names), sum(map(len, truth.faces)), truth.problems) == (2845, 5171, ())
    result = evaluate(truth, [Scored(faces, np.ones(len(faces))) for faces in truth.faces])
    assert result.overall.at(0) == (1, 1) and result.overall.false_positives.tolist() == [0]
    assert sorted(result.folds) == list(range(1, 11))
    assert all(curve.at(0) == (1, 1) for curve in result.folds.values())


rows = st.tuples(st.floats(5, 30), st.floats(5, 30), st.floats(-3, 3), st.floats(0, 100), st.floats(0, 100))
scored = st.lists(st.tuples(rows, st.integers(0, 10)), max_size=5)
drawn_pictures = st.lists(st.tuples(st.lists(rows, max_size=3), scored), min_size=1, max_size=4)


def judged(pictures, change=lambda row: row, folds=None):
    truth = truth_of(*([change(row) for row in faces] for faces, _ in pictures), folds=folds)
    found = [
        Scored(Regions.ellipses([change(row) for row, _ in rows]), np.array([s for _, s in rows], float))
        for _, rows in pictures
    ]
    return evaluate(truth, found)


@given(drawn_pictures)
def test_as_the_same_written_the_slow_way(pictures):
    curve = judged(pictures).overall
    faces = sum(len(faces) for faces, _ in pictures)
    every = sorted({score for _, rows in pictures for _, score in rows}, reverse=True)
    assert curve.thresholds.tolist() == every
    for i, threshold in enumerate(every):
        sums, hits, given_ = 0.0, 0, 0
        for truth, rows in pictures:
            kept = [row for row, score in rows if score >= threshold]
            pairs = matched(iou(Regions.ellipses(truth), Regions.ellipses(kept)))
            sums, hits, given_ = sums + pairs.sum(), hits + (pairs > 0.5).sum(), given_ + len(kept)
        assert curve.false_positives[i] == given_ - hits
        if faces:
            assert curve.discrete[i] == pytest.approx(hits / faces)
            assert curve.continuous[i] == pytest.approx(sums / faces, abs=1e-7)


@given(drawn_pictures, st.randoms(use_true_random=False))
def test_the_order_of_detections_pictures_and_folds_changes_nothing(pictures, random):
    folds = list(range(1, len(pictures) + 1))
    first = judged(pictures, folds=folds)
    places = list(range(len(pictures)))
    random.shuffle(places)
    shuffled = [(pictures[i][0], random.sample(pictures[i][1], len(pictures[i][1]))) for i in places]
    second = judged(shuffled, folds=[folds[i] for i in places])
    assert second.overall.false_positives.tolist() == first.overall.false_positives.tolist()
    assert second.overall.continuous == pytest.approx(first.overall.continuous, nan_ok=True, abs=1e-9)
    assert second.to_dict()["fddb"]["folds"].keys() == first.to_dict()["fddb"]["folds"].keys()


@given(drawn_pictures, st.floats(-3, 3), st.floats(0.2, 5))
def test_scores_turn_and_scale_with_the_picture(pictures, turn, scale):
    def change(row):
        a, b, angle, x, y = row
        cos, sin = np.cos(turn) * scale, np.sin(turn) * scale
        return a * scale, b * scale, angle + turn, cos * x - sin * y, sin * x + cos * y

    before, after = judged(pictures).overall, judged(pictures, change).overall
    assert after.continuous == pytest.approx(before.continuous, nan_ok=True, abs=2e-3)


@given(st.lists(st.lists(rows, min_size=1, max_size=1), min_size=1, max_size=4))
def test_a_face_found_exactly_scores_1(faces):
    found = [Scored(Regions.ellipses(rows), np.array([0.5])) for rows in faces]
    assert evaluate(truth_of(*faces), found).overall.at(0) == (1, 1)


def test_what_lies_outside_a_picture_of_known_size_does_not_count():
    truth = truth_of([(20, 20, 0, 0, 50)])
    found = [boxes((0, 30, 20, 40, 1))]
    assert evaluate(truth, found).overall.at(9).discrete == 0
    assert evaluate(replace(truth, sizes={"p0": (100, 100)}), found).overall.at(0).discrete == 1
    assert "cut to their pictures" in protocol(True)[1] and "not cut" in protocol(False)[1]


def test_rates_by_fold_and_as_plain_numbers():
    truth = truth_of([(10, 10, 0, 50, 50)], [(10, 10, 0, 50, 50)], folds=[3, 7])
    result = evaluate(truth, [boxes((40, 40, 20, 20, 0.9)), boxes()])
    record = result.to_dict()
    assert record["discrete"] == dict.fromkeys(("100", "500", "1000", "2000"), 0.5)
    folds = record["fddb"]["folds"]
    assert (folds["3"]["discrete"]["10"], folds["7"]["discrete"]["200"]) == (1, 0)
    assert record["fddb"]["curve"]["false_positives"] == [0]
    assert record["fddb"]["curve"]["discrete"] == [0.5]


def test_without_faces_there_are_no_rates():
    result = evaluate(truth_of([]), [boxes((0, 0, 5, 5, 1))])
    assert np.isnan(result.overall.at(100).discrete)
    assert result.to_dict()["discrete"]["100"] is None
    assert evaluate(truth_of([(5, 5, 0, 9, 9)]), [boxes()]).overall.at(100) == (0, 0)
