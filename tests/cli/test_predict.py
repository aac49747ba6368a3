import csv
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facewright.cli.main import run


@pytest.fixture
def predict(saddle, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def call(text, *arguments):
        Path("points.csv").write_text(text, encoding="utf-8")
        return run(["predict", str(saddle), "points.csv", *arguments])

    return call


def test_columns_are_found_by_name_whatever_stands_between_them(predict, capsys):
    assert predict('y,name,x\n2,a,1\n4,"b, c",3\n') == 0
    assert capsys.readouterr().out == 'y,name,x,prediction\n2,a,1,-11.0\n4,"b, c",3,-117.0\n'


def test_without_names_the_first_columns_are_taken(predict, capsys):
    assert predict("1;2;9\r\n\r\n3;4;9\r\n") == 0
    assert capsys.readouterr().out == "1;2;9;-11.0\n3;4;9;-117.0\n"


def test_a_table_of_names_alone_stays_one(predict, capsys):
    assert predict("\ufeffx,y\n") == 0
    assert capsys.readouterr().out == "x,y,prediction\n"


def test_from_standard_input_to_a_file(saddle, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"x,y\n1,2\n")))
    assert run(["predict", str(saddle), "-", "--output", "out.csv"]) == 0
    assert Path("out.csv").read_text() == "x,y,prediction\n1,2,-11.0\n"
    assert capsys.readouterr() == ("", "") and len(list(tmp_path.iterdir())) == 1


@given(st.lists(st.tuples(st.floats(-100, 100, width=32), st.floats(-100, 100, width=32)), min_size=1))
@settings(max_examples=20)
def test_every_row_gets_its_own_value(saddle, tmp_path_factory, points):
    folder = tmp_path_factory.mktemp("points")
    with (folder / "in.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("x", "y"), *points])
    assert run(["predict", str(saddle), str(folder / "in.csv"), "--output", str(folder / "out.csv")]) == 0
    with (folder / "out.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(points)
    for row, (x, y) in zip(rows, points, strict=True):
        assert float(row["prediction"]) == pytest.approx(x**3 - 3 * x * y**2, rel=1e-3, abs=1)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "points.csv: holds no row"),
        ("x,z\n1,2\n", "points.csv: has no column 'y', which the model needs"),
        ("x,y\n1,2\n\n1,two\n", "points.csv: line 4: y is 'two', not a finite number"),
        ("x,y\n1,nan\n", "points.csv: line 2: y is 'nan'"),
        (
            "x,y\n1,2\n1,1e99\n",
            "points.csv: points must be finite numbers that float32 can hold; correct point 2",
        ),
        ("x,y\n1,2\n1e30,2\n", "points.csv: the model has no finite value for point 2"),
        ("1,2\n3\n", "points.csv: line 2: has no y in column 2"),
        ("x,y,prediction\n1,2,3\n", "already has a column 'prediction'"),
    ],
)
def test_what_is_no_table_of_points_is_one_sentence(predict, capsys, text, sentence):
    assert predict(text, "--output", "out.csv") in (1, 2)
    out, err = capsys.readouterr()
    assert out == "" and sentence in err and err.startswith("facewright: ") and err.count("\n") == 1
    assert not Path("out.csv").exists()


@pytest.mark.parametrize(
    ("arguments", "status", "sentence"),
    [
        (["gone.csv"], 1, "gone.csv: cannot be read"),
        (["points.csv", "--output", "points.csv"], 2, "--output points.csv: is one of the inputs"),
        (["points.csv", "--output", "gone/out.csv"], 2, "--output gone/out.csv: cannot be written"),
        (["--outputs"], 2, "there is no option --outputs; did you mean '--output'?"),
        ([], 2, "POINTS"),
    ],
)
def test_wrong_usage_is_one_sentence(saddle, predict, capsys, arguments, status, sentence):
    predict("1,2\n")
    capsys.readouterr()
    assert run(["predict", str(saddle), *arguments]) == status
    out, err = capsys.readouterr()
    assert out == "" and sentence in err and err.count("\n") == 1
    assert Path("points.csv").read_text() == "1,2\n"


def test_a_model_of_another_task_is_one_sentence(predict, colour_model, capsys):
    predict("1,2\n")
    capsys.readouterr()
    assert run(["predict", str(colour_model), "points.csv"]) == 2
    assert "a model for detection, not for regression" in capsys.readouterr().err
