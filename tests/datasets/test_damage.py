"""Damaged files never end in anything but a Problem or a FacewrightError: bytes changed, cut off, made up."""

import importlib
import json
import warnings

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from facewright.core.errors import FacewrightError

PEOPLE = "a.png 7\n"
TEXTS = {
    "voc": ("a.xml", "<annotation><size><width>100</width><height>80</height></size><object><name>f</name>"
            "<bndbox><xmin>1</xmin><ymin>2</ymin><xmax>30</xmax><ymax>40</ymax></bndbox></object></annotation>"),
    "yolo": ("a.txt", "0 .5 .5 .2 .5\n"),
    "pts": ("a.pts", "version: 1\nn_points: 5\n{\n40 30\n60 30\n50 42\n42 50\n58 50\n}\n"),
    "mtfl": ("landmarks.txt", "a.png 40 60 50 42 58 30 30 42 50 50\n"),
    "coco": ("a.json", json.dumps({"images": [{"id": 1, "file_name": "a.png"}], "categories": [],
             "annotations": [{"id": 5, "image_id": 1, "category_id": 7, "bbox": [1, 2, 30, 40]}]})),
    "wider": ("wider_face_val_bbx_gt.txt", "a.png\n1\n1 2 30 40 0 0 0 0 0 0\n"),
    "fddb": ("FDDB-fold-01-ellipseList.txt", "a\n1\n30 20 1.5 50 40  1\n"),
    "celeba": ("identity_CelebA.txt", PEOPLE),
}  # fmt: skip


@pytest.mark.parametrize("kind", TEXTS)
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damage_is_said_in_one_sentence(tmp_path, draw, kind, data):
    name, text = TEXTS[kind]
    whole = text.encode()
    place = data.draw(st.integers(0, len(whole) - 1))
    junk = data.draw(
        st.one_of(st.binary(max_size=4), st.sampled_from([b"nan", b"inf", b"-", b"1e999", b"null", b"[]"]))
    )
    end = data.draw(st.sampled_from([place, place + 1, place + 4, len(whole)]))
    if not (tmp_path / "images/a.png").exists():
        for folder in ("", "images/"):
            draw(f"{folder}a.png")
            draw(f"{folder}a.jpg" if kind == "fddb" else f"{folder}a.png")
    (tmp_path / name).write_bytes(whole[:place] + junk + whole[end:])
    read = importlib.import_module(f"facewright.datasets.{kind}").read
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            dataset = read(tmp_path)
        except FacewrightError as error:
            assert "\n" not in str(error)
            return
    for sample in dataset:
        if kind != "celeba":
            assert np.isfinite(sample.boxes).all() and (sample.boxes[:, 2:] > sample.boxes[:, :2]).all()
