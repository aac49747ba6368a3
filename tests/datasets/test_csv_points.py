"""Tables of points."""

import pytest

from facewright.core.errors import DataError
from facewright.datasets.csv_points import read_points


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_names_or_none_and_the_target_chosen(write, delimiter):
    rows = f"1{delimiter}2{delimiter}3\n4{delimiter}5{delimiter}6\n"
    plain = read_points(write("a.csv", rows))
    assert plain.inputs.tolist() == [[1, 2], [4, 5]] and plain.target.tolist() == [3, 6]
    assert plain.input_names == ("x0", "x1") and plain.target_name == "y"
    named = read_points(write("a.csv", f"age{delimiter} size{delimiter}w\n{rows}"), target="size")
    assert named.target.tolist() == [2, 5] and named.input_names == ("age", "w")


def test_bad_rows_are_left_out_and_numbered(write):
    points = read_points(write("a.csv", "x,y\n1,2\n1\na,b\n1,nan\n\n3,4\n"))
    assert points.inputs.tolist() == [[1], [3]]
    assert [p.message.split(":")[0] for p in points.problems] == ["line 3", "line 4", "line 5"]


def test_what_is_no_table_is_refused(tmp_path, write):
    for path, why in [
        (tmp_path / "none.csv", "no such file"),
        (tmp_path, "a folder"),
        (write("a.csv", ""), "no table"),
        (write("b.csv", "x,y\n"), "no row"),
        (write("c.csv", "x\n1\n"), "two columns"),
    ]:
        with pytest.raises(DataError, match=why):
            read_points(path)
    twice = write("twice.csv", "x,x,y,z\n1,2,3,4\n")
    with pytest.raises(DataError, match="several columns are called 'x'"):
        read_points(twice)
    assert read_points(twice, inputs=["y"]).inputs.tolist() == [[3]]
    with pytest.raises(DataError, match="did you mean 'size'"):
        read_points(write("d.csv", "size,y\n1,2\n"), target="sise")
