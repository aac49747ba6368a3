"""Steps of a torch.fx trace, one by one, as ONNX nodes: what a network in `models/` may be made of.

A translation takes the writer (see `export.network`), the step and, for a module, the module itself; it adds
nodes and returns the name of the step's value.
"""

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import fx, nn
from torch.nn import functional

from facewright.core.errors import ModelError

if TYPE_CHECKING:
    from facewright.export.network import _Writer as Writer

Function = Callable[["Writer", fx.Node], str]
Layer = Callable[["Writer", fx.Node, Any], str]
END = 2**31 - 1


def untranslated(step: fx.Node) -> ModelError:
    return ModelError(
        f"the network's step {step.format_node()} has no translation to ONNX yet; add it to {__name__}"
    )


def _convolution(writer: "Writer", step: fx.Node, module: nn.Conv2d) -> str:
    inputs = [writer.input(step), writer.weight(f"{step.target}.weight")]
    if module.bias is not None:
        inputs.append(writer.weight(f"{step.target}.bias"))
    if isinstance(module.padding, str) or module.padding_mode != "zeros":
        raise untranslated(step)
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


def _batch_norm(writer: "Writer", step: fx.Node, module: nn.BatchNorm2d) -> str:
    parts = ("weight", "bias", "running_mean", "running_var")
    inputs = [writer.input(step), *(writer.weight(f"{step.target}.{part}") for part in parts)]
    return writer.node("BatchNormalization", step, inputs, epsilon=module.eps)


def _linear(writer: "Writer", step: fx.Node, module: nn.Linear) -> str:
    inputs = [writer.input(step), writer.weight(f"{step.target}.weight")]
    if module.bias is not None:
        inputs.append(writer.weight(f"{step.target}.bias"))
    return writer.node("Gemm", step, inputs, transB=1)  # of (B, inputs): more dimensions the checker refuses


def _activation(operation: str) -> Layer:
    return lambda writer, step, module: writer.node(operation, step, [writer.input(step)])


def _leaky_relu(writer: "Writer", step: fx.Node, module: nn.LeakyReLU) -> str:
    return writer.node("LeakyRelu", step, [writer.input(step)], alpha=module.negative_slope)


def _hard_sigmoid(writer: "Writer", step: fx.Node, module: nn.Hardsigmoid) -> str:
    return writer.node("HardSigmoid", step, [writer.input(step)], alpha=1 / 6, beta=0.5)


def _silu(writer: "Writer", step: fx.Node, module: nn.SiLU) -> str:
    share = writer.node("Sigmoid", step, [writer.input(step)], part="share")
    return writer.node("Mul", step, [writer.input(step), share])


def _as_it_is(writer: "Writer", step: fx.Node, module: nn.Module) -> str:
    return writer.input(step)


def _pool_layer(operation: str) -> Layer:
    def write(writer: "Writer", step: fx.Node, module: nn.MaxPool2d | nn.AvgPool2d) -> str:
        side, stride, padding = (_pair(n) for n in (module.kernel_size, module.stride, module.padding))
        if module.ceil_mode or (operation == "AveragePool" and padding != [0, 0]):
            raise untranslated(step)
        return writer.node(
            operation, step, [writer.input(step)], kernel_shape=side, strides=stride, pads=padding * 2
        )

    return write


def _pair(value: int | tuple[int, int]) -> list[int]:
    return [value, value] if isinstance(value, int) else list(value)


def _global_average(writer: "Writer", step: fx.Node, module: nn.AdaptiveAvgPool2d) -> str:
    if module.output_size not in (1, (1, 1)):
        raise untranslated(step)
    return writer.node("GlobalAveragePool", step, [writer.input(step)])


def _softmax_layer(writer: "Writer", step: fx.Node, module: nn.Softmax) -> str:
    return writer.node("Softmax", step, [writer.input(step)], axis=module.dim)


def _flatten_layer(writer: "Writer", step: fx.Node, module: nn.Flatten) -> str:
    if (module.start_dim, module.end_dim) != (1, -1):
        raise untranslated(step)
    return writer.node("Flatten", step, [writer.input(step)], axis=1)


