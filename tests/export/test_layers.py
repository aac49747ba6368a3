"""Each step that a network may be made of, against PyTorch."""

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from torch import nn
from torch.nn import functional

from facewright.core.errors import ModelError
from facewright.export.network import network_graph


class Call(nn.Module):
    """A function of the input, and of a buffer, as a network."""

    def __init__(self, function):
        super().__init__()
        self.function = function
        self.register_buffer("grid", torch.linspace(-1, 1, 4).reshape(1, 4, 1, 1))

    def forward(self, x):
        return self.function(x, self.grid)


def run(network, x):
    graph = network_graph(network.eval(), "x", "y", prefix="a/")
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 18)], ir_version=8)
    return onnxruntime.InferenceSession(model.SerializeToString()).run(None, {"x": x.numpy()})[0]


def check(network, *shape):
    torch.manual_seed(0)
    x = torch.randn(*shape)
    with torch.inference_mode():
        wanted = network.eval()(x)
    found = run(network, x)
    assert found.shape == tuple(wanted.shape)
    np.testing.assert_allclose(found, wanted, atol=1e-5)


@pytest.mark.parametrize(
    "layer",
    [
        nn.ReLU(), nn.LeakyReLU(0.2), nn.Sigmoid(), nn.Tanh(), nn.Hardswish(), nn.Hardsigmoid(), nn.SiLU(),
        nn.Identity(), nn.Dropout(0.5), nn.Dropout2d(0.5), nn.MaxPool2d(2), nn.MaxPool2d(3, 2, 1),
        nn.MaxPool2d(4), nn.AvgPool2d(2), nn.AdaptiveAvgPool2d(1), nn.Softmax(dim=1), nn.Flatten(),
        nn.Conv2d(4, 8, 3, 2, 1, groups=2), nn.Conv2d(4, 2, 10, 8, 1), nn.BatchNorm2d(4, eps=0.1),
        nn.Sequential(nn.Flatten(), nn.Linear(4 * 12 * 16, 3), nn.Linear(3, 2, bias=False)),
    ],
    ids=lambda layer: f"{layer}"[:40],
)  # fmt: skip
def test_a_layer_gives_what_pytorch_gives(layer):
    check(nn.Sequential(layer), 2, 4, 12, 16)  # alone it would be traced into its own steps


@pytest.mark.parametrize(
    "function",
    [
        lambda x, g: (x + g) * 2.0 - x / 3.0,
        lambda x, g: (g + x) * (g - x) + g * x + g / (x + 10.0),
        lambda x, g: -x,
        lambda x, g: torch.cat([x[:, 0:2], x[:, 3:], x[:, -1:]], dim=1),
        lambda x, g: (
            torch.sigmoid(x) + torch.tanh(x) + torch.exp(x) + torch.sqrt(x * x) + x.sigmoid() + x.exp()
        ),
        lambda x, g: torch.softmax(x, dim=3) + x.softmax(2),
        lambda x, g: torch.clamp(x, max=0.5) + torch.clamp(x, -0.1, 0.2) + x.clamp(min=0.0),
        lambda x, g: x.flatten(1),
        lambda x, g: x.flatten(2).transpose(1, 2),
        lambda x, g: x.reshape(-1, 4, 192) + x.reshape((-1, 4, 192)),
        lambda x, g: x.permute(0, 2, 3, 1),
        lambda x, g: x.mean((2, 3)),
        lambda x, g: x.mean(dim=1, keepdim=True) * x,
        lambda x, g: functional.max_pool2d(x, 2),
        lambda x, g: functional.interpolate(x, scale_factor=2.0, mode="nearest"),
        lambda x, g: functional.pixel_unshuffle(x, 2),
        lambda x, g: functional.pixel_unshuffle(x, 4),
    ],
)
def test_a_function_gives_what_pytorch_gives(function):
    check(Call(function), 2, 4, 12, 16)


@pytest.mark.parametrize(
    "function",
    [
        lambda x, g: torch.fft.fft(x).real,
        lambda x, g: x[0],
        lambda x, g: x[:, ::2],
        lambda x, g: x.flatten(3),
        lambda x, g: x.reshape(x.shape[0], -1),
        lambda x, g: x.transpose(2, 3),
    ],
)
def test_what_has_no_translation_is_refused_by_name(function):
    with pytest.raises(ModelError, match="has no translation to ONNX yet"):
        network_graph(Call(function), "x", "y")


@pytest.mark.parametrize("layer", [nn.AdaptiveAvgPool2d(2), nn.Flatten(2), nn.AvgPool2d(3, 1, 1), nn.GELU()])
def test_a_layer_without_translation_is_refused(layer):
    with pytest.raises(ModelError, match="has no translation to ONNX yet"):
        network_graph(nn.Sequential(layer), "x", "y")
