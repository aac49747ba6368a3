"""A trained system as one ONNX file: pictures or points in, the answer out, its card inside."""

import copy
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path

import onnx
import torch
from onnx import GraphProto, ModelProto, TensorProto, ValueInfoProto, helper
from torch import nn

from facewright.core.errors import ModelError
from facewright.core.whole import whole_file
from facewright.export.detection_graph import after_network, before_network
from facewright.export.first_layer import read_flat_picture
from facewright.export.fixed_graph import find_faces, fit_crops, fit_picture
from facewright.export.network import network_graph
from facewright.export.parity import Parity, check_faces, check_numbers
from facewright.inference.card import METADATA_KEY, Card, Task
from facewright.inference.detections import FINDING
from facewright.inference.session import INTERFACES
from facewright.training.recipe import Recipe
from facewright.training.system import FindingSystem, System

OPSET, IR_VERSION = 18, 8
"""old enough for every ONNX Runtime since 1.14, onnxruntime-web included"""
SAYS: dict[Task, str] = {
    "detection": "finds faces in an RGB picture of any size: boxes, best first, in its pixels",
    "localisation": "finds the one face in an RGB picture of any size: its box, in the picture's pixels",
    "attributes": "describes crops of faces, RGB, of any size: a probability for each attribute",
    "classification": "tells how probably RGB crops of any size show a face",
    "regression": "predicts a value for each point",
}
"""what a file does, for those who open it with other tools"""


def export_model(system: System[Recipe], network: nn.Module, card: Card, path: Path) -> Parity:
    """Write `network` with its card to `path`, once the file was seen to give what the network gives.

    What the card says of its scores' calibration is worked into the weights first.
    Returns the largest differences. Raises ModelError, and leaves `path` as it was, when they are too large.
    """
    network = copy.deepcopy(network).cpu().float().eval()
    if isinstance(system, FindingSystem):
        network = system.as_in_file(network, card)
    broken = [name for name, value in network.state_dict().items() if not torch.isfinite(value).all()]
    if broken:
        raise ModelError(f"{len(broken)} of the network's arrays hold NaN or infinity (first: {broken[0]})")
    path.parent.mkdir(parents=True, exist_ok=True)
    decode = system.decode(card)
    with whole_file(path) as written:
        onnx.save(model_of(network, decode, card), written)
        if isinstance(system, FindingSystem):
            return check_faces(partial(system.find, network), written)
        return check_numbers(nn.Sequential(network, decode), written)


def model_of(network: nn.Module, decode: nn.Module, card: Card) -> ModelProto:
    """The whole file as a value; its inputs and outputs are those of the card's task (`inference.session`).

    decode: what makes the answer of the network's raw numbers, traced like the network itself.
    """
    if card.task in FINDING and card.side is None:
        flat = read_flat_picture(network_graph(network, "pixels", "raw"), "padded", "pixels")
        before, after = before_network(), after_network(card)
        return _joined([before, flat, after], [*before.input, *after.input], after.output, card)
    input_ = INTERFACES[card.task].input
    given = "points" if input_ == "points" else "pixels"
    answer = "decoded" if card.task in FINDING else INTERFACES[card.task].outputs[0]
    body = [network_graph(network, given, "raw"), network_graph(decode, "raw", answer, "decode/")]
    if card.task in FINDING:
        before, after = fit_picture(card), find_faces(card)
        return _joined([before, *body, after], [*before.input, *after.input], after.output, card)
    shape: list[str | int] = ["points" if input_ == "points" else "crops"]
    if card.task == "attributes":
        shape.append(len(card.classes))
    output = helper.make_tensor_value_info(answer, TensorProto.FLOAT, shape)
    if card.task == "regression":
        columns = helper.make_tensor_value_info(input_, TensorProto.FLOAT, ["points", len(card.inputs)])
        return _joined(body, [columns], [output], card)
    before = fit_crops(card)
    return _joined([before, *body], before.input, [output], card)


def _joined(
    parts: Sequence[GraphProto],
    inputs: Iterable[ValueInfoProto],
    outputs: Iterable[ValueInfoProto],
    card: Card,
) -> ModelProto:
    """Graphs one after the other; what one makes and a later one takes has the same name in both."""
    nodes = [node for part in parts for node in part.node]
    made = {name for node in nodes for name in node.output}
    graph = helper.make_graph(
        nodes,
        card.name,
        [value for value in inputs if value.name not in made],
        list(outputs),
        [value for part in parts for value in part.initializer],
        doc_string=SAYS[card.task],
    )
    model = helper.make_model(
        graph,
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
        producer_name="facewright",
    )
    model.producer_version = card.version
    describe(model, card)
    onnx.checker.check_model(model, full_check=True)
    return model


def describe(model: ModelProto, card: Card) -> None:
    """Put the card into the file's metadata, and beside it what other tools show people."""
    helper.set_model_props(
        model,
        {
            METADATA_KEY: card.model_dump_json(),
            "description": f"{card.name}: {SAYS[card.task]}",
            "license": card.terms,
            "precision": card.precision,
        },
    )


def update_card(path: Path, card: Card) -> None:
    """Give a model file another card, and with it other defaults of its optional inputs."""
    model = onnx.load(path)
    if card.task in FINDING:
        after = after_network(card) if card.side is None else find_faces(card)
        options = INTERFACES["detection"].options
        defaults = {value.name: value for value in after.initializer if value.name in options}
        for value in model.graph.initializer:
            if value.name in defaults:
                value.CopyFrom(defaults[value.name])
    describe(model, card)
    with whole_file(path) as partial:
        onnx.save(model, partial)
