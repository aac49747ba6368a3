import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facewright.tasks.detection.anchor_sizes import cluster, elbow

CENTRES = np.array([[10.0, 12], [40, 48], [150, 160]])


def around(centres, count=60, seed=0):
    rng = np.random.default_rng(seed)
    return np.concatenate([centre * np.exp(rng.normal(0, 0.05, (count, 2))) for centre in centres])


def test_finds_the_sizes_there_are():
    found = cluster(around(CENTRES), 3)
    np.testing.assert_allclose(found.sizes, CENTRES, rtol=0.04)
    assert found.mean_iou > 0.88


def test_the_curve_bends_where_the_sizes_are_matched():
    steps = np.diff([clusters.mean_iou for clusters in elbow(around(CENTRES), range(1, 6))])
    assert (steps >= 0).all()
    assert steps[:2].min() > 5 * steps[2:].max()


@settings(max_examples=20)
@given(st.floats(0.1, 10), st.integers(1, 5))
def test_what_grows_moves_its_anchors_and_nothing_else(factor, count):
    sizes = around(CENTRES, 20)
    one, other = cluster(sizes, count), cluster(sizes * factor, count)
    np.testing.assert_allclose(other.sizes, one.sizes * factor, rtol=1e-4)
    assert other.mean_iou == pytest.approx(one.mean_iou)


def test_as_many_anchors_as_sizes_fit_exactly():
    found = cluster(np.repeat(CENTRES, 5, axis=0), 3)
    assert found.mean_iou == 1
    with pytest.raises(ValueError, match="3 different sizes are too few for 4 anchors"):
        cluster(np.repeat(CENTRES, 5, axis=0), 4)
