import re

import pytest

from facewright.cli.main import run

RECIPE = """
name = "tiny"
task = "grid-detection"
network = {name = "yolo2", anchors = [[10, 10]]}
[data]
train = {"toy:6?seed=0&size=128" = 1}
validation = ["toy:3?seed=1&size=128"]
[[stages]]
rounds = 1
canvas = 96
mosaic = 0
"""


@pytest.fixture
def recipe(tmp_path):
    path = tmp_path / "tiny.toml"
    path.write_text(RECIPE, encoding="utf-8")
    return path


def test_prints_anchors_for_the_recipe_and_draws_the_elbow(recipe, tmp_path, capsys):
    plot = tmp_path / "elbow.png"
    words = ["anchors", str(recipe), "--count", "3", "--canvases", "12", "--plot", str(plot)]
    assert run([*words, "--cache", str(tmp_path)]) == 0
    out = capsys.readouterr().out
    overlaps = [float(value) for value in re.findall(r"^ +\d+ (0\.\d+|1\.000)$", out, re.MULTILINE)]
    assert len(overlaps) >= 3
    assert overlaps == sorted(overlaps)
    assert re.search(r"^anchors = \[(\[\d+\.\d, \d+\.\d\](, )?){3}\]$", out, re.MULTILINE)
    assert plot.read_bytes().startswith(b"\x89PNG")


def test_what_cannot_be_is_told(recipe, tmp_path, capsys):
    assert run(["anchors", str(recipe), "--count", "30", "--canvases", "2", "--cache", str(tmp_path)]) == 2
    assert "too few for 30 anchors" in capsys.readouterr().err
    assert run(["anchors", "quickstart"]) == 2
    assert "anchors are for grid-detection" in capsys.readouterr().err
