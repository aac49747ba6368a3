"""What `facewright export --evaluate` writes into the cards of tasks that find no faces."""

import numpy as np
import pytest
from PIL import Image

from facewright.cli.measures import measures_of
from facewright.core.errors import FacewrightError
from facewright.inference.session import Session


def measured(model, *data):
    (measure,) = measures_of(Session(model).card, data)
    return measure(model)


def test_of_attributes_the_means_are_told(colour_attributes, tmp_path, capsys):
    (tmp_path / "pictures").mkdir()
    for name, colour in (("000001.jpg", (230, 20, 20)), ("000002.jpg", (20, 20, 230))):
        Image.new("RGB", (89, 109), colour).save(tmp_path / "pictures" / name)
    (tmp_path / "pictures" / "000003.jpg").write_bytes(b"no picture")
    table = ["3", "Smiling Bald", "000001.jpg 1 -1", "000002.jpg -1 1", "000003.jpg 1 1"]
    (tmp_path / "list_attr_celeba.txt").write_text("\n".join(table))
    found = measured(colour_attributes, f"celeba:{tmp_path}")
    assert found.name == f"celeba:{tmp_path}" and "000003.jpg" in capsys.readouterr().err
    assert found.figures["pictures"] == 2
    assert found.figures["accuracy"] == found.figures["ap"] == 1
    assert found.line == f"accuracy 1.000, AP 1.000 on {found.name} (2 pictures)"


def test_a_classifier_is_measured_on_faces_and_others_together(red_classifier, tmp_path):
    faces = np.zeros((4, 20, 20, 3), np.uint8)
    faces[:3, :, :, 0] = 250
    np.savez(tmp_path / "faces.npz", faces=faces)
    (tmp_path / "dark").mkdir()
    Image.new("RGB", (70, 50)).save(tmp_path / "dark" / "0.png")
    data = [f"npz:{tmp_path / 'faces.npz'}", f"folder:{tmp_path / 'dark'}"]
    found = measured(red_classifier, *data)
    assert found.name == " ".join(data) and found.figures["windows"] > 4
    assert found.figures["colour"] == 0.875  # one face of four is told wrongly, and no other window
    assert "AUC" in found.line


def test_what_cannot_be_opened_is_known_before_anything_is_measured(colour_attributes, saddle):
    for model, data, sentence in (
        (colour_attributes, "celeba:nowhere", "nowhere"),
        (saddle, "toy:5", "is no points"),
    ):
        with pytest.raises(FacewrightError, match=sentence):
            measures_of(Session(model).card, [data])
