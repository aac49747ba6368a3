import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facewright.core.errors import DataError, UsageError
from facewright.datasets.negatives import TOUCH, Named, annotated, free_window, read_list, write_list
from facewright.datasets.sample import Sample, no_landmarks


def sample(name="a", boxes=(), ignore=(), size=(120, 160)):
    boxes, ignore = (np.array(part, np.float32).reshape(-1, 4) for part in (boxes, ignore))
    return Sample(name, np.zeros((*size, 3), np.uint8), boxes, no_landmarks(len(boxes)), ignore=ignore)


box = st.tuples(st.floats(0, 140), st.floats(0, 100), st.floats(2, 60), st.floats(2, 60)).map(
    lambda b: [b[0], b[1], b[0] + b[2], b[1] + b[3]]
)


@settings(max_examples=60)
@given(st.lists(box, max_size=4), st.lists(box, max_size=2), st.integers(0, 2**32))
def test_a_window_is_square_lies_inside_and_touches_nothing(boxes, ignore, seed):
    window = free_window(sample("a", boxes, ignore), 160, 120, np.random.default_rng(seed))
    if window is None:
        assert boxes or ignore
        return
    x0, y0, x1, y1 = window.tolist()
    assert x1 - x0 == pytest.approx(y1 - y0, abs=1e-3)
    assert 31.9 <= x1 - x0 <= 120.1
    assert min(x0, y0) >= 0
    assert x1 <= 160.01
    assert y1 <= 120.01
    for u0, v0, u1, v1 in boxes + ignore:
        shared = max(0, min(x1, u1) - max(x0, u0)) * max(0, min(y1, v1) - max(y0, v0))
        assert shared <= (TOUCH + 1e-4) * min((x1 - x0) ** 2, (u1 - u0) * (v1 - v0)) + 1e-3


def test_all_scales_and_places_are_seen():
    windows = np.array([free_window(sample(), 160, 120, np.random.default_rng(i)) for i in range(300)])
    sides = windows[:, 2] - windows[:, 0]
    middle = np.exp((np.log(32) + np.log(120)) / 2)
    assert 0.4 < (sides < middle).mean() < 0.6
    assert windows[:, 0].min() < 5
    assert windows[:, 2].max() > 155


def test_a_small_picture_is_taken_whole():
    assert free_window(sample(size=(20, 20)), 20, 20, np.random.default_rng(0)).tolist() == pytest.approx(
        [0, 0, 20, 20]
    )


@pytest.mark.parametrize(
    "unknown", [sample("u", [[np.nan] * 4]), sample("u", [[5, 5, 9, 9]], [[0, 0, 160, 120]])]
)
def test_pictures_in_which_faces_may_be_are_known(unknown):
    assert annotated(sample(), 160, 120) and not annotated(unknown, 160, 120)


def test_a_list_is_read_back(tmp_path):
    named = [
        Named(data, picture, tuple(free_window(sample(), 160, 120, np.random.default_rng(i)).tolist()))
        for i, (data, picture) in enumerate([("one", "a, b\r.jpg"), ("two/ü", "a"), ("two/ü", "a")])
    ]
    assert read_list(write_list(named, tmp_path / "list.csv")) == named


def test_what_is_no_list_is_told(tmp_path):
    with pytest.raises(DataError, match="no list of windows"):
        read_list(tmp_path / "none.csv")
    for text in ("data,picture,x0\nset,a,three\n", "x" * 200_000):
        (tmp_path / "other.csv").write_text(text, encoding="utf-8")
        with pytest.raises(DataError, match="not a list of windows"):
            read_list(tmp_path / "other.csv")
    with pytest.raises(UsageError, match="cannot be written"):
        write_list([], tmp_path / "nowhere" / "list.csv")
