import datetime
import os

import pytest

from facewright.apps.index.index import Index

pytest.importorskip("pyarrow", reason="needs the parquet extra")
from pyarrow import parquet

from facewright.apps.index.parquet import parquet_file


def test_a_row_a_picture_with_its_faces_inside(indexed, tmp_path):
    with parquet_file(tmp_path / "x.parquet", indexed.attributes()) as write:
        for found in indexed.find():
            write(found)
    none, one, two = parquet.read_table(tmp_path / "x.parquet").to_pylist()
    assert none["faces"] == [] and none["score"] is None and none["taken"] is None
    assert one["path"].endswith("photos/one.png") and (one["width"], one["height"]) == (100, 50)
    (face,) = one["faces"]
    assert face["box"] == [20, 10, 45, 30] and face["score"] == pytest.approx(0.9)
    assert face["number"] == 1 and len(face["landmarks"]) == 5 and 0 < face["Smiling"] < 1
    assert two["taken"] == datetime.datetime(2024, 5, 1, 12, 30, 10) and len(two["faces"]) == 2
    assert [file.name for file in tmp_path.glob("*.*") if file.is_file()] == ["x.parquet"]


def test_it_appears_whole_or_not_at_all(indexed, tmp_path):
    with pytest.raises(RuntimeError), parquet_file(tmp_path / "x.parquet", []) as write:
        write(next(indexed.find()))
        raise RuntimeError
    assert not list(tmp_path.glob("*parquet*")) and not list(tmp_path.glob(".*parquet*"))


def test_more_than_one_row_group_and_names_that_are_not_utf_8(photos, look, tmp_path, monkeypatch):
    from facewright.apps.index import parquet as module

    monkeypatch.setattr(module, "ROWS", 2)
    (photos / "one.png").rename(photos / os.fsdecode(b"\xe9.png"))
    index = Index(photos)
    index.update(look=look)
    with parquet_file(tmp_path / "x.parquet", index.attributes()) as write:
        for found in index.find():
            write(found)
    file = parquet.ParquetFile(tmp_path / "x.parquet")
    assert file.num_row_groups == 2
    assert sorted(os.path.basename(path) for path in file.read()["path"].to_pylist()) == [  # noqa: PTH119
        "\\udce9.png", "none.png", "two.jpg",
    ]  # fmt: skip