def _arithmetic(operation: str) -> Function:
    def write(writer: "Writer", step: fx.Node) -> str:
        return writer.node(operation, step, [writer.operand(a, step, i) for i, a in enumerate(step.args)])

    return write


def _max_pool(writer: "Writer", step: fx.Node) -> str:
    side = step.args[1]
    return writer.node("MaxPool", step, [writer.input(step)], kernel_shape=[side, side], strides=[side, side])


def _enlarge(writer: "Writer", step: fx.Node) -> str:
    factor = step.kwargs["scale_factor"]
    scales = writer.number(step, "scales", np.array([1, 1, factor, factor], np.float32))
    return writer.node(
        "Resize",
        step,
        [writer.input(step), "", scales],
        mode=step.kwargs["mode"],
        coordinate_transformation_mode="asymmetric",
        nearest_mode="floor",
    )


def _flatten(writer: "Writer", step: fx.Node) -> str:
    (first,) = _integers(step.args[1:], step)
    if first not in (1, 2):
        raise untranslated(step)
    return _reshaped(writer, step, [0] * first + [-1])  # 0: as it is


def _reshape(writer: "Writer", step: fx.Node) -> str:
    shape = _integers(step.args[1] if isinstance(step.args[1], Sequence) else step.args[1:], step)
    if 0 in shape:
        raise untranslated(step)
    return _reshaped(writer, step, shape)


def _reshaped(writer: "Writer", step: fx.Node, shape: Sequence[int]) -> str:
    name = writer.number(step, "shape", np.array(shape, np.int64))
    return writer.node("Reshape", step, [writer.input(step), name])


def _transpose(writer: "Writer", step: fx.Node) -> str:
    if step.args[1:] != (1, 2):
        raise untranslated(step)
    return writer.node("Transpose", step, [writer.input(step)], perm=[0, 2, 1])


def _permute(writer: "Writer", step: fx.Node) -> str:
    order = _integers(step.args[1] if isinstance(step.args[1], Sequence) else step.args[1:], step)
    return writer.node("Transpose", step, [writer.input(step)], perm=order)


def _mean(writer: "Writer", step: fx.Node) -> str:
    dims = step.args[1] if len(step.args) > 1 else step.kwargs.get("dim")
    axes = _integers(dims if isinstance(dims, Sequence) else [dims], step)
    keep = step.kwargs.get("keepdim", len(step.args) > 2 and step.args[2])
    name = writer.number(step, "axes", np.array(axes, np.int64))
    return writer.node("ReduceMean", step, [writer.input(step), name], keepdims=int(bool(keep)))


def _softmax(writer: "Writer", step: fx.Node) -> str:
    dim = step.args[1] if len(step.args) > 1 else step.kwargs["dim"]
    return writer.node("Softmax", step, [writer.input(step)], axis=dim)


def _clamp(writer: "Writer", step: fx.Node) -> str:
    given = dict(zip(("min", "max"), step.args[1:], strict=False)) | dict(step.kwargs)
    ends = [
        writer.number(step, end, np.array(given[end], np.float32)) if given.get(end) is not None else ""
        for end in ("min", "max")
    ]
    return writer.node("Clip", step, [writer.input(step), *ends])


def _slice(writer: "Writer", step: fx.Node) -> str:
    """`x[:, a:b]`, and no other index."""
    index = step.args[1]
    everything = slice(None, None, None)
    if not (isinstance(index, tuple) and len(index) == 2 and index[0] == everything):
        raise untranslated(step)
    part = index[1]
    if not isinstance(part, slice) or part.step is not None:
        raise untranslated(step)
    first = 0 if part.start is None else part.start
    last = END if part.stop is None else part.stop
    ends = [
        writer.number(step, name, np.array([value], np.int64))
        for name, value in (("first", first), ("last", last), ("axis", 1))
    ]
    return writer.node("Slice", step, [writer.input(step), *ends])


