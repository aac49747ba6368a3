"""Points by one line of text, and their parts."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facewright.core.errors import DataError, UsageError
from facewright.datasets.points import open_points, saddle


def rows(points):
    return {tuple(row) for row in np.column_stack([points.inputs, points.target]).tolist()}


def test_the_saddle_by_hand_and_its_range():
    points = saddle(5000, seed=3)
    x, y = points.inputs.T.astype(float)
    np.testing.assert_allclose(points.target, x**3 - 3 * x * y**2, rtol=1e-6, atol=1e-3)
    assert np.abs(x).max() <= 10 and 49 < np.abs(y).max() <= 50 and 60_000 < points.target.max() < 75_000
    assert (points.inputs == saddle(5000, 3).inputs).all() and not (
        points.inputs == saddle(5000, 4).inputs
    ).all()


@settings(max_examples=20)
@given(st.integers(30, 300), st.integers(0, 9), st.sampled_from([0.1, 0.25]))
def test_the_parts_divide_all_points(count, seed, share):
    whole = open_points(f"saddle:{count}?seed={seed}")
    parts = []
    for part in ("train", "val", "test"):
        text = f"saddle:{count}?seed={seed}&part={part}&val_share={share}&test_share={share}"
        try:
            parts.append(rows(open_points(text)))
        except DataError:  # of so few points none need be in a part
            parts.append(set())
    assert set.union(*parts) == rows(whole) and sum(map(len, parts)) == len(whole) == count


def test_a_table_and_the_points_it_was_written_from_have_the_same_parts(write):
    drawn = open_points("saddle:500?part=val")
    whole = open_points("saddle:500")
    table = np.column_stack([whole.target, whole.inputs]).tolist()[::-1]
    path = write("a.csv", "z,x,y\n" + "\n".join(f"{z:.9g},{x:.9g},{y:.9g}" for z, x, y in table))
    assert rows(open_points(f"csv:{path}?inputs=x,y&target=z&part=val")) == rows(drawn)


def test_columns_by_name_in_the_order_given(write):
    path = write("a.csv", "place,b,a,w\nhere,1,2,3\nthere,4,5,6\n")
    points = open_points(f"csv:{path}?inputs=a,b&target=w")
    assert points.inputs.tolist() == [[2, 1], [5, 4]] and points.target.tolist() == [3, 6]
    assert points.input_names == ("a", "b") and points.counts() == {"points": 2}
    assert points.name == f"csv:{path}?inputs=a,b&target=w"


@pytest.mark.parametrize(
    ("text", "error", "why"),
    [
        ("toy:5", UsageError, "csv:FILE or saddle:COUNT"),
        ("saddle:", UsageError, "csv:FILE or saddle:COUNT"),
        ("sadle:5", UsageError, "did you mean 'saddle'"),
        ("saddle:many", UsageError, "no number of points"),
        ("saddle:5?seed=-1", UsageError, "negative"),
        ("saddle:5?sead=1", UsageError, "did you mean 'seed'"),
        ("saddle:5?part=vall", UsageError, "did you mean 'val'"),
        ("saddle:5?part=val&val_share=.9&test_share=.2", UsageError, "fit into one"),
        ("saddle:5?part=val&val_share=0", DataError, "larger share"),
        ("csv:nowhere.csv", DataError, "no such file"),
    ],
)
def test_what_is_wrong_is_said(text, error, why):
    with pytest.raises(error, match=why):
        open_points(text)


def test_an_input_that_is_missing_or_is_the_target(write):
    path = write("a.csv", "x,y,z\n1,2,3\n")
    with pytest.raises(DataError, match="no column 'w'"):
        open_points(f"csv:{path}?inputs=x,w")
    with pytest.raises(DataError, match="leave it out of the inputs"):
        open_points(f"csv:{path}?inputs=x,z")


def test_spread_takes_from_everywhere():
    points = open_points("saddle:10").spread(3)
    assert points.inputs.tolist() == saddle(10).inputs[[0, 4, 9]].tolist()
