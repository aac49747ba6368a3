"""A PyTorch network as ONNX nodes, written module by module from its torch.fx trace.

PyTorch's own exporter would do, but it takes half a minute, surrounds every convolution with a dozen helper
nodes, and merges batch norms away. Written here, a node of the graph is a step of `forward`, and every weight
keeps its PyTorch name, so that `training.weights` reads it back. ONNX Runtime merges the norms when it loads
the file.
"""

from typing import Any

import numpy as np
from onnx import GraphProto, NodeProto, TensorProto, helper, numpy_helper
from torch import fx, nn

from facewright.export.layers import FUNCTIONS, MODULES, untranslated


def network_graph(network: nn.Module, input_name: str, output_name: str, prefix: str = "") -> GraphProto:
    """`network` in evaluation mode, one float input -> its one output, as a graph without value shapes.

    Initialisers bear the names of `network.state_dict()`. `prefix` stands before them and all others, so that
    graphs can follow one another. Raises ModelError for a step that has no translation.
    """
    writer = _Writer(network, prefix)
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

    def __init__(self, network: nn.Module, prefix: str) -> None:
        self.prefix = prefix
        self.modules = dict(network.named_modules())
        self.state = network.state_dict()
        self.nodes: list[NodeProto] = []
        self.initialisers: dict[str, TensorProto] = {}
        self.names: dict[fx.Node, str] = {}

    def add(self, step: fx.Node, input_name: str) -> None:
        if step.op == "placeholder":
            self.names[step] = input_name
        elif step.op == "get_attr":
            self.names[step] = self.weight(str(step.target))
        elif step.op == "call_module" and type(module := self.modules[str(step.target)]) in MODULES:
            self.names[step] = MODULES[type(module)](self, step, module)
        elif step.op in ("call_function", "call_method") and step.target in FUNCTIONS:
            self.names[step] = FUNCTIONS[step.target](self, step)
        elif step.op != "output":
            raise untranslated(step)

    def node(
        self, operation: str, step: fx.Node, inputs: list[str], part: str = "", **attributes: Any
    ) -> str:
        """Add a node; returns the name of its value. Nodes before the last one of a step have a `part`."""
        name = f"{self.prefix}{step.name}" + (f":{part}" if part else "")
        self.nodes.append(helper.make_node(operation, inputs, [name], name=name, **attributes))
        return name

    def weight(self, name: str) -> str:
        """The initialiser of a parameter or buffer."""
        return self.constant(f"{self.prefix}{name}", self.state[name].detach().cpu().numpy())

    def constant(self, name: str, value: np.ndarray) -> str:
        self.initialisers[name] = numpy_helper.from_array(np.ascontiguousarray(value), name)
        return name

    def operand(self, value: Any, step: fx.Node, place: int) -> str:
        """The name of an argument: the value of an earlier step, or a number."""
        if isinstance(value, fx.Node):
            return self.names[value]
        return self.number(step, str(place), np.array(value, np.float32))

    def number(self, step: fx.Node, part: str, value: np.ndarray) -> str:
        """A constant of a step."""
        return self.constant(f"{self.prefix}{step.name}:{part}", value)

    def input(self, step: fx.Node) -> str:
        """The name of a step's first argument."""
        return self.operand(step.args[0], step, 0)
