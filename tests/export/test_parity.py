from functools import partial

import numpy as np
import onnx
import pytest
import torch
from onnx import helper

from facewright.core.errors import ModelError
from facewright.core.faces import Faces
from facewright.export.onnx_file import export_model
from facewright.export.parity import PIXELS, SCORE, check_faces, differences, trial_pictures


def test_a_file_of_the_network_agrees_and_says_how_well(system, network, exported):
    parity = check_faces(partial(system.find, network), exported)
    assert parity.inputs == len(trial_pictures()) and parity.compared > 1000
    assert parity.apart < PIXELS / 10 and parity.score < SCORE / 10
    assert "pixels (allowed 0.1)" in str(parity)


def test_the_smallest_change_of_a_weight_that_matters_is_seen(system, exported, copy_of):
    other = copy_of()
    other.heads[2][-1].bias.data[0] += 0.01  # scores of large faces
    with pytest.raises(ModelError, match="differs from PyTorch"):
        check_faces(partial(system.find, other), exported)


def test_differences_are_to_the_nearest_face_in_whatever_order():
    boxes = np.array([[0, 0, 10, 10], [20, 20, 40, 40]], np.float32)
    marks = np.zeros((2, 5, 2), np.float32)
    a, b = Faces(boxes, [0.9, 0.9], marks), Faces(boxes[::-1] + 0.5, [0.9, 0.8], marks)
    pixels, scores = differences(a, b)
    assert pixels.tolist() == pytest.approx([0.5, 0.5]) and scores.tolist() == pytest.approx([0.1, 0])
    assert [part.shape for part in differences(Faces.empty(), Faces.empty())] == [(0,), (0,)]


@pytest.mark.parametrize("spread", [1e-5, 0.0])
def test_scores_within_rounding_of_one_another_are_no_difference(spread, system, card, copy_of, tmp_path):
    flat = copy_of()
    for head in flat.heads:
        torch.nn.init.normal_(head[-1].weight, std=spread)
    export_model(system, flat, card, tmp_path / "flat.onnx")


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("NonMaxSuppression", lambda node: node.input.__setitem__(3, "half")),
        ("NonMaxSuppression", lambda node: node.input.__delitem__(3)),
        ("GreaterOrEqual", lambda node: node.input.__setitem__(1, "half")),
        ("TopK", lambda node: node.attribute.append(helper.make_attribute("largest", 0))),
    ],
)
def test_a_file_that_chooses_otherwise_is_seen(kind, change, system, network, exported, tmp_path):
    model = onnx.load(exported)
    change(next(node for node in model.graph.node if node.op_type == kind))
    path = tmp_path / "changed.onnx"
    onnx.save(model, path)
    with pytest.raises(ModelError, match=r"does not choose .* \(toy scene 0\)|where PyTorch finds"):
        check_faces(partial(system.find, network), path)
