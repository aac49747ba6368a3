"""WIDER FACE's protocol: the official ground truth, the same written the slow way, small cases by hand."""

import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from facewright.datasets import wider_predictions, wider_truth
from facewright.datasets.labels import Problems
from facewright.datasets.wider_truth import WiderTruth
from facewright.metrics.wider_face import average_precision, evaluate, overlaps, protocol, to_dict

OFFICIAL = {"easy": 0.8256598622, "medium": 0.8369051820, "hard": 0.8279986306}


def truth_of(*pictures):
    """Of (boxes, which of them are in the subset)."""
    boxes = [np.array(rows, float).reshape(-1, 4) for rows, _ in pictures]
    keep = [np.array(flags, bool) for _, flags in pictures]
    return WiderTruth([f"e/{i}" for i in range(len(pictures))], boxes, {"all": keep})


def ap(truth, found):
    return evaluate(truth, found)["all"].ap


def test_the_official_ground_truth_gives_the_official_figures(oracles):
    truth = wider_truth.read(oracles / "widerface")
    assert [truth.faces(subset) for subset in truth.subsets] == [7211, 13319, 31958]
    assert (len(truth.names), sum(map(len, truth.boxes))) == (3226, 39708)
    problems = Problems()
    found = wider_predictions.read(oracles / "widerface/predictions.zip", truth.names, problems)
    results = evaluate(truth, found)
    assert {name: result.ap for name, result in results.items()} == pytest.approx(OFFICIAL, abs=1e-10)
    assert problems == []


def test_a_folder_is_as_good_as_a_zip(oracles, tmp_path):
    with zipfile.ZipFile(oracles / "widerface/predictions.zip") as archive:
        names = [name for name in archive.namelist() if name.startswith("0--")]
        archive.extractall(tmp_path, names)
    truth = wider_truth.read(oracles / "widerface")
    problems = Problems()
    packed = wider_predictions.read(oracles / "widerface/predictions.zip", truth.names, problems)
    unpacked = wider_predictions.read(tmp_path, truth.names, problems)
    same = [i for i, name in enumerate(truth.names) if name.startswith("0--")]
    assert all(np.array_equal(packed[i], unpacked[i]) for i in same) and len(same) == len(names)
    assert "no file for 3111 of 3226 pictures" in problems[0].message


def test_worked_by_hand():
    truth = truth_of(([(0, 0, 9, 9), (20, 0, 9, 9), (40, 0, 9, 9)], [True, True, False]))
    found = [
        [(0, 0, 9, 9, 1.0), (40, 0, 9, 9, 0.9), (80, 0, 9, 9, 0.5), (20, 0, 9, 9, 0.25), (1, 0, 9, 9, 0.0)]
    ]
    result = evaluate(truth, found)["all"]
    # the second is outside the subset, the third a false alarm, the last finds the first face again
    assert (result.faces, result.recall[-1], result.precision[-1]) == (2, 1, 2 / 4)
    assert (result.recall[0], result.precision[0]) == (0.5, 1)
    assert result.ap == pytest.approx(0.5 * 1 + 0.5 * 2 / 3)
    assert [rule for rule in protocol({"all": result}) if "all 2" in rule]
    record = to_dict({"all": result})
    assert record["all"] == result.ap and len(record["wider_face"]["all"]["recall"]) == 1000


def test_a_box_counts_the_pixel_at_its_end():
    assert overlaps([(0, 0, 9, 9)], [(5, 0, 9, 9)])[0, 0] == pytest.approx(50 / 150)
    assert overlaps([(0, 0, 0, 0)], [(0, 0, 0, 0)])[0, 0] == 1
    assert ap(truth_of(([(0, 0, 9, 19)], [True])), [[(0, 0, 9, 9, 1.0)]]) == 1  # exactly .5 is enough


def test_a_detection_stands_for_the_face_it_overlaps_most_even_one_that_does_not_count():
    truth = truth_of(([(0, 0, 9, 9), (2, 0, 9, 9)], [True, False]))
    assert ap(truth, [[(2, 0, 9, 9, 1.0), (3, 0, 9, 9, 0.0)]]) == 0
    assert ap(truth, [[(0, 0, 9, 9, 1.0)]]) == 1


def test_a_picture_without_faces_counts_for_nothing_and_one_without_finds_is_missed():
    truth = truth_of(([(0, 0, 9, 9)], [True]), ([], []), ([(0, 0, 9, 9)], [True]))
    found = [[(0, 0, 9, 9, 0.5)], [(0, 0, 9, 9, 0.9)], []]
    assert ap(truth, found) == 0.5