def _pixel_unshuffle(writer: "Writer", step: fx.Node) -> str:
    """SpaceToDepth orders channels block by block, PyTorch block within channel."""
    block = step.args[1]
    assert isinstance(block, int)
    split = writer.number(step, "split", np.array([0, block * block, -1], np.int64))
    merge = writer.number(step, "merge", np.array([0, -1], np.int64))
    moved = writer.node("SpaceToDepth", step, [writer.input(step)], part="moved", blocksize=block)
    size = writer.node("Shape", step, [moved], part="size", start=2)
    five = writer.node("Concat", step, [split, size], part="five", axis=0)
    four = writer.node("Concat", step, [merge, size], part="four", axis=0)
    apart = writer.node("Reshape", step, [moved, five], part="apart")
    turned = writer.node("Transpose", step, [apart], part="turned", perm=[0, 2, 1, 3, 4])
    return writer.node("Reshape", step, [turned, four])


def _concatenate(writer: "Writer", step: fx.Node) -> str:
    (parts,) = step.args
    assert isinstance(parts, Sequence)
    inputs = [writer.operand(part, step, i) for i, part in enumerate(parts)]
    return writer.node("Concat", step, inputs, axis=step.kwargs["dim"])


def _integers(values: Any, step: fx.Node) -> list[int]:
    """Shapes and axes that stand in the code; those that would be computed are refused."""
    if not isinstance(values, Sequence) or not all(type(value) is int for value in values):
        raise untranslated(step)
    return list(values)


def _of_first(operation: str) -> Function:
    return lambda writer, step: writer.node(operation, step, [writer.input(step)])


MODULES: Mapping[Any, Layer] = {
    nn.Conv2d: _convolution,
    nn.BatchNorm2d: _batch_norm,
    nn.Linear: _linear,
    nn.ReLU: _activation("Relu"),
    nn.LeakyReLU: _leaky_relu,
    nn.Sigmoid: _activation("Sigmoid"),
    nn.Tanh: _activation("Tanh"),
    nn.Hardswish: _activation("HardSwish"),
    nn.Hardsigmoid: _hard_sigmoid,
    nn.SiLU: _silu,
    nn.Identity: _as_it_is,
    nn.Dropout: _as_it_is,
    nn.Dropout2d: _as_it_is,
    nn.MaxPool2d: _pool_layer("MaxPool"),
    nn.AvgPool2d: _pool_layer("AveragePool"),
    nn.AdaptiveAvgPool2d: _global_average,
    nn.Softmax: _softmax_layer,
    nn.Flatten: _flatten_layer,
}
FUNCTIONS: Mapping[Any, Function] = {
    operator.add: _arithmetic("Add"),
    operator.sub: _arithmetic("Sub"),
    operator.mul: _arithmetic("Mul"),
    operator.truediv: _arithmetic("Div"),
    operator.neg: _of_first("Neg"),
    operator.getitem: _slice,
    functional.max_pool2d: _max_pool,
    functional.interpolate: _enlarge,
    functional.pixel_unshuffle: _pixel_unshuffle,
    torch.pixel_unshuffle: _pixel_unshuffle,
    torch.cat: _concatenate,
    torch.sigmoid: _of_first("Sigmoid"),
    torch.tanh: _of_first("Tanh"),
    torch.exp: _of_first("Exp"),
    torch.sqrt: _of_first("Sqrt"),
    torch.softmax: _softmax,
    torch.clamp: _clamp,
    "add": _arithmetic("Add"),  # methods: what `buffer + x` is traced to
    "sub": _arithmetic("Sub"),
    "mul": _arithmetic("Mul"),
    "div": _arithmetic("Div"),
    "sigmoid": _of_first("Sigmoid"),
    "exp": _of_first("Exp"),
    "clamp": _clamp,
    "flatten": _flatten,
    "transpose": _transpose,
    "permute": _permute,
    "reshape": _reshape,
    "mean": _mean,
    "softmax": _softmax,
}
