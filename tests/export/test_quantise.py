from dataclasses import replace

import numpy as np
import onnx
import pytest
import torch

from facewright.core.errors import DataError, ModelError
from facewright.datasets.toy import ToySamples
from facewright.export.onnx_file import update_card
from facewright.export.quantise import quantise
from facewright.inference.detections import run_detection
from facewright.inference.session import Session, find_model
from facewright.training.weights import read_weights


@pytest.fixture(scope="module")
def int8(exported, tmp_path_factory):
    path = tmp_path_factory.mktemp("int8") / "int8.onnx"
    quantise(Session(exported), path, ToySamples(4, size=160))
    return path


def test_the_network_is_int8_and_neither_its_last_layers_nor_the_decoding_are(int8, network):
    model = onnx.load(int8)
    layers = sum(isinstance(module, torch.nn.Conv2d) for module in network.modules())
    kinds = [node.op_type for node in model.graph.node]
    assert kinds.count("DequantizeLinear") > layers and "BatchNormalization" not in kinds
    arrays = {i.name: i.data_type for i in model.graph.initializer}
    kernels = [node.input[1] for node in model.graph.node if node.op_type == "Conv"]
    made_by = {node.output[0]: node.input[0] for node in model.graph.node}
    floats = [name for name in kernels if name in arrays]
    assert sorted(floats) == [f"heads.{i}.1.weight" for i in range(len(network.heads))]
    rest = {arrays[made_by[name]] for name in kernels if name not in floats}
    assert len(kernels) == layers and rest == {onnx.TensorProto.INT8}
    assert {o.domain for o in model.opset_import} == {""}


def test_is_smaller_says_what_it_is_and_takes_the_same_inputs(int8, exported):
    assert int8.stat().st_size < 0.6 * exported.stat().st_size
    session = Session(int8)
    assert session.card.precision == "int8" and session.card.name == "detector-test-int8"
    assert len(run_detection(session, ToySamples(1)[0].read(), score_threshold=1.0, max_faces=5).scores) == 0
    assert list(int8.parent.iterdir()) == [int8]


def test_scores_stay_near_those_of_the_float_file(int8, exported):
    picture = ToySamples(1, seed=9, size=160)[0].read()
    everything = {"score_threshold": 0.0, "iou_threshold": 1.0, "max_faces": 5000}
    a, b = (run_detection(Session(model), picture, **everything).scores for model in (exported, int8))
    assert abs(np.quantile(a, 0.9) - np.quantile(b, 0.9)) < 0.1


def test_its_rounded_weights_are_no_beginning_for_training(int8):
    with pytest.raises(ModelError, match="an int8 model, whose weights are rounded"):
        read_weights(int8)


def test_a_picture_that_cannot_be_read_is_left_out_and_told(exported, tmp_path):
    broken = replace(ToySamples(1)[0], name="broken", picture=b"no picture")
    (problem,) = quantise(Session(exported), tmp_path / "small.onnx", [broken, *ToySamples(2)])
    assert problem.path == "broken" and problem.kind == "unreadable"
    with pytest.raises(DataError, match=r"none of 1 pictures to calibrate by can be read; first: broken"):
        quantise(Session(exported), tmp_path / "none.onnx", [broken])
    assert not (tmp_path / "none.onnx").exists()


def test_a_card_that_does_not_say_the_side_of_its_crops_is_refused(tmp_path):
    path = tmp_path / "face.onnx"
    path.write_bytes(find_model("attributes-nano").read_bytes())
    update_card(path, Session(path).card.model_copy(update={"side": None}))
    with pytest.raises(ModelError, match="does not say the side of its crops"):
        quantise(Session(path), tmp_path / "small.onnx", ToySamples(1))
