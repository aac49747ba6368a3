from facewright.cli.main import run
from facewright.datasets.points import open_points


def test_the_table_holds_the_points_that_the_text_names(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert run(["data", "saddle", "points.csv", "--count", "300", "--seed", "7"]) == 0
    assert capsys.readouterr().out == "300 points: points.csv\n"
    written, drawn = open_points("csv:points.csv?part=test"), open_points("saddle:300?seed=7&part=test")
    assert (written.inputs == drawn.inputs).all() and (written.target == drawn.target).all()
    assert (written.input_names, written.target_name) == (("x", "y"), "z")


def test_a_place_that_cannot_be_written_is_wrong_usage(tmp_path, capsys):
    assert run(["data", "saddle", str(tmp_path / "none" / "points.csv")]) == 2
    assert "cannot be written" in capsys.readouterr().err
