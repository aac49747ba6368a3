import json

import numpy as np
import pytest
from PIL import Image

from facewright.cli.main import run

from .conftest import QUICK, figures


def test_face_or_not_on_the_same_windows(red_classifier, make_model, tmp_path):
    faces = np.zeros((6, 20, 20, 3), np.uint8)
    faces[:5, :, :, 0] = 250
    np.savez(tmp_path / "faces.npz", faces=faces)
    (tmp_path / "dark").mkdir()
    Image.fromarray(np.full((50, 70, 3), 20, np.uint8)).save(tmp_path / "dark" / "0.png")
    larger = make_model(
        graph="classification", task="classification", side=12, framing="squash", name="larger"
    )
    data = [f"npz:{tmp_path / 'faces.npz'}", f"folder:{tmp_path / 'dark'}"]
    file, page = tmp_path / "out.json", tmp_path / "out.html"
    words = [str(red_classifier), str(larger), "--data", *data, "--limit", "6", "--json", str(file)]
    assert run(["compare", *words, "--html", str(page), *QUICK]) == 0
    record = json.loads(file.read_text())
    found = figures(record, " ".join(data))
    assert found["accuracy"]["values"] == {"colours": pytest.approx((11 / 12 + 0.5) / 2)} | {
        "larger": found["accuracy"]["values"]["colours"]
    }
    assert found["AUC in colour"]["values"]["larger"] == pytest.approx(5 / 6)
    assert "<svg" in page.read_text(encoding="utf-8")
