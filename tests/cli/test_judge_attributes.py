"""`facewright evaluate` of an attribute model, from a run to the figures."""

import json

import numpy as np
import pytest
from PIL import Image

from facewright.cli.judge_attributes import judge
from facewright.core.errors import DataError

NAMES = ("Smiling", "Bald", "Black_Hair", "Brown_Hair", "Male")
"""of the model made by hand; its first answer grows with red"""


@pytest.fixture
def celeba(tmp_path):
    """Six pictures in CelebA's layout; red ones are Smiling, one cannot be read, Male is not labelled."""
    (tmp_path / "pictures").mkdir()
    rows = []
    for i in range(6):
        name, red = f"{i:06d}.jpg", i % 2
        colour = (230, 20, 20) if red else (20, 20, 230)
        Image.new("RGB", (89, 109), colour).save(tmp_path / "pictures" / name)
        rows.append(f"{name} {1 if red else -1} -1 1 -1")
    (tmp_path / "pictures" / "000005.jpg").write_bytes(b"no picture")
    (tmp_path / "list_attr_celeba.txt").write_text("\n".join(["6", " ".join(NAMES[:4]), *rows]))
    return f"celeba:{tmp_path}"


def test_figures_page_and_status(celeba, colour_attributes, tmp_path, capsys):
    record, page = tmp_path / "out.json", tmp_path / "out.html"
    assert judge(str(colour_attributes), celeba, json=str(record), html=page) == 1
    shown = capsys.readouterr()
    assert "Smiling" in shown.out and "000005.jpg" in shown.err
    found = json.loads(record.read_text())
    assert found["pictures"] == 5 and found["attributes"]["Smiling"]["positives"] == 2
    assert found["attributes"]["Smiling"]["ap"] == 1.0
    assert found["attributes"]["Male"]["pictures"] == 0 and found["attributes"]["Male"]["f1"] is None
    assert np.isfinite(found["mean"]["accuracy"]) and "<svg" in page.read_text()


def test_json_to_standard_output_and_a_limit(celeba, colour_attributes, capsys):
    assert judge(str(colour_attributes), celeba, json="-", limit=2) == 1
    shown = capsys.readouterr()
    record = json.loads(shown.out)
    assert record["pictures"] == 1 and "spread evenly" in record["protocol"][0] and "Smiling" in shown.err


def test_data_without_the_models_attributes_is_refused(colour_attributes, tmp_path):
    (tmp_path / "pictures").mkdir()
    Image.new("RGB", (20, 20)).save(tmp_path / "pictures" / "000001.jpg")
    (tmp_path / "identity_CelebA.txt").write_text("000001.jpg 3")
    with pytest.raises(DataError, match="says nothing of the model's attributes"):
        judge(str(colour_attributes), f"celeba:{tmp_path}")
