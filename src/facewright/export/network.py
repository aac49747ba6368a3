"""A PyTorch network as ONNX nodes, written module by module from its torch.fx trace.

PyTorch's own exporter would do, but it takes half a minute, surrounds every convolution with a dozen helper
nodes, and merges batch norms away. Written here, a node of the graph is a step of `forward`, and every weight
keeps its PyTorch name, so that `training.weights` reads it back. ONNX Runtime merges the norms when it loads
the file.
"""

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from onnx import GraphProto, NodeProto, TensorProto, helper, numpy_helper
from torch import fx, nn
from torch.nn import functional

from facewright.core.errors import ModelError

Names = list[str]
"""of a node's inputs"""


def network_graph(network: nn.Module, input_name: str, output_name: str) -> GraphProto:
    """`network` in evaluation mode, float (1, C, H, W) -> its one output, as a graph without value shapes.

    Initialisers bear the names of `network.state_dict()`. Raises ModelError for a step that has no
    translation here.
    """
    writer = _Writer(network)
    trace = fx.symbolic_trace(network)
    for step in trace.graph.nodes:
        writer.add(step, input_name)
    (result,) = (step for step in trace.graph.nodes if step.op == "output")
    writer.nodes.append(helper.make_node("Identity", [writer.names[result.args[0]]], [output_name]))
    return helper.make_graph(
        writer.nodes,
        "network",
        [helper.make_tensor_value_info(input_name, TensorProto.FLOAT, None)],
        [helper.make_tensor_value_info(output_name, TensorProto.FLOAT, None)],
        list(writer.initialisers.values()),
    )


class _Writer:
    """Collects nodes and initialisers; `names` maps a step of the trace to the name of its value."""

    def __init__(self, network: nn.Module) -> None:
        self.modules = dict(network.named_modules())
        self.state = network.state_dict()
        self.nodes: list[NodeProto] = []
        self.initialisers: dict[str, TensorProto] = {}
        self.names: dict[fx.Node, str] = {}

    def add(self, step: fx.Node, input_name: str) -> None:
        if step.op == "placeholder":
            self.names[step] = input_name
        elif step.op == "call_module" and type(module := self.modules[str(step.target)]) in MODULES:
            self.names[step] = MODULES[type(module)](self, step, module)
        elif step.op in ("call_function", "call_method") and step.target in FUNCTIONS:
            self.names[step] = FUNCTIONS[step.target](self, step)
        elif step.op != "output":
            raise _untranslated(step)

    def node(self, operation: str, step: fx.Node, inputs: Names, **attributes: Any) -> str:
        self.nodes.append(helper.make_node(operation, inputs, [step.name], name=step.name, **attributes))
        return step.name

    def weight(self, name: str) -> str:
        """The initialiser of a parameter or buffer."""
        return self.constant(name, self.state[name].detach().cpu().numpy())

    def constant(self, name: str, value: np.ndarray) -> str:
        self.initialisers[name] = numpy_helper.from_array(np.ascontiguousarray(value), name)
        return name

    def operand(self, value: Any, step: fx.Node, place: int) -> str:
        """The name of an argument: the value of an earlier step, or a number."""
        if isinstance(value, fx.Node):
            return self.names[value]
        return self.constant(f"{step.name}:{place}", np.array(value, np.float32))

    def input(self, step: fx.Node) -> str:
        """The name of a step's first argument."""
        return self.operand(step.args[0], step, 0)


def _convolution(writer: _Writer, step: fx.Node, module: nn.Conv2d) -> str:
    inputs = [writer.input(step), writer.weight(f"{step.target}.weight")]
    if module.bias is not None:
        inputs.append(writer.weight(f"{step.target}.bias"))
    if isinstance(module.padding, str) or module.padding_mode != "zeros":
        raise _untranslated(step)
    top, left = module.padding
    return writer.node(
        "Conv",
        step,
        inputs,
        kernel_shape=module.kernel_size,
        strides=module.stride,
        pads=[top, left, top, left],
        dilations=module.dilation,
        group=module.groups,
    )


def _batch_norm(writer: _Writer, step: fx.Node, module: nn.BatchNorm2d) -> str:
    parts = ("weight", "bias", "running_mean", "running_var")
    inputs = [writer.input(step), *(writer.weight(f"{step.target}.{part}") for part in parts)]
    return writer.node("BatchNormalization", step, inputs, epsilon=module.eps)


def _relu(writer: _Writer, step: fx.Node, module: nn.ReLU) -> str:
    return writer.node("Relu", step, [writer.input(step)])


def _identity(writer: _Writer, step: fx.Node, module: nn.Identity) -> str:
    return writer.input(step)


def _arithmetic(operation: str) -> Callable[[_Writer, fx.Node], str]:
    def write(writer: _Writer, step: fx.Node) -> str:
        return writer.node(operation, step, [writer.operand(a, step, i) for i, a in enumerate(step.args)])

    return write


def _max_pool(writer: _Writer, step: fx.Node) -> str:
    side = step.args[1]
    return writer.node("MaxPool", step, [writer.input(step)], kernel_shape=[side, side], strides=[side, side])


def _enlarge(writer: _Writer, step: fx.Node) -> str:
    factor = step.kwargs["scale_factor"]
    scales = writer.constant(f"{step.name}:scales", np.array([1, 1, factor, factor], np.float32))
    return writer.node(
        "Resize",
        step,
        [writer.input(step), "", scales],
        mode=step.kwargs["mode"],
        coordinate_transformation_mode="asymmetric",
        nearest_mode="floor",
    )


def _flatten(writer: _Writer, step: fx.Node) -> str:
    if step.args[1:] != (2,):
        raise _untranslated(step)
    shape = writer.constant("flatten:shape", np.array([0, 0, -1], np.int64))  # 0: as it is
    return writer.node("Reshape", step, [writer.input(step), shape])


def _transpose(writer: _Writer, step: fx.Node) -> str:
    if step.args[1:] != (1, 2):
        raise _untranslated(step)
    return writer.node("Transpose", step, [writer.input(step)], perm=[0, 2, 1])


def _concatenate(writer: _Writer, step: fx.Node) -> str:
    (parts,) = step.args
    assert isinstance(parts, Sequence)
    inputs = [writer.operand(part, step, i) for i, part in enumerate(parts)]
    return writer.node("Concat", step, inputs, axis=step.kwargs["dim"])


def _untranslated(step: fx.Node) -> ModelError:
    return ModelError(
        f"the network's step {step.format_node()} has no translation to ONNX yet; add it to {__name__}"
    )


MODULES: Mapping[Any, Callable[..., str]] = {
    nn.Conv2d: _convolution,
    nn.BatchNorm2d: _batch_norm,
    nn.ReLU: _relu,
    nn.Identity: _identity,
}
FUNCTIONS: Mapping[Any, Callable[[_Writer, fx.Node], str]] = {
    operator.add: _arithmetic("Add"),
    operator.sub: _arithmetic("Sub"),
    operator.mul: _arithmetic("Mul"),
    functional.max_pool2d: _max_pool,
    functional.interpolate: _enlarge,
    torch.cat: _concatenate,
    "flatten": _flatten,
    "transpose": _transpose,
}
