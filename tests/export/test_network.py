import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from torch import nn

from facewright.core.errors import ModelError
from facewright.export.first_layer import read_flat_picture
from facewright.export.network import network_graph


def run(graph, **feed):
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 18)], ir_version=8)
    return onnxruntime.InferenceSession(model.SerializeToString()).run(None, feed)[0]


def test_gives_the_numbers_that_pytorch_gives(network):
    x = torch.rand(1, 3, 64, 96) * 255
    with torch.inference_mode():
        np.testing.assert_allclose(run(network_graph(network, "x", "y"), x=x.numpy()), network(x), atol=1e-4)


def test_reading_the_flat_picture_changes_nothing(network):
    picture = np.random.default_rng(0).integers(0, 256, (64, 96, 3), dtype=np.uint8)
    graph = read_flat_picture(network_graph(network, "x", "y"), "picture", "x")
    del graph.input[:]
    graph.input.append(onnx.helper.make_tensor_value_info("picture", onnx.TensorProto.UINT8, (64, 96, 3)))
    with torch.inference_mode():
        wanted = network(torch.from_numpy(picture).permute(2, 0, 1)[None].float())
    np.testing.assert_allclose(run(graph, picture=picture), wanted, atol=1e-4)


def test_a_step_without_translation_is_named():
    with pytest.raises(ModelError, match=r"no translation to ONNX yet"):
        network_graph(nn.Sequential(nn.Conv2d(3, 4, 1), nn.GELU()), "x", "y")


def test_a_network_that_begins_otherwise_is_refused():
    graph = network_graph(nn.Sequential(nn.Conv2d(3, 4, 1), nn.ReLU(), nn.ReLU()), "x", "y")
    with pytest.raises(ModelError, match="does not begin with"):
        read_flat_picture(graph, "picture", "x")