def test_scores_of_any_range_and_equal_ones():
    truth = truth_of(([(0, 0, 9, 9), (20, 0, 9, 9)], [True, True]))
    rows = np.array([(0, 0, 9, 9, 3.0), (20, 0, 9, 9, -7.0), (60, 0, 9, 9, -2.0)])
    scaled = rows * [1, 1, 1, 1, 0.1] + [0, 0, 0, 0, 0.7]
    assert ap(truth, [rows]) == pytest.approx(ap(truth, [scaled])) == pytest.approx(0.5 + 0.5 * 2 / 3)
    rows[:, 4] = 5
    assert ap(truth, [rows]) == pytest.approx(2 / 3)


def test_nothing_found_and_nothing_to_find():
    assert ap(truth_of(([(0, 0, 9, 9)], [True])), [[]]) == 0
    result = evaluate(truth_of(([(0, 0, 9, 9)], [False])), [[(0, 0, 9, 9, 1.0)]])
    assert np.isnan(result["all"].ap) and to_dict(result)["all"] is None
    with pytest.raises(ValueError, match="zip"):
        evaluate(truth_of(([], [])), [])


boxes = st.tuples(st.integers(0, 20), st.integers(0, 20), st.integers(0, 12), st.integers(0, 12))
scores = st.integers(0, 40).map(lambda n: n / 40)
pictures = st.lists(
    st.tuples(
        st.lists(st.tuples(boxes, st.booleans()), max_size=4),
        st.lists(st.tuples(boxes, scores), max_size=6),
    ),
    max_size=4,
)


@given(pictures)
def test_as_the_same_written_the_slow_way(drawn):
    truth = truth_of(*(([box for box, _ in faces], [keep for _, keep in faces]) for faces, _ in drawn))
    found = [[(*box, score) for box, score in rows] for _, rows in drawn]
    if not truth.faces("all"):
        return
    assert ap(truth, found) == pytest.approx(_slow(truth, found), abs=1e-12)


@given(pictures, st.randoms(use_true_random=False))
def test_the_order_of_pictures_changes_nothing(drawn, random):
    def judged(pictures):
        truth = truth_of(*(([box for box, _ in faces], [keep for _, keep in faces]) for faces, _ in pictures))
        return ap(truth, [[(*box, score) for box, score in rows] for _, rows in pictures])

    first = judged(drawn)
    random.shuffle(drawn)
    assert judged(drawn) == pytest.approx(first, nan_ok=True)


def _slow(truth, found):
    """One picture, one detection, one threshold after the other."""
    every = [row[4] for rows in found for row in rows]
    low, high = (min(every), max(every)) if every else (0, 1)
    proposals, recalled = np.zeros(1000), np.zeros(1000)
    for faces, keep, rows in zip(truth.boxes, truth.subsets["all"], found, strict=True):
        if not len(faces):
            continue
        state: dict[int, int] = {}
        counted = hits = 0
        steps = []
        for row in sorted(rows, key=lambda row: -row[4]):
            score = (row[4] - low) / (high - low) if high > low else 1
            shared = [_shared(row, face) for face in faces]
            best = int(np.argmax(shared))
            if shared[best] >= 0.5 and not keep[best]:
                state[best] = -1
            else:
                counted += 1
                if shared[best] >= 0.5 and best not in state:
                    state[best] = 1
                    hits += 1
            steps.append((score, counted, hits))
        for t in range(1000):
            at = [step for step in steps if step[0] >= 1 - (t + 1) / 1000]
            if at:
                proposals[t] += at[-1][1]
                recalled[t] += at[-1][2]
    precision = np.array([r / p if p else 0 for r, p in zip(recalled, proposals, strict=True)])
    return average_precision(recalled / truth.faces("all"), precision)


def _shared(a, b):
    w = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0]) + 1
    h = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1]) + 1
    if w <= 0 or h <= 0:
        return 0
    return w * h / ((a[2] + 1) * (a[3] + 1) + (b[2] + 1) * (b[3] + 1) - w * h)


def test_area_under_a_curve_worked_by_hand():
    assert average_precision(np.array([0.2, 0.2, 0.6]), np.array([0.5, 0.9, 0.8])) == pytest.approx(
        0.2 * 0.9 + 0.4 * 0.8
    )
