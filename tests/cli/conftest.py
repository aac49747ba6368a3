"""What the tests of commands over pictures share."""

import json
from pathlib import Path

import pytest
from PIL import Image

from facewright.cli.main import run

QUICK = ["--no-latency", "--threads", "1"]
"""of compare, for tests"""


@pytest.fixture
def folder(tmp_path, paint, monkeypatch):
    """A working folder: a.png with one face, b.jpg with two, none.png without, and what is no picture."""
    monkeypatch.chdir(tmp_path)
    Image.fromarray(paint(100, 60, red=(20, 10, 50, 40))).save("a.png")
    two = paint(80, 80, red=(8, 8, 40, 40), green=(48, 48, 72, 72))
    Image.fromarray(two).save("b.jpg", quality=100, subsampling=0)
    Image.fromarray(paint(30, 20)).save("none.png")
    Path("notes.txt").write_text("not a picture")
    return tmp_path


@pytest.fixture
def detect(colour_model):
    return lambda *arguments: run(["detect", *map(str, arguments), "--model", str(colour_model)])


@pytest.fixture
def locate(colour_model):
    return lambda *arguments: run(["locate", *map(str, arguments), "--model", str(colour_model)])


def records(text):
    return [json.loads(line) for line in text.splitlines()]


def files(folder):
    return sorted(str(path.relative_to(folder)) for path in Path(folder).rglob("*") if path.is_file())


def figures(record, title):
    """Of one section of what compare writes as JSON, by their names."""
    (section,) = [one for one in record["figures"] if one["title"] == title]
    return {one["name"]: one for one in section["figures"]}
