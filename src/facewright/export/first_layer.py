"""The first convolution, reading the picture as it lies in memory.

A picture is rows of R G B R G B ..., a network wants one plane a colour, and turning one into the other costs
as much as several of the network's layers. But a kernel over 3 x 3 pixels of three planes is one over 3 x 9
numbers of a flat row, so the kernel is turned instead of the picture: ONNX Runtime does that once, when it
loads the file.

    (1, 3, H, W) with a (F, 3, 3, 3) kernel and stride (s, s)
    = (1, 1, H, 3 W) with a (F, 1, 3, 9) kernel and stride (s, 3 s)
"""

import numpy as np
from onnx import GraphProto, NodeProto, helper, numpy_helper

from facewright.core.errors import ModelError

COLOURS = 3


def read_flat_picture(graph: GraphProto, picture: str, pixels: str) -> GraphProto:
    """`graph` with its input `pixels` (1, 3, H, W) made of `picture`, uint8 (H, W, 3), and its first steps
    changed.

    The first steps must be `(pixels - a) * b` and a convolution without bias; the factor moves into the
    kernel. Weights stay as they are: the graph turns them. Raises ModelError for a network that begins
    otherwise.
    """
    shift, scale, first = graph.node[:3]
    known = [n.op_type for n in (shift, scale, first)] == ["Sub", "Mul", "Conv"]
    if not known or shift.input[0] != pixels or len(first.input) != 2:
        raise ModelError(
            "the network does not begin with (x - a) * b and a convolution: first_layer must be adapted"
        )
    attributes = {attribute.name: helper.get_attribute_value(attribute) for attribute in first.attribute}
    height, width = attributes["kernel_shape"]
    top, left, bottom, right = attributes["pads"]
    down, across = attributes["strides"]
    flat: list[NodeProto] = [
        helper.make_node("Shape", [picture], ["picture_rows"], end=1),
        helper.make_node("Concat", ["one_one", "picture_rows", "minus_one"], ["flat_shape"], axis=0),
        helper.make_node("Reshape", [picture, "flat_shape"], ["flat_picture"]),
        helper.make_node("Cast", ["flat_picture"], [pixels], to=1),
        shift,
        helper.make_node("Mul", [first.input[1], scale.input[1]], ["first_kernel_scaled"]),
        helper.make_node("Transpose", ["first_kernel_scaled"], ["first_kernel_turned"], perm=[0, 2, 3, 1]),
        helper.make_node("Reshape", ["first_kernel_turned", "first_kernel_shape"], ["first_kernel"]),
        helper.make_node(
            "Conv",
            [shift.output[0], "first_kernel"],
            first.output,
            name=first.name,
            kernel_shape=[height, COLOURS * width],
            strides=[down, COLOURS * across],
            pads=[top, COLOURS * left, bottom, COLOURS * right],
        ),
    ]
    shapes = {"one_one": [1, 1], "minus_one": [-1], "first_kernel_shape": [0, 1, height, COLOURS * width]}
    return helper.make_graph(
        [*flat, *graph.node[3:]],
        graph.name,
        graph.input,
        graph.output,
        [*graph.initializer, *(numpy_helper.from_array(np.array(v, np.int64), k) for k, v in shapes.items())],
    )
