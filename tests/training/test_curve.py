import csv

import pytest

from facewright.training.curve import CurveFile


def rows(path):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_a_row_is_there_as_soon_as_it_is_logged(tmp_path):
    path = tmp_path / "metrics.csv"
    curve = CurveFile(path, ["loss", "val/a,b"])
    assert rows(path) == []
    curve.log_metrics({"loss": 0.5, "epoch": 0}, step=2)
    curve.log_metrics({"val/a,b": 0.25, "epoch": 0}, step=2)
    assert rows(path) == [
        {"epoch": "0", "step": "2", "loss": "0.5", "val/a,b": ""},
        {"epoch": "0", "step": "2", "loss": "", "val/a,b": "0.25"},
    ]


def test_what_is_no_column_is_a_bug_and_not_lost(tmp_path):
    with pytest.raises(ValueError, match="other"):
        CurveFile(tmp_path / "metrics.csv", ["loss"]).log_metrics({"other": 1.0}, step=0)


def test_resuming_keeps_what_came_before_and_drops_what_will_come_again(tmp_path):
    path = tmp_path / "metrics.csv"
    path.write_text("epoch,loss,step,extra\n0,1.5,4,x\n1,1.25,9,\n2,1.0,14,\n2,0.9,1", encoding="utf-8")
    CurveFile(path, ["loss"], resumed_at=10)
    assert [(row["step"], row["loss"]) for row in rows(path)] == [("4", "1.5"), ("9", "1.25")]
    CurveFile(path, ["loss"], resumed_at=0)
    assert rows(path) == []


def test_resuming_without_a_file_begins_one(tmp_path):
    CurveFile(tmp_path / "metrics.csv", ["loss"], resumed_at=10)
    assert rows(tmp_path / "metrics.csv") == []
