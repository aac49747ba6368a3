import json

import numpy as np
import pytest
from PIL import Image

from facewright.cli.main import run


@pytest.fixture
def sets(tmp_path):
    """Crops of red faces (one of them not red enough), and a folder of dark pictures without any."""
    faces = np.zeros((5, 20, 20, 3), np.uint8)
    faces[:4, :, :, 0] = 250
    faces[4, :, :, 0] = 60
    np.savez(tmp_path / "faces.npz", faces=faces)
    folder = tmp_path / "dark"
    folder.mkdir()
    for i in range(2):
        Image.fromarray(np.full((50, 70, 3), 20 * i, np.uint8)).save(folder / f"{i}.png")
    return [f"npz:{tmp_path / 'faces.npz'}", f"folder:{folder}"]


def test_accuracy_and_roc_in_colour_and_in_grey(red_classifier, sets, tmp_path, capsys):
    page, figures = tmp_path / "page.html", tmp_path / "figures.json"
    words = [
        "evaluate",
        str(red_classifier),
        *sets,
        "--limit",
        "8",
        "--html",
        str(page),
        "--json",
        str(figures),
    ]
    assert run(words) == 0
    out = capsys.readouterr().out
    assert "5 faces, 8 windows without one" in out
    found = json.loads(figures.read_text(encoding="utf-8"))
    assert found["colour"]["accuracy"] == pytest.approx((4 / 5 + 1) / 2)
    assert found["colour"]["auc"] == 1  # the fifth is redder than the dark ones
    assert found["grey"]["accuracy"] == 0.5  # without colour no crop of these is red enough
    assert found["accuracy"] == pytest.approx((0.9 + 0.5) / 2)
    assert found["colour"]["at_fpr"]["0.01"]["tpr"] == 1
    assert [(s["face"], s["windows"], s["colour"]) for s in found["sets"]] == [(True, 5, 0.8), (False, 8, 1)]
    text = page.read_text(encoding="utf-8")
    assert text.count("<img") == 1  # the one mistake in colour
    assert "<svg" in text


def test_a_picture_that_cannot_be_read_is_told_and_the_others_judged(red_classifier, sets, tmp_path, capsys):
    (tmp_path / "dark" / "broken.png").write_bytes(b"no picture")
    assert run(["evaluate", str(red_classifier), *sets, "--limit", "9"]) == 1
    shown = capsys.readouterr()
    assert "5 faces, 6 windows without one" in shown.out
    assert "1 problem" in shown.err
    assert "broken.png: not a picture" in shown.err


@pytest.mark.parametrize(("kept", "missing"), [(0, "windows without a face"), (1, "faces")])
def test_one_kind_alone_is_no_test(kept, missing, red_classifier, sets, capsys):
    assert run(["evaluate", str(red_classifier), sets[kept]]) == 1
    assert f"holds no {missing}; name several sets" in capsys.readouterr().err
