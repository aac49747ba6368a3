import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facewright.metrics.roc import roc, tpr_interval

# By hand: faces score .9 .8 .5 .4, others .8 .3 .2 .1, .0
LABELS = [1, 1, 0, 1, 1, 0, 0, 0, 0]
SCORES = [0.9, 0.8, 0.8, 0.5, 0.4, 0.3, 0.2, 0.1, 0.0]


def test_the_points_by_hand_no_threshold_divides_equal_scores():
    curve = roc(LABELS, SCORES)
    assert curve.thresholds.tolist() == [np.inf, 0.9, 0.8, 0.5, 0.4, 0.3, 0.2, 0.1, 0.0]
    assert curve.tpr.tolist() == [0, 0.25, 0.5, 0.75, 1, 1, 1, 1, 1]
    np.testing.assert_allclose(curve.fpr, [0, 0, 0.2, 0.2, 0.2, 0.4, 0.6, 0.8, 1])
    assert (curve.faces, curve.others) == (4, 5)


def test_the_area_by_hand():
    # of 20 pairs .9 wins 5, .8 wins 4 and ties 1, .5 and .4 win 4 each
    assert roc(LABELS, SCORES).auc == pytest.approx((5 + 4.5 + 4 + 4) / 20)


def test_tpr_at_a_false_positive_rate_is_what_some_threshold_gives():
    curve = roc(LABELS, SCORES)
    assert curve.at_fpr(0.1) == (0.9, 0.25, 0)
    assert curve.at_fpr(0.2) == pytest.approx((0.4, 1, 0.2))
    assert roc([0, 1], [0.9, 0.2]).at_fpr(0.5) == (np.inf, 0, 0)


def test_at_a_threshold_scores_equal_to_it_count():
    curve = roc(LABELS, SCORES)
    assert curve.at_threshold(0.5) == pytest.approx((0.5, 0.75, 0.2))
    assert curve.at_threshold(0.51) == pytest.approx((0.51, 0.5, 0.2))
    assert curve.at_threshold(2) == (2, 0, 0)


def test_the_best_threshold_is_the_highest_of_the_best():
    assert roc(LABELS, SCORES).best() == pytest.approx((0.4, 1, 0.2))
    assert roc([1, 0, 1, 0], [4, 3, 2, 1]).best().threshold == 4


def test_all_scores_equal_say_nothing():
    assert roc([1, 0, 1], [0.5] * 3).auc == 0.5


def test_figures_as_plain_numbers():
    figures = roc([0, 1], [0.9, 0.2]).to_dict()
    assert figures["at_fpr"]["0.001"] == {"threshold": None, "tpr": 0, "fpr": 0}
    assert figures["auc"] == 0 and figures["at_half"]["fpr"] == 1


CASES = st.lists(st.tuples(st.booleans(), st.integers(0, 8)), min_size=2, max_size=40).filter(
    lambda case: len({face for face, _ in case}) == 2
)


@settings(max_examples=60)
@given(CASES)
def test_the_area_is_the_share_of_pairs_in_order(case):
    faces = np.array([score for face, score in case if face])
    others = np.array([score for face, score in case if not face])
    pairs = np.sign(faces[:, None] - others[None, :]) / 2 + 0.5
    assert roc(*zip(*case, strict=True)).auc == pytest.approx(pairs.mean())


@settings(max_examples=60)
@given(CASES, st.sampled_from([0.0, 0.1, 0.25, 0.5, 1.0]))
def test_no_threshold_finds_more_at_the_same_rate(case, rate):
    labels, scores = map(np.asarray, zip(*case, strict=True))
    best = max(
        (scores[labels] >= t).mean()
        for t in [*np.unique(scores), 99]
        if (scores[~labels] >= t).mean() <= rate
    )
    assert roc(labels, scores).at_fpr(rate).tpr == pytest.approx(best)


def test_the_interval_holds_the_figure_and_narrows_with_more_data():
    rng = np.random.default_rng(0)

    def made(count):
        labels = np.arange(count) % 2
        return labels, rng.normal(labels * 2.0, 1)

    few, many = made(200), made(4000)
    widths = []
    for labels, scores in (few, many):
        low, high = tpr_interval(labels, scores, 0.05, repeats=200)
        assert low <= roc(labels, scores).at_fpr(0.05).tpr <= high
        widths.append(high - low)
    assert widths[1] < widths[0] / 2
    assert tpr_interval(*few, 0.05, repeats=50) == tpr_interval(*few, 0.05, repeats=50)


def test_a_perfect_score_has_an_interval_of_nothing_and_rate_1_finds_all():
    assert tpr_interval([0, 1, 0, 1], [0.1, 0.9, 0.2, 0.8], 0.001, repeats=20) == (1, 1)
    assert tpr_interval([0, 1, 0, 1], [0.9, 0.1, 0.8, 0.2], 1.0, repeats=20) == (1, 1)


@pytest.mark.parametrize(
    ("labels", "scores", "why"),
    [
        ([1, 1], [0.1, 0.2], "both"),
        ([1, 0], [0.1], "alike"),
        ([1, 0], [0.1, np.nan], "not a number"),
    ],
)
def test_what_makes_no_curve_is_refused(labels, scores, why):
    with pytest.raises(ValueError, match=why):
        roc(labels, scores)
